// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulated_session.hpp"

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

class simulated_conversation : public simulated_session,
                               public ::testing::WithParamInterface<protocol_version> {
protected:
    simulated_conversation() { config.protocol = GetParam(); }
    ~simulated_conversation() override { EXPECT_THAT(node.violations(), IsEmpty()); }

    static std::int64_t value_of(const result_set& rows) { return rows.one()->get<std::int64_t>(0); }
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    simulated_conversation,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& version) { return "v" + std::to_string(static_cast<int>(version.param)); }
);

TEST_P(simulated_conversation, connects_and_queries)
{
    connect();
    const auto rows = rows_of("SELECT rack FROM system.local");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.one()->get<std::string>("rack"), "rack1");
}

TEST_P(simulated_conversation, an_answer_takes_the_time_of_the_network_and_no_more)
{
    connect();
    weather().delay_min = weather().delay_max = 10ms;
    const auto begin = world.elapsed();
    static_cast<void>(rows_of("SELECT rack FROM system.local"));
    EXPECT_EQ(world.elapsed() - begin, 20ms);
}

TEST_P(simulated_conversation, prepares_and_executes)
{
    node.on_query("SELECT n FROM ks.t WHERE n = ?")
        .markers(number, {0})
        .returns(number)
        .reply_with([this](const request_record& request) {
            return reply_rows(number, {{request.parameters.values.at(0).bytes}});
        });
    connect();
    const auto select = prepare("SELECT n FROM ks.t WHERE n = ?");
    for (std::int64_t i = 0; i < 10; ++i)
        EXPECT_EQ(value_of(rows_of(select.bind(i))), i);
    node.forget_prepared();
    EXPECT_EQ(value_of(rows_of(select.bind(std::int64_t{10}))), 10);
}

TEST_P(simulated_conversation, reads_and_writes_in_the_smallest_pieces)
{
    const std::string text = "SELECT n FROM ks.t WHERE x = '" + std::string(300, 'x') + "'";
    node.on_query(text).reply(reply_generated(number, 50, [](std::size_t i) {
        return row{cells::bigint(static_cast<std::int64_t>(i))};
    }));
    weather().read_chunk_max = 1;
    weather().packet_max = 1;
    weather().write_chunk_max = 1;
    weather().write_pause_max = 10us;
    weather().send_buffer = 10;
    connect();
    const auto rows = rows_of(text);
    ASSERT_EQ(rows.size(), 50U);
    std::int64_t expected = 0;
    for (const auto& r : rows)
        EXPECT_EQ(r.get<std::int64_t>(0), expected++);
}

TEST_P(simulated_conversation, fetches_all_pages_in_order)
{
    node.on_query("Q").reply(reply_generated(number, 25, [](std::size_t i) {
        return row{cells::bigint(static_cast<std::int64_t>(i))};
    }));
    connect();
    const auto rows = rows_of(statement{"Q"}.page_size(10));
    EXPECT_EQ(rows.size(), 25U);
    EXPECT_EQ(rows.page_count(), 3U);
}

TEST_P(simulated_conversation, speaks_v4_with_a_server_that_knows_no_v5)
{
    for (const auto how :
         {version_refusal::cassandra_3_0, version_refusal::cassandra_3_11, version_refusal::scylla}) {
        fake_node_settings settings;
        settings.highest = protocol_version::v4;
        settings.refusal = how;
        settings.address = loopback_address(2);
        fake_node old{settings};
        world.network().listen(settings.address, old);
        config.contact_points = {"127.0.0.2"};
        connect();
        EXPECT_EQ(rows_of("SELECT rack FROM system.local").size(), 1U);
        EXPECT_EQ(old.requests().back().version, 4);
        close(*client);
        world.network().abandon();
    }
}

TEST_P(simulated_conversation, the_same_run_has_the_same_trace)
{
    const auto run = [&](std::uint64_t seed) {
        fake_node server;
        simulated_world weather_world{seed};
        weather_world.network().listen(address, server);
        weather_world.network().conditions(address).delay_max = std::chrono::milliseconds{5};
        const cluster c = make_simulated_cluster(weather_world, config);
        bool connected = false;
        c.connect("", [&](std::exception_ptr error, session) { connected = !error; });
        EXPECT_TRUE(weather_world.run_until([&] { return connected; }, 10s));
        return weather_world.events().hash();
    };
    EXPECT_EQ(run(7), run(7));
    EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace async_cassandra::testing
