// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"

#include "base/log.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace async_cassandra::net {

namespace {

// What one read takes at most: a large body must not hold the loop up for as long as copying all that the kernel has takes.
constexpr std::size_t most_per_read = std::size_t{256} * 1024;

/// A TLS alert or handshake record (RFC 8446 section 5.1).
bool begins_like_tls(std::span<const std::byte> bytes) noexcept
{
    return bytes.size() >= 2 && (bytes[0] == std::byte{0x15} || bytes[0] == std::byte{0x16}) &&
           bytes[1] == std::byte{0x03};
}

}  // namespace

connection::connection(std::shared_ptr<shard> home, connection_settings settings, connection_owner& owner)
    : shard_(std::move(home)),
      settings_(std::move(settings)),
      owner_(&owner),
      handshake_(
          settings_.version, settings_.keyspace, settings_.authentication != nullptr, settings_.compression
      ),
      log_in_(shard_),
      liveness_(settings_.silence, shard_->now()),
      streams_(settings_.max_in_flight),
      reader_(settings_.version)
{
    if (settings_.counts == nullptr)
        settings_.counts = std::make_shared<traffic>();
}

void connection::open()
{
    state_ = state::connecting;
    ++shard_->held().connections;
    shard_->set_timer(*this, shard_->now() + settings_.handshake_timeout);
    connecting_ = shard_->env().connect(
        settings_.node,
        settings_.host,
        [self = shared_from_this()](base::error_code code, std::unique_ptr<base::byte_stream> stream) {
            self->shard_->turn([&] { self->on_connected(code, std::move(stream)); });
        }
    );
}

void connection::on_connected(base::error_code code, std::unique_ptr<base::byte_stream> stream)
{
    if (state_ != state::connecting)
        return;
    const std::unique_ptr<base::pending_operation> ended = std::move(connecting_);
    if (code) {
        const std::string detail = ended->detail();
        fail(
            code == errc::tls_failed ? errc::tls_failed : errc::connection_failed,
            detail.empty() ? "connect: " + code.message() : detail
        );
        return;
    }
    stream_ = std::move(stream);
    state_ = state::handshaking;
    handshake_.begin(gathered_);
    shard_->gathered(*this);
    read();
}

void connection::read()
{
    const std::span<std::byte> room = reader_.prepare();
    read_into_ = room.first(std::min(room.size(), most_per_read));
    stream_->read_some(read_into_, [self = shared_from_this()](base::error_code code, std::size_t count) {
        self->shard_->turn([&] { self->on_read(code, count); });
    });
}

void connection::on_read(base::error_code code, std::size_t count)
{
    if (state_ == state::closed)
        return;
    if (code) {
        if (state_ == state::handshaking)
            on_early_end(code);
        else
            fail(
                errc::connection_lost,
                code == asio::error::eof ? "the node closed the connection"
                                         : "read: " + stream_->describe(code)
            );
        return;
    }
    const bool was_suspect = liveness_.is_suspect();
    liveness_.on_bytes(shard_->now());
    if (was_suspect && owner_ != nullptr)
        owner_->on_suspicion(*this);
    if (!std::exchange(heard_, true))
        peer_speaks_tls_ = !settings_.encrypted && begins_like_tls(read_into_.first(count));
    protocol::read_status status{};
    try {
        status = reader_.commit_and_drain(count, *this);
    } catch (const std::bad_alloc&) {
        fail(errc::connection_lost, "out of memory while receiving an answer");
        return;
    }
    if (state_ == state::closed)
        return;
    if (status == protocol::read_status::error) {
        fail(errc::protocol_violation, protocol_error_text());
        return;
    }
    count_answers();
    read();
    if (ready() && owner_ != nullptr)
        owner_->on_room(*this);
}

void connection::count_answers() noexcept
{
    if (answers_ != 0)
        settings_.counts->on_answers(
            shard_->now(), std::exchange(answers_, 0), std::exchange(waited_, base::time_point::duration{})
        );
}

bool connection::on_frame(const protocol::frame_header& header, std::span<const std::byte> body)
{
    if (state_ == state::handshaking) {
        follow(handshake_.on_frame(header, body, gathered_));
        return state_ != state::closed;
    }
    return deliver(header, body, {});
}

void connection::follow(handshake::verdict next)
{
    if (handshake_.segments() && !reader_.in_segments())
        reader_.switch_to_segments(handshake_.agreed());
    else if (compresses_bodies())
        reader_.accept_compression(handshake_.agreed());
    switch (next) {
    case handshake::verdict::go_on: break;
    case handshake::verdict::log_in:
        log_in_.begin(
            shared_from_this(), *settings_.authentication, settings_.node, handshake_.authenticator()
        );
        return;
    case handshake::verdict::respond: log_in_.challenge(shared_from_this(), handshake_.token()); return;
    case handshake::verdict::accept:
        if (log_in_.accept(shared_from_this(), handshake_.token()))
            follow(handshake_.accept(gathered_));
        return;
    case handshake::verdict::ready: become_ready(); break;
    case handshake::verdict::refused: version_refused_ = true; [[fallthrough]];
    case handshake::verdict::failed: close(handshake_.reason()); return;
    }
    if (!gathered_.empty())
        shard_->gathered(*this);
}

void connection::on_token(secret_bytes& token) noexcept
{
    if (state_ != state::handshaking)
        return;
    secret_batch_ = batch_;
    follow(handshake_.respond(token.bytes(), gathered_));
}

void connection::on_log_in_failed(const std::string& text, std::exception_ptr cause) noexcept
{
    close({make_error_code(errc::not_authenticated), text, nullptr, std::move(cause)});
}

void connection::become_ready()
{
    if (settings_.authentication != nullptr && handshake_.authenticator().empty())
        base::log(
            log_level::warning,
            "connection",
            "the node asks for no log-in, though there are credentials",
            {{"node", to_string(settings_.node)}}
        );
    state_ = state::ready;
    reader_.require_version(settings_.version);
    watch(shard_->now());
    owner_->on_ready(*this);
}

detail::block_ptr connection::allocate(const protocol::frame_header& header)
{
    if (state_ == state::handshaking)
        return detail::block_ptr::allocate(header.length);
    if (!is_asked(header.stream)) {
        // Not when its body has passed by: by then the id may be another request's.
        fail_unasked(header.stream);
        return {};
    }
    pending_request* const request = streams_.waiting(header.stream);
    if (request == nullptr || !request->accepts(header.length))
        return {};
    return detail::block_ptr::allocate(header.length);
}

bool connection::on_block(const protocol::frame_header& header, detail::block_ptr block)
{
    if (state_ == state::handshaking)
        return on_frame(header, block.bytes());
    const std::span<const std::byte> body = block.bytes();
    return deliver(header, body, std::move(block));
}

bool connection::on_frame_skipped(const protocol::frame_header& header)
{
    return state_ != state::closed && deliver(header, {}, {});
}

bool connection::is_asked(std::int16_t stream) const noexcept
{
    if (stream < 0 || (stream == probe_id() && probing_))
        return true;
    const pending_request* const request = streams_.waiting(stream);
    return request != nullptr ? !is_unsent(*request) : streams_.is_used(stream);
}

void connection::fail_unasked(std::int16_t stream) noexcept
{
    const char* const what = streams_.is_used(stream) ? " before it was asked" : ", which has no request";
    fail(errc::protocol_violation, "the node answered on stream " + std::to_string(stream) + what);
}

bool connection::deliver(
    const protocol::frame_header& header, std::span<const std::byte> body, detail::block_ptr block
)
{
    if (header.stream < 0) {
        if (header.op == protocol::opcode::event && state_ == state::ready && body.size() == header.length)
            owner_->on_event(*this, body);
        return state_ != state::closed;  // other negative ids mean nothing
    }
    if (header.stream == probe_id() && std::exchange(probing_, false)) {
        on_probe_answer(header.op);
        return state_ != state::closed;
    }
    // The second of two equal answers, when the first freed the id and this very turn gave it to another request.
    if (const pending_request* waiting = streams_.waiting(header.stream);
        waiting != nullptr && is_unsent(*waiting)) {
        fail_unasked(header.stream);
        return false;
    }
    const stream_table::released released = streams_.release(header.stream);
    switch (released.whom) {
    case stream_table::answer_to::request:
        ++answers_;
        waited_ += shard_->now() - released.since;
        settings_.counts->on_answered(header.op == protocol::opcode::error);
        if (body.size() != header.length || !released.request->accepts(header.length))
            released.request->on_too_large(header.length);
        else
            released.request->on_response({header, body, std::move(block)});
        break;
    case stream_table::answer_to::orphan:
        --shard_->held().orphans;
        settings_.counts->on_late_answer();
        break;
    case stream_table::answer_to::nobody: fail_unasked(header.stream); break;
    }
    return state_ != state::closed;
}

}  // namespace async_cassandra::net
