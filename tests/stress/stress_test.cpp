// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"
#include "stress/stress_user.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <iostream>
#include <thread>

// Everything at once, for ThreadSanitizer to look at: four threads of users, two of the library's.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Ge;
using ::testing::IsEmpty;

constexpr std::size_t users = 4;

class stress : public ::testing::TestWithParam<protocol_version> {
protected:
    stress()
    {
        server.node.on_query(stress_select).markers(one_bigint()).returns(one_bigint()).reply_with(echo);
        server.node.on_query(stress_scan).reply(reply_generated(one_bigint(), 1'000, [](std::size_t i) {
            return row{cells::bigint(static_cast<std::int64_t>(i))};
        }));
    }

    static answer echo(const request_record& request)
    {
        return reply_rows(one_bigint(), {{cell{request.parameters.values.at(0).bytes}}});
    }

    static fake_node_settings settings()
    {
        fake_node_settings s;
        s.keep_log = false;
        return s;
    }

    [[nodiscard]] cluster make(std::uint16_t max_in_flight) const
    {
        cluster_config config = server.config(GetParam());
        config.io_threads = 2;
        config.max_in_flight = max_in_flight;
        config.request_timeout = 60s;
        config.reconnect_base_delay = 1ms;
        config.reconnect_max_delay = 10ms;
        return cluster{config};
    }

    /// Runs the users on threads of their own, with `meanwhile` until they are done; all their figures together.
    template <class Meanwhile>
    stress_tally run_users(
        const cluster& client, std::size_t actions, std::size_t side_by_side, Meanwhile meanwhile
    )
    {
        std::vector<stress_tally> tallies(users);
        std::atomic<std::size_t> running = users;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < users; ++i) {
            threads.emplace_back([&, i] {
                tallies[i] = stress_user{client, 1 + i, actions, side_by_side}.run();
                --running;
            });
        }
        while (running != 0) {
            meanwhile();
            std::this_thread::yield();
        }
        for (std::thread& t : threads) {
            t.join();
        }
        stress_tally sum;
        for (const stress_tally& t : tallies) {
            EXPECT_EQ(t.begun, t.ended);
            sum.begun += t.begun;
            sum.answered += t.answered;
            sum.cancelled += t.cancelled;
            sum.timed_out += t.timed_out;
            sum.lost += t.lost;
            sum.pages += t.pages;
            sum.wrong += t.wrong;
        }
        std::cout << sum.begun << " calls: " << sum.answered << " answered, " << sum.pages << " pages, "
                  << sum.cancelled << " cancelled, " << sum.timed_out << " timed out, " << sum.lost
                  << " lost, " << sum.wrong << " wrong\n";
        return sum;
    }

    served_node server{settings()};
};

TEST_P(stress, more_than_ten_thousand_requests_at_once)
{
    constexpr std::size_t per_user = 3'000;
    server.node.on_query(stress_select)
        .markers(one_bigint())
        .returns(one_bigint())
        .reply_with([](const auto& r) { return echo(r).held("gate"); });
    const closed_cluster client{make(10'000)};
    const session s = get(client.connect());
    const prepared_statement select = get(s.prepare(stress_select));
    std::atomic<std::size_t> right = 0;
    std::atomic<std::size_t> ended = 0;
    std::vector<std::thread> threads;
    for (std::size_t user = 0; user < users; ++user) {
        threads.emplace_back([&, user] {
            for (std::size_t i = 0; i < per_user; ++i) {
                const auto key = static_cast<std::int64_t>(user * per_user + i);
                s.execute(select.bind(key), [&, key](const std::exception_ptr& failed, const result_set& r) {
                    right += !failed && r.one()->get<std::int64_t>(0) == key ? 1U : 0U;
                    ++ended;
                });
            }
        });
    }
    for (std::thread& t : threads) {
        t.join();
    }
    EXPECT_TRUE(eventually([&] { return server.node.pending_answers() == users * per_user; }));
    server.node.release("gate");
    EXPECT_TRUE(eventually([&] { return ended == users * per_user; }));
    EXPECT_EQ(right, users * per_user);
    get(client.close());
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

TEST_P(stress, requests_streams_cancellations_time_limits_and_closes)
{
    const closed_cluster client{make(512)};
    std::size_t most = 0;
    const stress_tally sum =
        run_users(client, 5'000, 1'000, [&] { most = std::max(most, client.stats().requests); });
    EXPECT_THAT(most, Ge(1U));
    EXPECT_EQ(sum.wrong, 0U);
    EXPECT_THAT(sum.answered, Ge(10'000U));
    EXPECT_THAT(sum.cancelled, Ge(100U));
    EXPECT_THAT(sum.pages, Ge(1'000U));
    get(client.close());
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

TEST_P(stress, while_connections_break)
{
    const closed_cluster client{make(512)};
    stopwatch since;
    const stress_tally sum = run_users(client, 3'000, 500, [&] {
        if (since.elapsed() > 20ms) {
            server.node.end_connections(peer_ending::reset);
            since = {};
        }
    });
    EXPECT_EQ(sum.wrong, 0U);
    get(client.close());
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

TEST_P(stress, while_the_cluster_closes)
{
    std::optional<cluster> client{make(512)};
    const stopwatch since;
    std::optional<call<void>> closed;
    const stress_tally sum = run_users(*client, 3'000, 500, [&] {
        if (!closed && since.elapsed() > 100ms) {
            closed.emplace(start(client->close()));
        }
    });
    EXPECT_EQ(sum.wrong, 0U);
    if (closed) {
        closed->get();
    }
    expect_closes(*client);
    client.reset();
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

TEST_P(stress, sessions_open_and_close_and_are_dropped_on_threads_of_their_users)
{
    cluster_config config = server.config(GetParam());
    config.io_threads = 4;
    const cluster client{config};
    std::atomic<std::size_t> opened = 0;
    std::vector<std::thread> threads;
    for (std::size_t user = 0; user < users; ++user) {
        threads.emplace_back([&, user] {
            for (std::size_t i = 0; i < 200; ++i) {
                try {
                    session s = get(client.connect());
                    auto stream = s.execute_stream(stress_scan);
                    get(stream.next_page());
                    if ((i + user) % 3 != 0) {
                        get(s.close());
                    }
                    ++opened;
                } catch (const error& e) {
                    EXPECT_EQ(e.code(), errc::closed);
                }
            }
        });
    }
    // The last quarter is opened beside the end of the cluster.
    EXPECT_TRUE(eventually([&] { return opened >= users * 150; }));
    expect_closes(client);
    for (std::thread& t : threads) {
        t.join();
    }
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
    EXPECT_EQ(client.stats(), cluster_stats{});
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    versions, stress, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

}  // namespace
}  // namespace async_cassandra::testing
