// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/handshake.hpp"
#include "net/liveness.hpp"
#include "net/log_in.hpp"
#include "net/pending_request.hpp"
#include "net/shard.hpp"
#include "net/stream_table.hpp"
#include "net/traffic.hpp"
#include "protocol/frame_reader.hpp"
#include "protocol/segment.hpp"

#include <memory>
#include <vector>

namespace async_cassandra::net {

class connection;
struct probe_tag;

/// Waits for what a node says to OPTIONS. Told once, on the shard's thread.
class probe_waiter : public base::list_hook<probe_tag> {
public:
    /// `understood`: it was SUPPORTED.
    virtual void on_probe_answered(base::time_point::duration round_trip, bool understood) noexcept = 0;

    /// The connection ended before.
    virtual void on_probe_lost(const close_reason& reason) noexcept = 0;

protected:
    ~probe_waiter() = default;
};

struct connection_settings {
    endpoint node;
    std::string host;  ///< The name that the node was found under; empty: none.
    protocol_version version = protocol_version::v5;
    std::shared_ptr<authentication_provider> authentication;  ///< Null: cannot log in.
    async_cassandra::compression compression = async_cassandra::compression::none;
    /// By the environment; decides what is said of a peer that does not understand us.
    bool encrypted = false;
    std::string keyspace;                ///< Set with USE during the handshake; empty: none.
    std::uint16_t max_in_flight = 2048;  ///< At most 32,767; one more id is kept for probes.
    std::chrono::milliseconds handshake_timeout{5000};
    liveness::limits silence;
    std::shared_ptr<traffic> counts{};  ///< Where requests are counted; null: nowhere that others see.
};

/// The end of a connection from which nothing comes.
[[nodiscard]] close_reason silent();

/// Who opened a connection. Called on the shard's thread.
class connection_owner {
public:
    virtual void on_ready(connection& c) noexcept = 0;

    /// The last call for this connection. Its requests have been told before.
    virtual void on_closed(connection& c, const close_reason& reason) noexcept = 0;

    /// The node fell silent, or was heard again: see `is_suspect`.
    virtual void on_suspicion(connection&) noexcept {}

    /// Answers came: stream ids are free.
    virtual void on_room(connection& c) noexcept = 0;

    /// Whoever sent a request waits for it no longer. Its stream id is free when the effect is `not_sent`, else an orphan. The
    /// connection may be closed within.
    virtual void on_given_up(connection&, request_effect) noexcept {}

    /// An event, as the owner asked for with REGISTER; `body` is valid during the call.
    virtual void on_event(connection&, std::span<const std::byte> /* body */) noexcept {}

protected:
    virtual ~connection_owner() = default;
};

/// One socket to one node: many requests in flight by stream id, one write a turn for all that gathered. It carries
/// out; which id, when to probe, what an answer to STARTUP means is decided by stream_table, liveness and handshake.
/// Dies with its socket: opening another is the owner's business.
class connection final : public std::enable_shared_from_this<connection>,
                         public flushable,
                         public base::timer_node,
                         public log_in_owner {
public:
    connection(std::shared_ptr<shard> home, connection_settings settings, connection_owner& owner);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() override = default;

    /// Starts connecting; ends in on_ready or on_closed, within the handshake timeout.
    void open();

    [[nodiscard]] bool ready() const noexcept { return state_ == state::ready; }
    /// Nothing came for a while, not even in answer to OPTIONS: requests had better go elsewhere.
    [[nodiscard]] bool is_suspect() const noexcept { return liveness_.is_suspect(); }
    [[nodiscard]] bool has_room() const noexcept { return ready() && !streams_.full(); }
    [[nodiscard]] std::size_t in_flight() const noexcept { return streams_.in_use(); }
    [[nodiscard]] std::size_t orphans() const noexcept { return streams_.orphans(); }
    [[nodiscard]] const endpoint& node() const noexcept { return settings_.node; }
    [[nodiscard]] protocol_version version() const noexcept { return settings_.version; }

    /// True when the server refused the version: a lower one may do.
    [[nodiscard]] bool version_refused() const noexcept { return version_refused_; }

    /// Encodes the request into the gathered output. Precondition: has_room(). When it cannot be encoded, nothing
    /// has happened and the broken rule is returned.
    [[nodiscard]] protocol::encode_result send(pending_request& request);

    /// The request no longer waits. Says what it may have done: a request whose bytes have not been handed to the
    /// socket is taken back, any other leaves an orphaned stream id. The owner is told.
    request_effect cancel(pending_request& request) noexcept;

    /// True while no byte of the request has been handed to the socket.
    [[nodiscard]] bool is_unsent(const pending_request& request) const noexcept
    {
        return streams_.place(request.stream_).batch == batch_;
    }

    /// Asks a ready connection for a sign of life: without one it becomes suspect, and ends after
    /// `silence.heartbeat_timeout`.
    void probe() noexcept;

    /// Asks the node with OPTIONS, whatever else is under way, and tells `who`. An unanswered OPTIONS serves as well.
    /// Precondition: ready().
    void measure(probe_waiter& who);

    /// Ends the connection now. Requests fail with this reason.
    void close(const close_reason& reason) noexcept;

    /// The shard is going away: lets go of socket and timers, tells nobody.
    void drop() noexcept;

    // From flushable and timer_node.
    void flush() noexcept override;
    void on_timer(base::time_point now) noexcept override;

    // From log_in_owner.
    void on_token(secret_bytes& token) noexcept override;
    void on_log_in_failed(const std::string& text, std::exception_ptr cause) noexcept override;

    // The sink of frame_reader.
    bool on_frame(const protocol::frame_header& header, std::span<const std::byte> body);
    detail::block_ptr allocate(const protocol::frame_header& header);
    bool on_block(const protocol::frame_header& header, detail::block_ptr block);
    bool on_frame_skipped(const protocol::frame_header& header);

private:
    enum class state : std::uint8_t { unopened, connecting, handshaking, ready, closed };

    void on_connected(base::error_code code, std::unique_ptr<base::byte_stream> stream);
    void read();
    void on_read(base::error_code code, std::size_t count);
    void on_written(base::error_code code, std::size_t count);
    void on_early_end(base::error_code code) noexcept;
    [[nodiscard]] std::string protocol_error_text() const;
    void follow(handshake::verdict next);
    void become_ready();
    bool deliver(
        const protocol::frame_header& header, std::span<const std::byte> body, detail::block_ptr block
    );
    [[nodiscard]] bool is_asked(std::int16_t stream) const noexcept;
    void fail_unasked(std::int16_t stream) noexcept;
    void send_probe();
    void on_probe_answer(protocol::opcode op) noexcept;
    void watch(base::time_point now) noexcept;
    void obey(const liveness::decision& next) noexcept;
    void count_answers() noexcept;
    [[nodiscard]] std::int16_t probe_id() const noexcept
    {
        return static_cast<std::int16_t>(streams_.limit());
    }
    [[nodiscard]] bool frame_buffers();
    void drop_withdrawn() noexcept;
    /// Whether v4 bodies that go out are compressed.
    [[nodiscard]] bool compresses_bodies() const noexcept
    {
        return settings_.compression != compression::none && settings_.version == protocol_version::v4;
    }
    [[nodiscard]] request_effect effect_of(const stream_table::gathered_at& where) const noexcept;
    void fail(errc code, std::string text) noexcept;
    [[nodiscard]] request_effect give_up(const pending_request& request) noexcept;

    std::shared_ptr<shard> shard_;
    connection_settings settings_;
    connection_owner* owner_;
    state state_ = state::unopened;
    bool version_refused_ = false;
    bool writing_ = false;
    bool write_failed_ = false;
    bool probing_ = false;
    bool heard_ = false;            // bytes have come
    bool peer_speaks_tls_ = false;  // to somebody who does not
    std::span<std::byte> read_into_;
    handshake handshake_;
    log_in log_in_;
    liveness liveness_;
    base::time_point watch_at_{};
    base::time_point probe_sent_{};
    base::intrusive_list<probe_waiter, probe_tag> probe_waiters_;
    std::uint32_t answers_ = 0;            // of the read that is being worked through
    base::time_point::duration waited_{};  // by their requests, together
    stream_table streams_;
    protocol::frame_reader reader_;
    std::unique_ptr<base::pending_operation> connecting_;
    std::unique_ptr<base::byte_stream> stream_;
    base::byte_buffer gathered_;  // whole envelopes, not yet handed to the socket
    std::size_t withdrawn_ = 0;   // bytes in gathered_ that are not to be written any more
    base::byte_buffer being_written_;
    std::uint64_t batch_ = 1;  // number of the write that will carry gathered_
    std::uint64_t secret_batch_ =
        0;                          // number of the write that carries a token of the log-in; 0: none is left
    std::size_t bytes_taken_ = 0;   // of being_written_, when its write failed
    base::byte_buffer compressed_;  // v4: a body being made; v5: the segments of being_written_
    std::vector<protocol::segment_piece> pieces_;
    std::vector<asio::const_buffer> buffers_;
};

}  // namespace async_cassandra::net
