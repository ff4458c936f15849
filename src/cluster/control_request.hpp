// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/result.hpp>
#include <async_cassandra/result_set.hpp>

#include "net/answer.hpp"
#include "net/connection.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace async_cassandra::detail {

/// Whether the node would answer so again, however often it is asked. Whatever else went wrong may pass: a node that boots or
/// is overrun answers otherwise later, and another node may answer otherwise now.
[[nodiscard]] bool is_lasting(const boost::system::error_code& why) noexcept;

/// Whether the server says that it has no such table. It is asked for tables of newer servers, too.
[[nodiscard]] bool is_unknown_table(const failure& why) noexcept;

/// A request of the library's own on one connection. It is not tried elsewhere: when the connection goes, it fails.
/// Belongs to the shard of the connection; owned by shared pointers until it has ended.
class control_request : public net::pending_request,
                        private base::timer_node,
                        public std::enable_shared_from_this<control_request> {
public:
    /// Ends once, after this function or within it, at the latest when the time is over.
    void run(std::chrono::milliseconds timeout);

    /// Nobody is told any more.
    void give_up() noexcept;

protected:
    control_request(std::shared_ptr<net::shard> home, std::shared_ptr<net::connection> on);
    ~control_request() override = default;

    [[nodiscard]] net::connection& on() const noexcept { return *connection_; }

    /// Sends, for the first time or again.
    void ask();

    /// The time limit begins anew.
    void renew_time() noexcept;

    /// It is over; nothing more comes.
    void end() noexcept;
    void fail(boost::system::error_code code, std::string what);

    virtual void on_answer(net::response&& answer) = 0;

    /// After `end`.
    virtual void on_failed(failure_ptr why) = 0;
    virtual void forget() noexcept = 0;

    /// For the text of a failure.
    [[nodiscard]] virtual std::string_view what() const noexcept = 0;

private:
    [[nodiscard]] bool accepts(std::uint32_t) noexcept override { return true; }
    void on_too_large(std::uint32_t body_length) noexcept final;
    void on_response(net::response&& answer) noexcept final;
    void on_lost(const net::close_reason& reason, request_effect effect) noexcept final;
    void on_timer(base::time_point now) noexcept final;

    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<net::connection> connection_;
    std::chrono::milliseconds timeout_{};
    bool waiting_ = false;  // the connection knows of it
};

/// How a system table is read.
struct query_limits {
    std::chrono::milliseconds timeout;  ///< Of all pages together, or of each.
    bool for_each_page = false;         ///< What is long may take long, as long as it goes on.
    std::int32_t rows_per_page =
        100;  ///< So many nodes with 256 tokens each are read in about a millisecond.
};

/// Reads a system table to its last page.
class control_query final : public control_request {
public:
    using callback = std::function<void(result<result_set>)>;

    control_query(
        std::shared_ptr<net::shard> home,
        std::shared_ptr<net::connection> on,
        std::string cql,
        const query_limits& limits,
        callback done
    );

private:
    [[nodiscard]] protocol::encode_result encode(
        base::byte_buffer& out, protocol_version version, std::int16_t stream
    ) override;
    [[nodiscard]] bool accepts(std::uint32_t body_length) noexcept override;
    void on_answer(net::response&& answer) override;
    void take_page(protocol::rows_result& rows, net::response&& answer);
    void on_failed(failure_ptr why) override;
    void forget() noexcept override { done_ = nullptr; }
    [[nodiscard]] std::string_view what() const noexcept override { return cql_; }

    std::string cql_;
    query_limits limits_;
    callback done_;
    result_set rows_;
    paging_state next_;
    std::size_t bytes_ = 0;
};

/// One question after the other, of somebody who goes on with what the last has brought.
class control_inquiry {
public:
    /// As control_query; `then` keeps whoever this belongs to. It may run within this function.
    void ask(
        std::shared_ptr<net::shard> home,
        std::shared_ptr<net::connection> on,
        std::string cql,
        const query_limits& limits,
        control_query::callback then
    );

    /// The question under way, if there is one, is not answered any more.
    void give_up() noexcept;

private:
    std::shared_ptr<control_query> running_;
};

/// Asks for all events: REGISTER.
class event_registration final : public control_request {
public:
    using callback = std::function<void(const failure_ptr& why)>;  ///< Null: they will come.

    event_registration(std::shared_ptr<net::shard> home, std::shared_ptr<net::connection> on, callback done);

private:
    [[nodiscard]] protocol::encode_result encode(
        base::byte_buffer& out, protocol_version version, std::int16_t stream
    ) override;
    void on_answer(net::response&& answer) override;
    void on_failed(failure_ptr why) override;
    void forget() noexcept override { done_ = nullptr; }
    [[nodiscard]] std::string_view what() const noexcept override { return "REGISTER"; }

    callback done_;
};

}  // namespace async_cassandra::detail
