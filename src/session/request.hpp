// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/pool_set.hpp"
#include "session/session_shard.hpp"

#include <boost/asio/cancellation_type.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace async_cassandra::detail {

namespace asio = boost::asio;

/// One request on its way over the nodes of its plan: chooses a node, waits for the answer, and ends exactly once, by its
/// deadline at the latest. What is sent and what an answer means is up to the derived class.
class request : public pool_request, private base::timer_node, public base::list_hook<running_tag> {
public:
    request(const request&) = delete;
    request& operator=(const request&) = delete;

    /// The caller cancels. False when this kind of cancellation does not apply: the request goes on.
    bool cancel_request(asio::cancellation_type type) noexcept;

    /// The session ends it.
    void fail_closed() noexcept;

protected:
    explicit request(std::shared_ptr<session_shard> home) noexcept : home_(std::move(home)) {}
    ~request() override = default;

    [[nodiscard]] session_shard& home() const noexcept { return *home_; }

    /// Starts the clock and sends. Once.
    void begin(std::chrono::milliseconds timeout) noexcept;

    /// Starts the clock alone. False when it has ended by that: the session is closed.
    [[nodiscard]] bool start_clock(std::chrono::milliseconds timeout) noexcept;

    /// Where it runs, whatever the session's keyspace becomes: from its begin on the one of that time, unless it was told.
    /// Precondition: begun, or told.
    [[nodiscard]] const keyspace_use& keyspace() const noexcept { return *keyspace_; }

    /// `where` must live as long as this request.
    void run_in(const keyspace_use& where) noexcept { keyspace_ = &where; }

    /// Sends again within the same deadline: the next page.
    void resend() noexcept;

    /// Sends again within the same deadline, to the node that has just answered.
    void resend_here() noexcept;

    /// The node it was sent to last. Precondition: it was sent.
    [[nodiscard]] const pool& node_pool() const noexcept { return *pool_; }
    [[nodiscard]] const pool_ptr& coordinator() const noexcept { return pool_; }

    /// It has what it wanted.
    void succeed() noexcept { end(); }

    void fail(failure&& f) noexcept;
    void fail(errc code, std::string what, request_effect effect) noexcept;

    /// The node answered with an ERROR message.
    void fail_from_server(server_error_details&& details) noexcept;

    /// The node answered with an ERROR message, and it goes on. When that leads nowhere, this is what it failed of …
    void note_refusal(server_error_details&& details);

    /// … unless what it was refused for has been mended.
    void forget_refusal() noexcept { refusal_.reset(); }

    /// The node's answer breaks the protocol.
    void fail_malformed(std::string rule) noexcept;

    /// Its body has passed by. Not for a request that may refuse an answer for its size.
    void on_too_large(std::uint32_t body_length) noexcept override;

    /// Lets go of pool, timer and session without an end: the shard is going away.
    void detach_request() noexcept;

    [[nodiscard]] bool ended() const noexcept { return state_ == state::ended; }
    [[nodiscard]] const failure_ptr& error() const noexcept { return failure_; }
    [[nodiscard]] failure_ptr take_error() noexcept { return std::move(failure_); }
    void set_error(failure_ptr f) noexcept { failure_ = std::move(f); }

    /// The text for deciding what an error may have done.
    [[nodiscard]] virtual std::string_view cql() const noexcept = 0;

    /// The answer is here, but to work through it takes more turns.
    void set_decoding() noexcept { state_ = state::decoding; }

    /// The nodes to try. May throw what a user's policy throws.
    [[nodiscard]] virtual pool_plan make_plan();

    /// Why the plan was empty from the beginning.
    [[nodiscard]] virtual std::string why_no_node() const;

    /// What is sent changes nothing on the servers, whatever becomes of it.
    [[nodiscard]] virtual bool changes_nothing() const noexcept { return false; }

    /// A try on the node has ended like this.
    void note_attempt(boost::system::error_code code, std::string reason, request_effect effect);

    /// Its time is over, or its session is closed, while it is decoding. True: it has ended with what it has.
    [[nodiscard]] virtual bool deliver_early() noexcept { return false; }

    /// Tries that were made for it, but not by it.
    void add_attempts(std::vector<attempt>&& made);

    /// What can have become of the user's request when an attempt may have had this effect.
    [[nodiscard]] request_effect honest(request_effect effect) const noexcept;

    /// It is about to end, for whatever reason but the shard's going away.
    virtual void on_ending() noexcept {}

    /// It ended; `error()` says how. Last call; the object may destroy itself.
    virtual void on_end() noexcept = 0;

    /// The answer is here, and this request is off its connection.
    virtual void on_answer(net::response&& answer) = 0;

private:
    enum class state : std::uint8_t { idle, on_node, decoding, ended };

    [[nodiscard]] bool has_alternatives() const noexcept final { return plan_.has_choice(); }
    void try_nodes() noexcept;
    [[nodiscard]] bool is_spill(std::uint32_t position) const noexcept;
    [[nodiscard]] bool offer(pool& where) noexcept;
    void end() noexcept;
    [[nodiscard]] request_effect leave_node() noexcept;
    [[nodiscard]] failure failure_of_attempts();
    [[nodiscard]] failure failure_of_refusal();

    void on_response(net::response&& answer) noexcept final;
    void on_lost(const net::close_reason& reason, request_effect effect) noexcept final;
    void on_unencodable(const char* rule) noexcept final;
    void on_timer(base::time_point now) noexcept final;

    std::shared_ptr<session_shard> home_;
    const keyspace_use* keyspace_ = nullptr;
    pool_plan plan_;
    pool_ptr pool_;
    base::time_point attempt_began_{};
    std::chrono::milliseconds timeout_{};
    std::vector<attempt> attempts_;
    std::shared_ptr<const server_error_details> refusal_;
    failure_ptr failure_;
    state state_ = state::idle;
};

}  // namespace async_cassandra::detail
