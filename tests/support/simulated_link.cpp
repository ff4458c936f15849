// SPDX-License-Identifier: Apache-2.0
#include "support/simulated_link.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cassert>

namespace async_cassandra::testing {

struct simulated_link::pending_read {
    std::span<std::byte> into;
    transfer_handler done;
};

struct simulated_link::pending_write {
    std::vector<asio::const_buffer> from;
    transfer_handler done;
    std::size_t total;
    std::size_t taken = 0;
    bool waiting = false;  // for a pause to pass
};

simulated_link::simulated_link(
    std::shared_ptr<simulation_core> core,
    std::uint64_t number,
    std::shared_ptr<const network_conditions> conditions,
    std::unique_ptr<peer_connection> peer
)
    : core_(std::move(core)), number_(number), conditions_(std::move(conditions)), peer_(std::move(peer))
{}

simulated_link::~simulated_link() = default;

void simulated_link::note(std::string_view what, std::uint64_t a, std::uint64_t b)
{
    core_->events().add(core_->now(), what, number_, a, b);
}

// The client's side.

void simulated_link::read(std::span<std::byte> into, transfer_handler done)
{
    assert(!read_ && "one reader at a time");
    if (client_closed_) {
        core_->complete(std::move(done), base::error_code{asio::error::operation_aborted}, std::size_t{0});
        return;
    }
    read_ = std::make_unique<pending_read>(pending_read{into, std::move(done)});
    satisfy_read();
}

void simulated_link::satisfy_read()
{
    if (!read_ || (inbox_.empty() && !failure_))
        return;
    const auto pending = std::move(read_);
    if (inbox_.empty()) {
        note("read fails", static_cast<std::uint64_t>(failure_.value()));
        core_->complete(std::move(pending->done), failure_, std::size_t{0});
        return;
    }
    std::size_t count = std::min(pending->into.size(), inbox_.size());
    if (const auto limit = conditions_->read_chunk_max; limit != 0)
        count = std::min(count, static_cast<std::size_t>(core_->network_random().between(1, limit)));
    const auto end = inbox_.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(inbox_.begin(), end, pending->into.begin());
    inbox_.erase(inbox_.begin(), end);
    if (!inbox_.empty())
        core_->effects().add(fault_effect::partial_read);
    note("read", count, inbox_.size());
    core_->complete(std::move(pending->done), base::error_code{}, count);
}

void simulated_link::write(std::span<const asio::const_buffer> from, transfer_handler done)
{
    assert(!write_ && "one writer at a time");
    if (client_closed_) {
        core_->complete(std::move(done), base::error_code{asio::error::operation_aborted}, std::size_t{0});
        return;
    }
    std::size_t total = 0;
    for (const auto& buffer : from)
        total += buffer.size();
    write_ =
        std::make_unique<pending_write>(pending_write{{from.begin(), from.end()}, std::move(done), total});
    continue_write();
}

void simulated_link::continue_write()
{
    if (!write_ || write_->waiting)
        return;
    // An orderly end of the peer does not stop writes; they are answered with a reset later.
    if (failure_ && failure_ != asio::error::eof)
        return finish_write(asio::error::broken_pipe);
    const std::size_t left = write_->total - write_->taken;
    const std::size_t room = conditions_->send_buffer - std::min(conditions_->send_buffer, outstanding_);
    std::size_t count = std::min(left, room);
    if (const auto limit = conditions_->write_chunk_max; limit != 0 && count != 0)
        count = std::min(count, static_cast<std::size_t>(core_->network_random().between(1, limit)));
    if (count != 0) {
        std::vector<std::byte> bytes(count);
        std::size_t copied = 0;
        std::size_t skip = write_->taken;
        for (const auto& buffer : write_->from) {
            const std::size_t passed = std::min(skip, buffer.size());
            skip -= passed;
            const auto part = asio::buffer(buffer + passed, count - copied);
            std::copy_n(
                static_cast<const std::byte*>(part.data()),
                part.size(),
                bytes.begin() + static_cast<std::ptrdiff_t>(copied)
            );
            copied += part.size();
        }
        write_->taken += count;
        note("write", count, write_->total - write_->taken);
        if (write_->taken != write_->total)
            core_->effects().add(fault_effect::partial_write);
        send_to_peer(std::move(bytes));
    }
    if (write_->taken == write_->total)
        return finish_write({});
    if (count == 0 || count == room)
        return;  // goes on when something has arrived
    write_->waiting = true;
    const auto pause =
        core_->network_random().between(std::chrono::nanoseconds{0}, conditions_->write_pause_max);
    core_->at(core_->now() + pause, [self = shared_from_this()] {
        if (!self->write_)
            return;
        self->write_->waiting = false;
        self->continue_write();
    });
}

void simulated_link::finish_write(base::error_code code)
{
    const auto pending = std::move(write_);
    if (code)
        note("write fails", static_cast<std::uint64_t>(code.value()), pending->taken);
    core_->complete(std::move(pending->done), code, pending->taken);
}

void simulated_link::close_by_client() noexcept
{
    if (client_closed_)
        return;
    client_closed_ = true;
    note("client closes");
    if (const auto pending = std::move(read_))
        core_->complete(
            std::move(pending->done), base::error_code{asio::error::operation_aborted}, std::size_t{0}
        );
    if (write_)
        finish_write(asio::error::operation_aborted);
    inbox_.clear();
    arrive(arrival_time(last_to_peer_), [](simulated_link& self) {
        self.note("end at peer");
        if (!self.peer_)
            return;
        self.peer_->on_client_closed(self.core_->now());
        self.drop_peer();
    });
}

// The wire.

time_point simulated_link::arrival_time(time_point& last)
{
    const auto delay = core_->network_random().between(conditions_->delay_min, conditions_->delay_max);
    if (delay > std::chrono::milliseconds{slow_piece_from_ms})
        core_->effects().add(fault_effect::slow_piece);
    last = std::max(last, core_->now() + delay);
    return last;
}

void simulated_link::arrive(time_point when, std::function<void(simulated_link&)> what)
{
    if (!core_->running())
        return;
    core_->at(when, [self = shared_from_this(), what = std::move(what)] {
        if (self->silent_) {
            if (!self->peer_ended_)
                self->core_->effects().add(fault_effect::half_open_loss);
            return;
        }
        if (!self->held_back_)
            return what(*self);
        self->core_->effects().add(fault_effect::held_back);
        self->held_.push_back(what);
    });
}

void simulated_link::send_to_peer(std::vector<std::byte> bytes)
{
    outstanding_ += bytes.size();
    const std::size_t limit = conditions_->packet_max == 0 ? bytes.size() : conditions_->packet_max;
    for (std::size_t sent = 0; sent < bytes.size();) {
        const std::size_t left = bytes.size() - sent;
        const std::size_t count =
            limit >= left && conditions_->packet_max == 0
                ? left
                : std::min(left, static_cast<std::size_t>(core_->network_random().between(1, limit)));
        const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(sent);
        arrive(
            arrival_time(last_to_peer_),
            [piece = std::vector<std::byte>(begin, begin + static_cast<std::ptrdiff_t>(count))](
                simulated_link& self
            ) { self.at_peer(piece); }
        );
        sent += count;
    }
}

void simulated_link::at_peer(std::span<const std::byte> bytes)
{
    outstanding_ -= bytes.size();
    note("at peer", bytes.size());
    if (peer_ && !peer_ended_) {
        peer_->receive(bytes, core_->now());
        pump_peer();
    } else if (!failure_ || failure_ == asio::error::eof) {
        // A socket that is closed answers data with a reset.
        arrive(arrival_time(last_to_client_), [](simulated_link& self) {
            self.fail_client(asio::error::connection_reset);
        });
    }
    continue_write();
}

void simulated_link::visit_peer()
{
    if (!peer_ || peer_ended_)
        return;
    peer_->on_time(core_->now());
    pump_peer();
}

void simulated_link::pump_peer()
{
    if (!peer_ || peer_ended_)
        return;
    const peer_output output = peer_->take_output();
    if (!output.bytes.empty())
        send_to_client(output.bytes);
    if (output.ending != peer_ending::none)
        end_peer(output.ending);
    else
        arm_wakeup();
}

void simulated_link::arm_wakeup()
{
    if (wakeup_)
        core_->cancel(*wakeup_);
    wakeup_.reset();
    const auto next = peer_->next_wakeup();
    if (!next)
        return;
    wakeup_ = core_->at(*next, [self = shared_from_this()] {
        self->wakeup_.reset();
        self->visit_peer();
    });
}

void simulated_link::send_to_client(std::span<const std::byte> bytes)
{
    note("peer sends", bytes.size());
    const std::size_t limit = conditions_->packet_max;
    while (!bytes.empty()) {
        const std::size_t count =
            limit == 0
                ? bytes.size()
                : std::min(bytes.size(), static_cast<std::size_t>(core_->network_random().between(1, limit)));
        const auto piece = bytes.first(count);
        bytes = bytes.subspan(count);
        arrive(
            arrival_time(last_to_client_),
            [piece = std::vector<std::byte>(piece.begin(), piece.end())](simulated_link& self) {
                if (self.client_closed_ || (self.failure_ && self.failure_ != asio::error::eof))
                    return;
                self.inbox_.insert(self.inbox_.end(), piece.begin(), piece.end());
                self.note("at client", piece.size());
                self.satisfy_read();
            }
        );
    }
}

void simulated_link::end_peer(peer_ending ending)
{
    note("peer ends", static_cast<std::uint64_t>(ending));
    peer_ended_ = true;
    drop_peer();
    arrive(arrival_time(last_to_client_), [ending](simulated_link& self) {
        self.fail_client(
            ending == peer_ending::reset ? base::error_code{asio::error::connection_reset}
                                         : base::error_code{asio::error::eof}
        );
    });
}

void simulated_link::fail_client(base::error_code code)
{
    if (client_closed_ || (failure_ && failure_ != asio::error::eof))
        return;
    failure_ = code;
    satisfy_read();
    if (write_ && code != asio::error::eof)
        finish_write(code);
}

void simulated_link::drop_peer()
{
    if (wakeup_)
        core_->cancel(*wakeup_);
    wakeup_.reset();
    peer_.reset();
}

// Faults.

void simulated_link::reset()
{
    if (!open())
        return;
    note("reset");
    core_->effects().add(fault_effect::link_reset);
    const auto self = shared_from_this();
    silent_ = true;  // what is on its way is lost
    held_.clear();
    peer_ended_ = true;
    if (peer_)
        peer_->on_client_closed(core_->now());
    drop_peer();
    fail_client(asio::error::connection_reset);
}

void simulated_link::go_silent()
{
    note("silent");
    silent_ = true;
    held_.clear();
}

void simulated_link::hold()
{
    note("hold");
    held_back_ = true;
}

void simulated_link::heal()
{
    note("heal");
    held_back_ = false;
    const auto self = shared_from_this();
    for (const auto& what : std::exchange(held_, {}))
        what(*this);
}

void simulated_link::abandon() noexcept
{
    client_closed_ = true;
    const auto read = std::move(read_);
    const auto write = std::move(write_);
    const auto held = std::exchange(held_, {});
    const auto peer = std::move(peer_);
}

}  // namespace async_cassandra::testing
