// SPDX-License-Identifier: Apache-2.0
// A session that moves to another keyspace, and statements of sessions in several. // R24
#include "simulation/simulated_session.hpp"

#include <map>
#include <set>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using protocol::opcode;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Keyspaces a and b, each with a table t, whose row 1 holds the name of its keyspace.
class keyspaces : public simulated_cluster_session, public ::testing::WithParamInterface<protocol_version> {
protected:
    keyspaces()
    {
        config.protocol = GetParam();
        config.io_threads = 2;
        keyspace = "a";
        for (const std::string name : {"a", "b"}) {
            nodes.change_schema(
                "CREATE KEYSPACE " + name +
                " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}"
            );
            nodes.change_schema("CREATE TABLE " + name + ".t (k bigint PRIMARY KEY, v text)");
            nodes.put(name + ".t", *cells::bigint(1), {{"k", cells::bigint(1)}, {"v", cells::text(name)}});
        }
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query(pages).reply_with([](const request_record& request) {
                const row one{cells::text(request.keyspace)};
                return reply_pages(columns_of("", "pages", "v text"), {{one}, {one}, {one}});
            });
    }

    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            expect_connections_in_one_keyspace(nodes.node(i));
    }

    /// No connection was ever put into a second keyspace, and with version 5, where requests name theirs, into none.
    static void expect_connections_in_one_keyspace(fake_node& node)
    {
        std::map<std::size_t, std::set<std::string>> used;
        for (const request_record& request : node.requests()) {
            if (request.op != opcode::query || !request.query.starts_with("USE "))
                continue;
            std::string name = request.query.substr(4);
            std::erase(name, '"');
            used[request.connection].insert(name);
        }
        for (const auto& [connection, names] : used) {
            EXPECT_EQ(GetParam(), protocol_version::v4) << "a connection was put into a keyspace";
            EXPECT_THAT(names, SizeIs(1)) << "connection " << connection;
        }
    }

    static constexpr const char* query = "SELECT k, v FROM t WHERE k = 1";
    static constexpr const char* prepared_query = "SELECT v FROM t WHERE k = ?";
    static constexpr const char* pages = "SELECT * FROM pages";

    [[nodiscard]] static bool v5() { return GetParam() == protocol_version::v5; }

    std::string value_of(const session& in, statement what)
    {
        const auto end =
            start<result_set>([&](auto handler) { in.execute(std::move(what), std::move(handler)); });
        wait(*end);
        if (end->error)
            std::rethrow_exception(end->error);
        return end->value->one().value().get<std::string>("v");
    }
    /// What several requests say, so that every node and every shard is asked.
    std::vector<std::string> values_of(const statement& what)
    {
        std::vector<std::string> all;
        for (int i = 0; i < 12; ++i)
            all.push_back(value_of(*opened, what));
        return all;
    }

    std::shared_ptr<call_end<bool>> begin_set_keyspace(const std::string& name)
    {
        return start<bool>([&](auto handler) {
            opened->set_keyspace(name, [handler](std::exception_ptr e) mutable { handler(e, true); });
        });
    }
    void set_keyspace(const std::string& name)
    {
        const auto end = begin_set_keyspace(name);
        wait(*end);
        if (end->error)
            std::rethrow_exception(end->error);
    }
    session another_session(const std::string& name)
    {
        const auto end = start<session>([&](auto handler) { client->connect(name, std::move(handler)); });
        wait(*end);
        return std::move(end->value.value());
    }
    prepared_statement prepare_in(const session& in, const std::string& text)
    {
        const auto end =
            start<prepared_statement>([&](auto handler) { in.prepare(text, std::move(handler)); });
        wait(*end);
        return std::move(end->value.value());
    }
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    keyspaces,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& version) { return "v" + std::to_string(static_cast<int>(version.param)); }
);

TEST_P(keyspaces, setting_another_moves_later_requests_on_every_shard_and_node)
{
    connect();
    EXPECT_EQ(opened->keyspace(), "a");
    EXPECT_THAT(values_of(query), Each("a"));
    set_keyspace("b");
    EXPECT_EQ(opened->keyspace(), "b");
    EXPECT_THAT(values_of(query), Each("b"));
    set_keyspace("a");
    EXPECT_EQ(opened->keyspace(), "a");
    EXPECT_THAT(values_of(query), Each("a"));
}

TEST_P(keyspaces, a_session_without_one_gets_its_first)
{
    keyspace = "";
    connect();
    EXPECT_EQ(opened->keyspace(), "");
    EXPECT_THROW(rows_of(query), invalid_request);
    set_keyspace("b");
    EXPECT_THAT(values_of(query), Each("b"));
}

TEST_P(keyspaces, a_use_statement_does_the_same)
{
    connect();
    const result_set used = rows_of("  /* now */ use B ;");
    EXPECT_EQ(used.kind(), result_kind::set_keyspace);
    EXPECT_EQ(used.keyspace(), "b");
    EXPECT_EQ(opened->keyspace(), "b");
    EXPECT_THAT(values_of(query), Each("b"));
    static_cast<void>(rows_of(prepare("USE a").bind()));
    EXPECT_THAT(values_of(query), Each("a")) << "prepared, it is the same statement";
}

TEST_P(keyspaces, one_that_is_not_there_is_an_invalid_request_and_changes_nothing)
{
    connect();
    for (const auto& end : {begin_set_keyspace("nowhere"), begin_set_keyspace("A")}) {
        wait(*end);
        const failure f = failure_of<invalid_request>(*end);
        EXPECT_EQ(f.effect, request_effect::rejected);
        EXPECT_THAT(f.what, HasSubstr("does not exist"));
    }
    EXPECT_THROW(rows_of("USE nowhere"), invalid_request);
    EXPECT_EQ(opened->keyspace(), "a");
    EXPECT_THAT(values_of(query), Each("a"));
}

TEST_P(keyspaces, one_that_was_dropped_is_not_found_though_there_are_connections_for_it)
{
    connect();
    set_keyspace("b");
    set_keyspace("a");
    nodes.change_schema("DROP KEYSPACE b");
    EXPECT_THROW(set_keyspace("b"), invalid_request);
    EXPECT_THAT(values_of(query), Each("a"));
}

TEST_P(keyspaces, what_a_server_says_to_it_is_the_error_and_changes_nothing)
{
    connect();
    // With version 4 connections are put into the keyspace first, by its quoted name; then it is looked at once more.
    const std::vector<std::string> refused = v5() ? std::vector<std::string>{"SELECT key FROM system.local"}
                                                  : std::vector<std::string>{"USE b", "USE \"c\""};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).add_keyspace("c");
        for (const std::string& text : refused)
            nodes.node(i).on_query(text).reply(reply_error(server_code::server_error, "disk full"));
    }
    for (const char* name : {"b", "c"}) {
        const auto end = begin_set_keyspace(name);
        wait(*end);
        const failure f = failure_of<internal_server_error>(*end);
        EXPECT_EQ(f.effect, request_effect::rejected) << name;
        EXPECT_THAT(f.what, HasSubstr("disk full"));
        EXPECT_TRUE(f.node.has_value());
        EXPECT_EQ(opened->keyspace(), "a");
        EXPECT_THAT(values_of(query), Each("a"));
    }
}

TEST_P(keyspaces, an_empty_name_is_refused_and_an_odd_one_taken_literally)
{
    connect();
    const auto end = begin_set_keyspace("");
    wait(*end);
    EXPECT_EQ(failure_of<query_error>(*end).effect, request_effect::not_sent);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).add_keyspace("My \"own\"");
    set_keyspace("My \"own\"");
    EXPECT_EQ(opened->keyspace(), "My \"own\"");
}

TEST_P(keyspaces, what_is_under_way_stays_where_it_began)
{
    connect();
    set_keyspace("b");  // so that it takes no time to connect there
    set_keyspace("a");
    const auto weather = [this](std::size_t i) -> network_conditions& {
        return world.network().conditions(nodes.address(i));
    };
    for (std::size_t i = 0; i < nodes.size(); ++i)
        weather(i).delay_min = weather(i).delay_max = 20ms;
    std::vector<std::shared_ptr<call_end<result_set>>> before;
    for (int i = 0; i < 12; ++i)
        before.push_back(execute(i % 2 == 0 ? query : pages));
    streaming_result_set stream = opened->execute_stream(pages, {std::nullopt, 0});
    set_keyspace("b");
    std::size_t left = 0;
    for (const auto& call : before) {
        if (call->count == 0)
            ++left;
        wait(*call);
        ASSERT_FALSE(call->error);
        for (const auto& r : *call->value)
            EXPECT_EQ(r.get<std::string>("v"), "a");
    }
    EXPECT_GT(left, 0U) << "some must have had pages left to ask for";
    for (int i = 0; i < 3; ++i) {
        const auto next =
            start<std::optional<page>>([&](auto handler) { stream.next_page(std::move(handler)); });
        wait(*next);
        ASSERT_FALSE(next->error);
        for (const auto& r : next->value->value())
            EXPECT_EQ(r.get<std::string>("v"), "a") << "the stream was there before";
    }
    EXPECT_THAT(values_of(query), Each("b"));
}

TEST_P(keyspaces, other_sessions_stay_where_they_are)
{
    connect();
    const session other = another_session("a");
    set_keyspace("b");
    for (int i = 0; i < 12; ++i)
        EXPECT_EQ(value_of(other, query), "a");
    EXPECT_EQ(other.keyspace(), "a");
}

TEST_P(keyspaces, the_last_of_several_calls_at_once_is_the_same_for_all_shards)
{
    connect();
    std::vector<std::shared_ptr<call_end<bool>>> calls;
    for (int i = 0; i < 20; ++i)
        calls.push_back(begin_set_keyspace(i % 3 == 0 ? "a" : "b"));
    for (const auto& call : calls) {
        wait(*call);
        EXPECT_FALSE(call->error);
    }
    EXPECT_THAT(values_of(query), Each(opened->keyspace()));
}

// R24
TEST_P(keyspaces, a_prepared_statement_stays_in_the_keyspace_it_was_prepared_in)
{
    connect();
    const prepared_statement in_a = prepare(prepared_query);
    set_keyspace("b");
    const prepared_statement in_b = prepare(prepared_query);
    for (const char* now : {"b", "a"}) {
        set_keyspace(now);
        EXPECT_THAT(values_of(in_a.bind(std::int64_t{1})), Each("a"));
        EXPECT_THAT(values_of(in_b.bind(std::int64_t{1})), Each("b"));
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).forget_prepared();
        EXPECT_THAT(values_of(in_a.bind(std::int64_t{1})), Each("a")) << "prepared again";
        EXPECT_THAT(values_of(in_b.bind(std::int64_t{1})), Each("b"));
    }
}

// R24
TEST_P(keyspaces, a_statement_of_one_session_runs_in_another)
{
    connect();
    const session other = another_session("b");
    const prepared_statement in_a = prepare(prepared_query);
    const prepared_statement in_b = prepare_in(other, prepared_query);
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(value_of(other, in_a.bind(std::int64_t{1})), "a");
        EXPECT_EQ(value_of(*opened, in_b.bind(std::int64_t{1})), "b");
    }
}

TEST_P(keyspaces, it_ends_at_its_time_limit)
{
    connect();
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.freeze(i);
    const auto begin = world.elapsed();
    const auto end = execute(statement{"USE b"}.timeout(300ms));
    wait(*end);
    EXPECT_LE(failure_of<operation_timed_out>(*end).effect, request_effect::rejected);
    EXPECT_LE(world.elapsed() - begin, 302ms);
    EXPECT_EQ(opened->keyspace(), "a");
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.thaw(i);
}

TEST_P(keyspaces, with_no_node_left_it_says_so)
{
    connect();
    world.run_for(1s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    world.run_for(100ms);
    const auto end = begin_set_keyspace("b");
    wait(*end);
    EXPECT_THAT(failure_of<no_host_available>(*end).attempts, Not(IsEmpty())) << "what became of each node";
    EXPECT_EQ(opened->keyspace(), "a");
}

TEST_P(keyspaces, closing_meanwhile_ends_it)
{
    config.drain_timeout = 200ms;
    connect();
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.freeze(i);
    const auto end = begin_set_keyspace("b");
    world.run_for(10ms);
    EXPECT_LE(close(*opened), 202ms);
    EXPECT_LE(failure_of<connection_error>(*end).effect, request_effect::rejected);
    const auto late = begin_set_keyspace("b");
    wait(*late);
    EXPECT_EQ(failure_of<connection_error>(*late).what, "Session is closed");
}

TEST_P(keyspaces, connections_are_those_of_the_keyspaces_in_use)
{
    const auto open = [this] {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            sum += nodes.node(i).open_connections();
        return sum;
    };
    connect();
    world.run_for(1s);
    EXPECT_EQ(open(), 3U * 2 + 1);
    set_keyspace("b");
    world.run_for(1s);
    EXPECT_EQ(open(), v5() ? 3U * 2 + 1 : 2U * 3 * 2 + 1);
}

}  // namespace
}  // namespace async_cassandra::testing
