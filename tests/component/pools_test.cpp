// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

// How many connections there are, how the load is spread over them, and what waits for a free stream id.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Lt;

constexpr const char* silent = "SELECT silent FROM ks.t";
constexpr unsigned threads = 2;

class pools : public ::testing::TestWithParam<unsigned> {
protected:
    [[nodiscard]] static auto with(unsigned connections)
    {
        return [connections](cluster_config& c) {
            c.io_threads = threads;
            c.connections_per_node = connections;
            c.request_timeout = patience;
        };
    }
    /// QUERYs by the number of the connection that they came on.
    [[nodiscard]] static std::map<std::size_t, std::size_t> load_of(const served_node& server)
    {
        std::map<std::size_t, std::size_t> load;
        for (const request_record& r : server.node.requests(protocol::opcode::query)) {
            if (r.query == query) {
                ++load[r.connection];
            }
        }
        return load;
    }
    static void run_many(const session& s, int count)
    {
        std::vector<call<result_set>> running;
        for (int i = 0; i < count; ++i) {
            running.push_back(start(s.execute(query)));
        }
        for (auto& one : running) {
            EXPECT_EQ(one.get().size(), 1U);
        }
    }
};

// R36
TEST_P(pools, the_node_sees_exactly_the_connections_that_were_asked_for_and_an_even_load)
{
    const unsigned wanted = GetParam() * threads;
    connected_node server{with(GetParam())};
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == wanted + 1; }));
    // The node knows a connection sooner than the client has it ready.
    EXPECT_TRUE(eventually([&] {
        run_many(server.session, 100);
        return load_of(server).size() == wanted;
    }));
    const auto before = load_of(server);
    // A steady load: a burst goes where answers come first.
    for (int i = 0; i < 80; ++i) {
        run_many(server.session, 100);
    }
    const auto load = load_of(server);
    EXPECT_EQ(load.size(), wanted);
    double most_uneven = 0;
    for (const auto& [number, count] : load) {
        const std::size_t times_even = (count - before.at(number)) * wanted;
        EXPECT_THAT(times_even, AllOf(Ge(7'200U), Le(8'800U))) << "connection " << number;
        most_uneven = std::max(most_uneven, std::abs(static_cast<double>(times_even) / 80 - 100));
    }
    RecordProperty("most_uneven_percent", std::to_string(most_uneven));
    EXPECT_EQ(server.node.connections_accepted(), wanted + 1U);
    EXPECT_THAT(server.node.violations(), IsEmpty());
    get(server.client.close());
}

// R36
TEST_P(pools, count_for_each_keyspace_in_use_where_it_belongs_to_the_connection)
{
    connected_node server{with(GetParam()), protocol_version::v4, {.keyspaces = {"a", "b"}}};
    const session a = get(server.client.connect("a"));
    const session b = get(server.client.connect("b"));
    const session again = get(server.client.connect("b"));
    const unsigned wanted = 3 * GetParam() * threads + 1;
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == wanted; }));
    EXPECT_EQ(server.node.connections_accepted(), wanted);
    get(server.client.close());
}

INSTANTIATE_TEST_SUITE_P(connections, pools, ::testing::Values(1U, 2U, 8U));

// R36: at run time without errors.
TEST_F(pools, are_resized_under_load)
{
    connected_node server{with(1)};
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    for (const unsigned connections : {8U, 2U, 1U, 4U}) {
        server.client.set_connections_per_node(connections);
        run_many(server.session, 2'000);
        EXPECT_TRUE(eventually([&] { return server.node.open_connections() == connections * threads + 1; }))
            << connections;
    }
    EXPECT_THAT(server.node.violations(), IsEmpty());
    EXPECT_THROW(server.client.set_connections_per_node(0), configuration_error);
    EXPECT_THROW(server.client.set_connections_per_node(9), configuration_error);
    get(server.client.close());
    server.client.set_connections_per_node(8);
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
}

// R42
TEST(pool_queue, takes_40000_requests_at_once_on_one_connection)
{
    connected_node server{[](cluster_config& c) { c.request_timeout = patience; }};
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    std::vector<call<result_set>> running;
    for (int i = 0; i < 40'000; ++i) {
        running.push_back(start(server.session.execute(query)));
    }
    for (auto& one : running) {
        EXPECT_EQ(one.get().size(), 1U);
    }
    std::set<std::size_t> used;
    for (const request_record& r : server.node.requests(protocol::opcode::query)) {
        if (r.query == query) {
            used.insert(r.connection);
        }
    }
    EXPECT_EQ(used.size(), 1U);
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

/// One stream id, and a node that answers nothing to it.
connected_node busy_node(std::chrono::milliseconds timeout)
{
    return connected_node{[timeout](cluster_config& c) {
        c.max_in_flight = 1;
        c.max_queued_requests = 2;
        c.request_timeout = timeout;
    }};
}

// R42
TEST(pool_queue, refuses_at_once_what_is_too_much)
{
    connected_node server = busy_node(patience);
    server.node.on_query(silent).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    std::vector<call<result_set>> taken;
    for (int i = 0; i < 3; ++i) {
        taken.push_back(start(server.session.execute(silent)));
    }
    const stopwatch time;
    const failure f = failure_of<overloaded>(server.session.execute(silent));
    EXPECT_LT(time.elapsed(), 500ms);
    EXPECT_EQ(f.code, errc::overloaded);
    EXPECT_EQ(f.effect, request_effect::not_sent);
    server.node.release("gate");
    for (auto& one : taken) {
        EXPECT_EQ(one.get().size(), 1U);
    }
}

// R42: all stream ids busy never hangs.
TEST(pool_queue, a_deadline_that_is_reached_in_it_is_a_request_that_was_not_sent)
{
    connected_node server = busy_node(300ms);
    server.node.on_query(silent).reply(no_reply());
    auto sent = start(server.session.execute(silent));
    auto queued = start(server.session.execute(silent));
    const failure first = failure_of<operation_timed_out>(std::move(sent));
    EXPECT_EQ(first.effect, request_effect::maybe_applied);
    const failure second = failure_of<operation_timed_out>(std::move(queued));
    EXPECT_EQ(second.effect, request_effect::not_sent);
    EXPECT_THAT(second.what, HasSubstr("waited to be sent"));
    EXPECT_EQ(server.queries_of(silent), 1U);
}

}  // namespace
}  // namespace async_cassandra::testing
