// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"

#include "base/log.hpp"
#include "protocol/compression.hpp"
#include "protocol/requests.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace async_cassandra::net {

namespace {

// What one read takes at most: a large body must not hold the loop up for as long as copying all that the kernel has takes.
constexpr std::size_t most_per_read = std::size_t{256} * 1024;

constexpr std::size_t output_kept = 256 * 1024;  // larger output buffers are given back when empty

constexpr const char* wants_tls = "the peer answered with TLS, and cluster_config::tls is not set";

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
    liveness_.on_bytes(shard_->now());
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

void connection::on_early_end(base::error_code code) noexcept
{
    if (code == errc::tls_failed) {
        fail(errc::tls_failed, stream_->describe(code) + " (during the handshake)");
        return;
    }
    std::string text =
        code == asio::error::eof ? "the node closed the connection" : "read: " + code.message();
    text += " during the handshake";
    if (peer_speaks_tls_)
        text += std::string{"; "} + wants_tls;
    else if (!heard_ && !settings_.encrypted)
        text += ", without an answer; if it requires TLS: cluster_config::tls is not set";
    fail(errc::connection_failed, std::move(text));
}

std::string connection::protocol_error_text() const
{
    if (peer_speaks_tls_)
        return wants_tls;
    std::string text = "the peer broke the native protocol: ";
    text += reader_.error().rule;
    text += " (byte " + std::to_string(reader_.error().offset) + " of the connection)";
    if (state_ == state::handshaking)
        text += "; is this a CQL port?";
    return text;
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
    return deliver(header, {}, {});
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
    if (header.stream == probe_id() && std::exchange(probing_, false))
        return true;
    // The second of two equal answers, when the first freed the id and this very turn gave it to another request.
    if (const pending_request* waiting = streams_.waiting(header.stream);
        waiting != nullptr && is_unsent(*waiting)) {
        fail(
            errc::protocol_violation,
            "the node answered on stream " + std::to_string(header.stream) + " before it was asked"
        );
        return false;
    }
    const stream_table::released released = streams_.release(header.stream);
    switch (released.whom) {
    case stream_table::answer_to::request:
        ++answers_;
        waited_ += shard_->now() - streams_.place(header.stream).since;
        settings_.counts->on_answered(header.op == protocol::opcode::error);
        if (body.size() != header.length || !released.request->accepts(header.length))
            released.request->on_too_large(header.length);
        else
            released.request->on_response({header, body, std::move(block)});
        break;
    case stream_table::answer_to::orphan: break;
    case stream_table::answer_to::nobody:
        fail(
            errc::protocol_violation,
            "the node answered on stream " + std::to_string(header.stream) + ", which has no request"
        );
        break;
    }
    return state_ != state::closed;
}

protocol::encode_result connection::send(pending_request& request)
{
    const bool was_idle = streams_.in_use() == 0;
    const std::int16_t id = streams_.acquire(request);
    const std::size_t begin = gathered_.size();
    const protocol::encode_result encoded = request.encode(gathered_, settings_.version, id);
    if (!encoded) {
        gathered_.truncate(begin);
        streams_.release(id);
        return encoded;
    }
    if (compresses_bodies())
        protocol::compress_envelope(settings_.compression, gathered_, begin, compressed_);
    const base::time_point now = shard_->now();
    streams_.set_place(id, {batch_, begin, gathered_.size() - begin, now});
    settings_.counts->on_sent();
    if (was_idle) {
        liveness_.on_busy(now);
        if (watch_at_ > now + settings_.silence.busy_silence)
            watch(now);
    }
    shard_->gathered(*this);
    return encoded;
}

request_effect connection::cancel(pending_request& request) noexcept
{
    const std::int16_t id = request.stream_;
    const stream_table::gathered_at where = streams_.place(id);
    if (where.batch != batch_) {
        streams_.orphan(id);
        settings_.counts->on_failed();
        return request_effect::maybe_applied;
    }
    gathered_.erase(where.offset, where.length);
    streams_.withdraw(id);
    settings_.counts->on_taken_back();
    return request_effect::not_sent;
}

void connection::flush() noexcept
{
    if (writing_ || gathered_.empty() || stream_ == nullptr)
        return;
    swap(gathered_, being_written_);
    ++batch_;
    if (!frame_buffers()) {
        fail(errc::connection_lost, "internal error: gathered output is not whole envelopes");
        return;
    }
    writing_ = true;
    stream_->write(buffers_, [self = shared_from_this()](base::error_code code, std::size_t count) {
        self->shard_->turn([&] { self->on_written(code, count); });
    });
}

bool connection::frame_buffers()
{
    buffers_.clear();
    const std::span<const std::byte> run = being_written_.bytes();
    if (!reader_.in_segments()) {
        buffers_.emplace_back(run.data(), run.size());
        return true;
    }
    if (settings_.compression != compression::none) {
        compressed_.clear();
        if (!protocol::write_lz4_segments(run, compressed_))
            return false;
        buffers_.emplace_back(compressed_.data(), compressed_.size());
        return true;
    }
    pieces_.clear();
    if (!protocol::cut_segments(run, pieces_))
        return false;
    for (const protocol::segment_piece& piece : pieces_) {
        buffers_.emplace_back(piece.header.data(), piece.header.size());
        buffers_.emplace_back(run.data() + piece.offset, piece.length);
        buffers_.emplace_back(piece.trailer.data(), piece.trailer.size());
    }
    return true;
}

void connection::on_written(base::error_code code, std::size_t count)
{
    if (state_ == state::closed)
        return;
    if (code) {
        write_failed_ = true;
        bytes_taken_ = count;
        // During the handshake the read ends, too, and tells more: the peer may have said why it goes.
        if (state_ == state::ready)
            fail(errc::connection_lost, "write: " + stream_->describe(code));
        return;
    }
    writing_ = false;
    being_written_.clear();
    if (secret_batch_ != 0 && secret_batch_ < batch_) {
        wipe({being_written_.data(), being_written_.capacity()});
        wipe({compressed_.data(), compressed_.capacity()});
        secret_batch_ = 0;
    }
    being_written_.shrink(output_kept);
    compressed_.clear();
    compressed_.shrink(output_kept);
    if (!gathered_.empty())
        shard_->gathered(*this);
}

void connection::watch(base::time_point now) noexcept
{
    obey(liveness_.check(now, streams_.in_use() != 0));
}

void connection::probe() noexcept
{
    if (!ready())
        return;
    const auto self = shared_from_this();
    obey(liveness_.demand(shard_->now()));
}

void connection::obey(const liveness::decision& next) noexcept
{
    switch (next.what) {
    case liveness::action::wait: break;
    case liveness::action::probe: send_probe(); break;
    case liveness::action::fail:
        fail(errc::heartbeat_timeout, "the node fell silent: no byte came, not even in answer to OPTIONS");
        return;
    }
    watch_at_ = next.next;
    shard_->set_timer(*this, watch_at_);
}

void connection::send_probe()
{
    if (std::exchange(probing_, true))
        return;
    if (protocol::encode_options(gathered_, settings_.version, probe_id()))
        shard_->gathered(*this);
}

void connection::on_timer(base::time_point now) noexcept
{
    const auto self = shared_from_this();
    if (state_ == state::ready) {
        watch(now);
        return;
    }
    std::string missing{handshake_.waits_for()};
    if (state_ == state::connecting) {
        missing = connecting_->detail();
        if (missing.empty())
            missing = "there was no TCP connection";
    }
    fail(
        errc::handshake_timeout,
        missing + " within " + std::to_string(settings_.handshake_timeout.count()) + " ms"
    );
}

request_effect connection::effect_of(const stream_table::gathered_at& where) const noexcept
{
    const bool never_handed_over = where.batch == batch_;
    const bool refused_whole = where.batch + 1 == batch_ && write_failed_ && bytes_taken_ == 0;
    return never_handed_over || refused_whole ? request_effect::not_sent : request_effect::maybe_applied;
}

void connection::fail(errc code, std::string text) noexcept
{
    close({make_error_code(code), std::move(text), nullptr, nullptr});
}

void connection::close(const close_reason& reason) noexcept
{
    if (state_ == state::closed)
        return;
    const auto self = shared_from_this();
    drop();
    stream_table::gathered_at where;
    while (pending_request* const request = streams_.take_any(where)) {
        const request_effect effect = effect_of(where);
        if (effect == request_effect::not_sent)
            settings_.counts->on_taken_back();
        else
            settings_.counts->on_failed();
        request->on_lost(reason, effect);
    }
    if (connection_owner* const owner = std::exchange(owner_, nullptr))
        owner->on_closed(*this, reason);
}

void connection::drop() noexcept
{
    state_ = state::closed;
    base::timer_wheel::clear(*this);
    static_cast<base::list_hook<dirty_tag>&>(*this).unlink();
    connecting_.reset();
    log_in_.end();
    if (stream_ != nullptr)
        stream_->close();
    stream_.reset();
    if (std::exchange(secret_batch_, 0) != 0) {
        wipe({gathered_.data(), gathered_.capacity()});
        wipe({being_written_.data(), being_written_.capacity()});
        wipe({compressed_.data(), compressed_.capacity()});
    }
}

}  // namespace async_cassandra::net
