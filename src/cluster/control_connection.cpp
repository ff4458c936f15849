// SPDX-License-Identifier: Apache-2.0
#include "cluster/control_connection.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "cluster/log_in_failure.hpp"
#include "cluster/node_fsm.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

// A node that is left after so long was of use before.
constexpr std::chrono::minutes useful_time{1};

std::string name_of(protocol_version version)
{
    return "v" + std::to_string(static_cast<int>(version));
}

}  // namespace

control_connection::control_connection(
    std::shared_ptr<net::shard> home,
    std::shared_ptr<const cluster_config> config,
    std::shared_ptr<topology_watch> watch,
    known_nodes known
)
    : shard_(std::move(home)),
      config_(std::move(config)),
      watch_(std::move(watch)),
      known_(std::move(known)),
      candidates_(shard_, config_),
      pauses_(config_->reconnect_base_delay, config_->reconnect_max_delay)
{}

control_connection::~control_connection()
{
    drop();
}

void control_connection::find(control_waiter& waiter)
{
    if (connected()) {
        waiter.on_found(last_target_);
        return;
    }
    if (waiters_.empty() && !was_up_ && !searching_) {
        pauses_.reset();
        attempts_.clear();
    }
    waiters_.push_back(waiter);
    if (!searching_)
        search();
}

failure control_connection::progress() const
{
    std::string causes;
    const auto add = [&](const std::string& cause) { causes += (causes.empty() ? "" : "; ") + cause; };
    for (const attempt& each : attempts_)
        add(to_string(each.node) + ": " + each.reason);
    if (const std::string names = candidates_.troubles(); !names.empty())
        add(names);
    for (const trial& each : trials_)
        add(to_string(each.candidate.node) + ": still connecting");
    failure f = base::make_failure(
        errc::no_host_available,
        (was_up_ ? "no node could be reached: " : "no contact point could be reached: ") + causes
    );
    f.attempts = attempts_;
    return f;
}

void control_connection::search()
{
    base::timer_wheel::clear(*this);
    searching_ = true;
    tls_failed_ = false;
    candidates_.begin(known_(), left_);
    try_next();
}

void control_connection::try_next()
{
    base::timer_wheel::clear(*this);
    if (candidates_.resolving())
        return;
    candidates_.next([this](const control_candidate* next) {
        if (next != nullptr) {
            shard_->set_timer(*this, shard_->now() + head_start);
            // Once chosen the version stays: sessions, their statements and the connections for requests speak it.
            try_candidate(*next, was_up_ ? last_target_.version : config_->protocol);
        } else if (trials_.empty()) {
            end_round();
        }
    });
}

void control_connection::try_candidate(const control_candidate& which, protocol_version version)
{
    net::connection_settings settings;
    settings.node = which.node;
    settings.host = which.host;
    settings.encrypted = config_->tls.has_value();
    settings.version = version;
    settings.compression = config_->compression;
    settings.authentication = config_->authentication;
    settings.handshake_timeout = config_->handshake_timeout;
    settings.silence.heartbeat_interval = config_->heartbeat_interval;
    settings.silence.heartbeat_timeout = config_->heartbeat_timeout;
    const auto made = std::make_shared<net::connection>(shard_, settings, *this);
    trials_.push_back({which, made, shard_->now()});
    made->open();
}

auto control_connection::take_trial(const net::connection& c) -> trial
{
    const auto found =
        std::ranges::find_if(trials_, [&](const trial& t) { return t.connection.get() == &c; });
    trial taken = std::move(*found);
    trials_.erase(found);
    return taken;
}

void control_connection::end_search() noexcept
{
    searching_ = false;
    base::timer_wheel::clear(*this);
    candidates_.stop();
    for (const trial& each : std::exchange(trials_, {}))
        each.connection->drop();
}

void control_connection::note_attempt(
    const endpoint& node, base::time_point began, const net::close_reason& reason
)
{
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(shard_->now() - began);
    std::erase_if(attempts_, [&](const attempt& a) { return a.node == node; });
    attempts_.push_back({node, took, reason.code, reason.text, request_effect::not_sent});
}

void control_connection::on_ready(net::connection& c) noexcept
{
    trial found = take_trial(c);
    end_search();
    was_up_ = true;
    ready_since_ = shard_->now();
    connection_ = std::move(found.connection);
    base::log(
        log_level::debug,
        "control",
        "connected",
        {{"node", to_string(c.node())}, {"protocol", name_of(c.version())}}
    );
    last_target_ = {c.node(), c.version(), found.candidate.host};
    watch_->on_connected(connection_);
    while (!waiters_.empty())
        waiters_.pop_front().on_found(last_target_);
}

void control_connection::on_event(net::connection& c, std::span<const std::byte> body) noexcept
{
    if (std::string rule = watch_->on_event(body); !rule.empty())
        c.close({make_error_code(errc::protocol_violation), "malformed event: " + std::move(rule), nullptr});
}

// Nothing is lost by looking for another node, and somebody waits for an answer.
void control_connection::on_suspicion(net::connection& c) noexcept
{
    if (c.is_suspect() && c.in_flight() != 0)
        c.close(net::silent());
}

void control_connection::on_closed(net::connection& c, const net::close_reason& reason) noexcept
{
    if (closed_)
        return;
    if (connection_.get() == &c) {
        connection_.reset();
        on_lost(c.node(), reason);
        return;
    }
    const trial ended = take_trial(c);
    if (!was_up_ && c.version_refused() && c.version() > protocol_version::v4) {
        try_candidate(ended.candidate, protocol_version::v4);
        return;
    }
    note_attempt(c.node(), ended.began, reason);
    if (is_final(c.node(), reason))
        return;
    tls_failed_ = tls_failed_ || reason.code == errc::tls_failed;
    try_next();
}

void control_connection::on_lost(const endpoint& node, const net::close_reason& reason)
{
    watch_->on_disconnected();
    base::log(
        log_level::warning,
        "control",
        "control connection lost",
        {{"node", to_string(node)}, {"reason", reason.text}}
    );
    // One that lets in and throws out at once, or is of no use for long, would be tried without end.
    const bool left = std::exchange(leaving_, false);
    const bool settled = shard_->now() - ready_since_ >= (left ? useful_time : node_fsm::settling_time);
    if (settled) {
        pauses_.reset();
        attempts_.clear();
        left_.clear();
    }
    if (left) {
        std::erase(left_, node);
        left_.push_back(node);
    }
    note_attempt(node, ready_since_, reason);
    if (settled)
        search();
    else
        pause();
}

bool control_connection::is_final(const endpoint& node, const net::close_reason& reason)
{
    failure f;
    if (is_final_log_in_failure(reason)) {
        // Asking every other node with the same credentials would only get the account locked.
        f = to_log_in_failure(node, reason);
    } else if (reason.code == errc::bad_configuration) {
        // What was asked for is not to be had; a cluster that works only with some of its nodes would hide it.
        f = base::make_failure(reason.code, to_string(node) + ": " + reason.text);
        f.node = node;
    } else {
        return false;
    }
    f.attempts = attempts_;
    refuse(f);
    return true;
}

void control_connection::end_round()
{
    // Certificates do not mend themselves in seconds; every other node was given its chance.
    if (tls_failed_) {
        refuse(progress());
        return;
    }
    searching_ = false;
    if (was_up_ || !waiters_.empty())
        base::log(was_up_ ? log_level::warning : log_level::info, "control", progress().what);
    pause();
}

void control_connection::refuse(const failure& why)
{
    end_search();
    if (waiters_.empty())
        base::log(log_level::warning, "control", why.what);
    while (!waiters_.empty())
        waiters_.pop_front().on_refused(why);
    pause();
}

void control_connection::pause()
{
    if (!closed_ && (was_up_ || !waiters_.empty()))
        shard_->set_timer(*this, shard_->now() + pauses_.next(shard_->env().entropy()));
}

void control_connection::on_timer(base::time_point) noexcept
{
    if (searching_)
        try_next();
    else if (was_up_ || !waiters_.empty())
        search();
}

void control_connection::on_node_up()
{
    const bool only_waits_for_name = searching_ && trials_.empty() && candidates_.resolving();
    if (!closed_ && was_up_ && connection_ == nullptr && (!searching_ || only_waits_for_name))
        search();
}

void control_connection::leave(const net::close_reason& why)
{
    if (const auto open = connection_) {
        leaving_ = true;
        open->close(why);
    }
}

void control_connection::close() noexcept
{
    if (std::exchange(closed_, true))
        return;
    end_search();
    watch_->close();
    if (const auto open = std::exchange(connection_, nullptr))
        open->close({make_error_code(errc::closed), "the cluster is closed", nullptr});
    while (!waiters_.empty())
        waiters_.pop_front().on_refused(base::make_failure(errc::closed, "Cluster is closed"));
}

void control_connection::drop() noexcept
{
    waiters_.clear();
    closed_ = true;
    end_search();
    watch_->drop();
    if (const auto open = std::exchange(connection_, nullptr))
        open->drop();
}

}  // namespace async_cassandra::detail
