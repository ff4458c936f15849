// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"
#include "protocol/compression.hpp"

#include <cstring>
#include <utility>

// What goes out: gathered, framed, written; and what is taken back.
namespace async_cassandra::net {

namespace {

constexpr std::size_t output_kept = 256 * 1024;  // larger output buffers are given back when empty

// In place of its version: the envelope was taken back, and is not to be written any more.
constexpr std::byte withdrawn{0};
// So many bytes of them may lie in the output, whatever else is there.
constexpr std::size_t withdrawn_kept = 64 * 1024;

}  // namespace

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
    settings_.counts->on_sent(now);
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
    const request_effect effect = give_up(request);
    // A closed one tells its owner that alone, if it still has one.
    if (state_ != state::closed)
        owner_->on_given_up(*this, effect);
    return effect;
}

request_effect connection::give_up(const pending_request& request) noexcept
{
    const std::int16_t id = request.stream_;
    const stream_table::gathered_at where = streams_.place(id);
    if (where.batch != batch_) {
        streams_.orphan(id);
        if (state_ == state::closed) {
            settings_.counts->on_failed();  // no answer comes any more
        } else {
            ++shard_->held().orphans;
            settings_.counts->on_given_up();
        }
        return request_effect::maybe_applied;
    }
    // Marked only: to close the gap at once would move all that lies behind it, for each of many that are given up together.
    gathered_.data()[where.offset] = withdrawn;
    withdrawn_ += where.length;
    streams_.release(id);
    settings_.counts->on_taken_back();
    if (ready() && withdrawn_ > withdrawn_kept && withdrawn_ > gathered_.size() / 2)
        drop_withdrawn();
    return request_effect::not_sent;
}

void connection::drop_withdrawn() noexcept
{
    std::byte* const run = gathered_.data();
    std::size_t kept = 0;
    for (std::size_t at = 0; at < gathered_.size();) {
        const protocol::frame_header h =
            protocol::decode_frame_header(std::span<const std::byte, protocol::frame_header_size>{
                run + at, protocol::frame_header_size});
        const std::size_t length = protocol::frame_header_size + h.length;
        if (run[at] != withdrawn) {
            if (at != kept) {
                std::memmove(run + kept, run + at, length);
                streams_.move(h.stream, batch_, at, kept);
            }
            kept += length;
        }
        at += length;
    }
    gathered_.truncate(kept);
    withdrawn_ = 0;
}

void connection::flush() noexcept
{
    if (writing_ || stream_ == nullptr)
        return;
    if (withdrawn_ != 0)
        drop_withdrawn();
    if (gathered_.empty())
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

request_effect connection::effect_of(const stream_table::gathered_at& where) const noexcept
{
    const bool never_handed_over = where.batch == batch_;
    const bool refused_whole = where.batch + 1 == batch_ && write_failed_ && bytes_taken_ == 0;
    return never_handed_over || refused_whole ? request_effect::not_sent : request_effect::maybe_applied;
}

}  // namespace async_cassandra::net
