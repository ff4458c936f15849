// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "support/seeded_random.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>

namespace async_cassandra::testing {

namespace asio = boost::asio;

/// What the calls of one user came to.
struct stress_tally {
    std::size_t begun = 0;
    std::size_t ended = 0;
    std::size_t answered = 0;
    std::size_t cancelled = 0;
    std::size_t timed_out = 0;
    std::size_t lost = 0;  ///< connection gone, or session closed
    std::size_t pages = 0;
    std::size_t wrong = 0;  ///< somebody else's answer, or an error that nothing explains
};

/// One thread of a program that uses a cluster in every way at once. All its handlers run on its own loop.
class stress_user {
public:
    /// Does `actions` random things, never more than `side_by_side` calls at a time.
    stress_user(const cluster& client, std::uint64_t seed, std::size_t actions, std::size_t side_by_side)
        : client_(client), random_(seed), actions_(actions), at_once_(side_by_side)
    {}

    /// To be called on the user's thread; returns when every call has ended.
    stress_tally run();

private:
    asio::awaitable<void> act();
    void execute(const session& s, const prepared_statement& select, bool cancel);
    asio::awaitable<void> read_stream(session s, std::size_t pages);
    asio::awaitable<void> use_another_session();
    void note(const std::exception_ptr& failed);
    void spawn(asio::awaitable<void> work);

    const cluster& client_;
    seeded_random random_;
    std::size_t actions_;
    std::size_t at_once_;
    std::int64_t next_key_ = 0;
    asio::io_context loop_{1};
    std::list<asio::cancellation_signal> signals_;
    stress_tally tally_;
};

/// What the node of a stress run knows.
inline constexpr const char* stress_select = "SELECT k FROM ks.t WHERE k = ?";
inline constexpr const char* stress_scan = "SELECT k FROM ks.scan";

}  // namespace async_cassandra::testing
