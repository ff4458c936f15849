// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulated_session.hpp"
#include "support/raw_peer.hpp"

#include <boost/asio/error.hpp>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

// A tick of the timer wheel.
constexpr auto lateness_allowed = 1ms;

class simulated_limits : public simulated_session {
protected:
    simulated_limits() { node.on_query("silence").reply(no_reply()); }

    /// How, and after what time, connecting to this contact point fails.
    std::pair<failure, std::chrono::nanoseconds> failing_connect(const std::string& contact_point)
    {
        config.contact_points = {contact_point};
        const auto begin = world.elapsed();
        client.emplace(make_simulated_cluster(world, config));
        const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
        wait(*end);
        return {failure_of<no_host_available>(*end), end->at - begin};
    }

    template <class Limit>
    static auto within(Limit limit)
    {
        return AllOf(
            Ge(std::chrono::nanoseconds{limit}), Le(std::chrono::nanoseconds{limit} + lateness_allowed)
        );
    }
};

TEST_F(simulated_limits, a_request_ends_at_its_limit_to_the_tick)
{
    connect();
    for (const auto limit : {1ms, 20ms, 150ms, 900ms}) {
        const auto begin = world.elapsed();
        const auto end = execute(statement{"silence"}.timeout(limit));
        wait(*end);
        const failure f = failure_of<operation_timed_out>(*end);
        EXPECT_THAT(end->at - begin, within(limit));
        EXPECT_EQ(f.effect, request_effect::maybe_applied);
        EXPECT_EQ(f.node, address);
    }
}

TEST_F(simulated_limits, a_late_answer_is_thrown_away_and_its_stream_id_held_until_then)
{
    node.on_query("late").reply(reply_void().after(1s));
    connect();
    for (int i = 0; i < 50; ++i) {
        const auto end = execute(statement{"late"}.timeout(100ms));
        wait(*end);
        failure_of<operation_timed_out>(*end);
    }
    world.run_for(5s);
    EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U);
    EXPECT_THAT(node.violations(), ::testing::IsEmpty());
    EXPECT_EQ(node.connections_accepted(), world.network().open_connections(address));
}

TEST_F(simulated_limits, answers_that_are_there_are_not_thrown_away_when_the_client_was_stalled)
{
    connect();
    const auto end = execute(statement{"SELECT rack FROM system.local"}.timeout(300ms));
    world.after(60us, [&] { world.stall(2s); });  // the answer is on its way
    wait(*end);
    EXPECT_FALSE(end->error);
}

TEST_F(simulated_limits, connecting_to_a_server_that_says_nothing_ends_in_time)
{
    raw_peer silent{raw_peer::silent()};
    world.network().listen(loopback_address(2), silent);
    const auto [f, time] = failing_connect("127.0.0.2");
    EXPECT_THAT(f.what, HasSubstr("127.0.0.2:9042"));
    EXPECT_LE(time, config.connect_timeout + lateness_allowed);
    world.network().abandon();
}

TEST_F(simulated_limits, connecting_into_the_void_ends_in_time)
{
    world.network().set_connect_fate(address, connect_fate::ignored);
    const auto [f, time] = failing_connect("127.0.0.1");
    EXPECT_THAT(f.what, HasSubstr("127.0.0.1:9042"));
    EXPECT_LE(time, config.connect_timeout + lateness_allowed);
}

TEST_F(simulated_limits, a_refused_connection_is_told_with_its_address)
{
    const auto [f, time] = failing_connect("127.0.0.9");
    EXPECT_THAT(f.what, AllOf(HasSubstr("127.0.0.9:9042"), HasSubstr("refused")));
    EXPECT_THAT(time, within(config.connect_timeout)) << "it is tried again until then";
}

TEST_F(simulated_limits, names_that_do_not_resolve_are_told)
{
    world.network().fail_name("no-such-host", asio::error::host_not_found);
    EXPECT_THAT(failing_connect("no-such-host").first.what, HasSubstr("no-such-host"));
    world.network().silence_name("slow-name");
    const auto [f, time] = failing_connect("slow-name");
    EXPECT_THAT(f.what, HasSubstr("slow-name"));
    EXPECT_LE(time, config.connect_timeout + lateness_allowed);
}

TEST_F(simulated_limits, all_addresses_of_a_name_are_tried)
{
    world.network().add_name("db", {loopback_address(7).address, loopback_address(1).address});
    config.contact_points = {"db"};
    connect();
    EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U);
}

}  // namespace
}  // namespace async_cassandra::testing
