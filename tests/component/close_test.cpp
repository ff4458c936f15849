// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"

#include <gmock/gmock.h>

// Closing sessions and clusters, and what becomes of a node that goes and comes back.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;

void expect_closed(const failure& f)
{
    EXPECT_EQ(f.code, errc::closed);
    EXPECT_EQ(f.what, "Session is closed");
    EXPECT_EQ(f.effect, request_effect::not_sent);
}

class closing : public ::testing::TestWithParam<unsigned> {
protected:
    static void expect_at_once(const stopwatch& time)
    {
        const auto took = time.elapsed();
        RecordProperty("idle_close_ms", std::to_string(took.count()));
        EXPECT_LT(took, at_once);
    }
    void expect_every_call_refused(const session& s)
    {
        expect_closed(failure_of<connection_error>(s.execute(query)));
        expect_closed(failure_of<connection_error>(s.execute_page(query)));
        expect_closed(failure_of<connection_error>(s.prepare(query)));
        auto stream = s.execute_stream(query);
        expect_closed(failure_of<connection_error>(stream.next_page()));
        expect_closed(*get(s.try_execute(query)).error());
        EXPECT_TRUE(s.is_closed());
    }

    connected_node server{[](cluster_config& c) {
        c.io_threads = GetParam();
        c.drain_timeout = 300ms;
    }};
};

TEST_P(closing, an_idle_session_closes_at_once)
{
    const stopwatch time;
    get(server.session.close());
    expect_at_once(time);
    expect_every_call_refused(server.session);
    EXPECT_FALSE(server.client.is_closed());
    // The pools belong to the cluster.
    EXPECT_EQ(server.node.open_connections(), 1U + GetParam());
}

TEST_P(closing, an_idle_cluster_closes_at_once_with_its_sessions_and_connections)
{
    const stopwatch time;
    get(server.client.close());
    expect_at_once(time);
    expect_every_call_refused(server.session);
    EXPECT_TRUE(server.client.is_closed());
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
    const failure f = failure_of<connection_error>(server.client.connect());
    EXPECT_EQ(f.code, errc::closed);
    EXPECT_EQ(f.what, "Cluster is closed");
}

TEST_P(closing, other_sessions_go_on)
{
    const session other = get(server.client.connect());
    get(server.session.close());
    EXPECT_FALSE(other.is_closed());
    EXPECT_EQ(get(other.execute("SELECT key FROM system.local")).size(), 1U);
    const session later = get(server.client.connect());
    EXPECT_EQ(get(later.execute("SELECT key FROM system.local")).size(), 1U);
}

TEST_P(closing, running_requests_finish_first)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    std::vector<call<result_set>> running;
    for (int i = 0; i < 100; ++i) {
        running.push_back(start(server.session.execute(query)));
    }
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 100; }));
    auto closed = start(server.session.close());
    EXPECT_TRUE(server.session.is_closed());
    expect_closed(failure_of<connection_error>(server.session.execute(query)));
    EXPECT_FALSE(closed.ended());
    server.node.release("gate");
    for (auto& one : running) {
        EXPECT_EQ(one.get().size(), 1U);
    }
    closed.get();
}

TEST_P(closing, requests_that_outlast_the_drain_timeout_fail)
{
    server.node.on_query(query).reply(no_reply());
    std::vector<call<result_set>> running;
    for (int i = 0; i < 100; ++i) {
        running.push_back(start(server.session.execute(query)));
    }
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 100; }));
    const stopwatch time;
    auto closed = start(server.client.close());
    for (auto& one : running) {
        const failure f = failure_of<connection_error>(std::move(one));
        EXPECT_EQ(f.code, errc::closed);
        EXPECT_THAT(f.what, HasSubstr("drain_timeout"));
        EXPECT_EQ(f.effect, request_effect::maybe_applied);
        EXPECT_EQ(f.node, server.server.endpoint());
    }
    closed.get();
    EXPECT_THAT(time.elapsed(), AllOf(Ge(300ms), Lt(3s)));
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
}

TEST_P(closing, sessions_of_one_cluster_drain_side_by_side)
{
    server.node.on_query(query).reply(no_reply());
    std::vector<session> sessions;
    std::vector<call<result_set>> running;
    for (int i = 0; i < 10; ++i) {
        sessions.push_back(get(server.client.connect()));
        running.push_back(start(sessions.back().execute(query)));
    }
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 10; }));
    const stopwatch time;
    get(server.client.close());
    EXPECT_THAT(time.elapsed(), AllOf(Ge(300ms), Lt(1500ms)));
    for (auto& one : running) {
        EXPECT_EQ(failure_of<connection_error>(std::move(one)).code, errc::closed);
    }
}

TEST_P(closing, streams_end_with_their_session)
{
    server.node.on_query(query)
        .reply_once(reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4)}))
        .reply_once(no_reply());
    auto stream = server.session.execute_stream(query);
    get(stream.next_page());
    auto waiting = start(stream.next_page());
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 2; }));
    get(server.session.close());
    EXPECT_EQ(failure_of<connection_error>(std::move(waiting)).code, errc::closed);
    EXPECT_EQ(failure_of<connection_error>(stream.next_page()).code, errc::closed);
}

TEST_P(closing, repeated_and_parallel_closes_wait_for_the_same_end)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    auto running = start(server.session.execute(query));
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 1; }));
    std::vector<call<void>> closes;
    for (int i = 0; i < 8; ++i) {
        closes.push_back(start(server.session.close()));
        closes.push_back(start(server.client.close()));
    }
    server.node.release("gate");
    EXPECT_EQ(running.get().size(), 1U);
    for (auto& one : closes) {
        one.get();
    }
    get(server.session.close());
    get(server.client.close());
    get(server.session.close());
}

TEST_P(closing, closing_while_connecting_ends_the_connect)
{
    server.node.on_request(protocol::opcode::startup).reply(no_reply());
    const closed_cluster second{server.config()};
    auto connecting = start(second.connect());
    ASSERT_TRUE(eventually([&] {
        return server.node.request_count(protocol::opcode::startup) > 1 + GetParam();
    }));
    const stopwatch time;
    get(second.close());
    const failure f = failure_of<connection_error>(std::move(connecting));
    EXPECT_EQ(f.code, errc::closed);
    EXPECT_LT(time.elapsed(), at_once);
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 1 + GetParam(); }));
}

TEST_P(closing, a_cluster_that_never_connected_closes)
{
    const closed_cluster unused{server.config()};
    get(unused.close());
    EXPECT_TRUE(unused.is_closed());
}

INSTANTIATE_TEST_SUITE_P(io_threads, closing, ::testing::Values(1U, 4U));

// R26
TEST(node_that_comes_back, is_connected_again_on_the_same_port)
{
    fake_node node;
    node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    auto server = std::make_unique<loopback_server>(node);
    cluster_config config;
    config.contact_points = {to_string(server->endpoint())};
    config.reconnect_base_delay = 10ms;
    config.reconnect_max_delay = 100ms;
    const closed_cluster client{config};
    const session s = get(client.connect());
    EXPECT_EQ(get(s.execute(query)).size(), 1U);
    for (int round = 0; round < 3; ++round) {
        const std::uint16_t port = server->endpoint().port;
        server->kill();
        server.reset();
        EXPECT_TRUE(eventually([&] {
            const auto outcome = get(s.try_execute(query));
            return outcome.has_error() && outcome.error()->code == errc::no_host_available;
        }));
        server = std::make_unique<loopback_server>(node, port);
        const stopwatch time;
        EXPECT_TRUE(eventually([&] { return get(s.try_execute(query)).has_value(); }));
        EXPECT_LT(time.elapsed(), 1s) << "ten times the longest pause";
    }
    EXPECT_THAT(node.violations(), IsEmpty());
    get(client.close());
}

TEST(node_that_comes_back, learns_prepared_statements_again)
{
    connected_node server;
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    const prepared_statement select = get(server.session.prepare(query));
    EXPECT_EQ(get(server.session.execute(select.bind())).size(), 1U);
    server.node.forget_prepared();
    EXPECT_EQ(get(server.session.execute(select.bind())).size(), 1U);
    EXPECT_EQ(server.node.request_count(protocol::opcode::prepare), 2U);
}

}  // namespace
}  // namespace async_cassandra::testing
