// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"

#include <gmock/gmock.h>

// What is wrong with a statement, and what a node does wrong on a connection that was good: each call ends within its
// deadline, with the class that fits, a text that names cause and node, and the effect that the request may have had.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;

class bad_input : public ::testing::TestWithParam<protocol_version> {
protected:
    explicit bad_input() : server(GetParam()) {}

    void expect_names_node(const failure& f) const
    {
        EXPECT_THAT(f.describe(), HasSubstr(server.address()));
        EXPECT_EQ(f.node, server.server.endpoint());
        ASSERT_THAT(f.attempts, SizeIs(1));
        EXPECT_EQ(f.attempts[0].node, server.server.endpoint());
        EXPECT_EQ(f.attempts[0].effect, f.effect);
    }

    /// The session serves after what happened, with a new connection if need be.
    void expect_goes_on()
    {
        server.node.on_query("SELECT k FROM ks.after").reply(reply_rows(one_bigint(), bigints(7, 7)));
        EXPECT_TRUE(eventually([&] {
            return get(server.session.try_execute("SELECT k FROM ks.after")).has_value();
        }));
    }

    connected_node server;
};

TEST_P(bad_input, syntax_error)
{
    const failure f = failure_of<syntax_error>(server.session.execute("SELEC k FROM ks.t"));
    EXPECT_THAT(f.what, HasSubstr("no viable alternative at input 'SELEC'"));
    EXPECT_EQ(f.effect, request_effect::rejected);
    expect_names_node(f);
    failure_of<syntax_error>(server.session.prepare("SELEC k FROM ks.t"));
    auto stream = server.session.execute_stream("SELEC k FROM ks.t");
    failure_of<syntax_error>(stream.next_page());
    EXPECT_EQ(get(server.session.try_execute("SELEC k FROM ks.t")).error()->code, server_code::syntax_error);
}

TEST_P(bad_input, unknown_table)
{
    server.node.add_keyspace("ks");
    const failure f = failure_of<invalid_request>(server.session.execute("SELECT k FROM ks.nothing"));
    EXPECT_THAT(f.what, HasSubstr("table nothing does not exist"));
    EXPECT_EQ(f.effect, request_effect::rejected);
    expect_names_node(f);
}

TEST_P(bad_input, values_that_do_not_fit_the_markers_are_never_sent)
{
    server.node.on_query("INSERT INTO ks.t (k, v) VALUES (?, ?)")
        .markers(columns_of("ks", "t", "k bigint, v text"))
        .reply(reply_void());
    const prepared_statement insert = get(server.session.prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)"));
    const auto refused = [&](const statement& s) {
        failure f = failure_of<query_error>(server.session.execute(s));
        EXPECT_EQ(f.effect, request_effect::not_sent);
        return f.what;
    };
    EXPECT_THAT(refused(insert.bind("one", "v")), AllOf(HasSubstr("k"), HasSubstr("bigint")));
    EXPECT_THAT(refused(insert.bind(std::int64_t{1})), AllOf(HasSubstr("1"), HasSubstr("2")));
    EXPECT_THAT(refused(insert.bind(std::int64_t{1}, "v", "w")), AllOf(HasSubstr("3"), HasSubstr("2")));
    EXPECT_EQ(server.node.request_count(protocol::opcode::execute), 0U);
    EXPECT_EQ(get(server.session.execute(insert.bind(std::int64_t{1}, "v"))).kind(), result_kind::void_);
}

TEST_P(bad_input, settings_out_of_range_are_never_sent)
{
    const auto refused = [&](const statement& s) {
        failure f = failure_of<query_error>(server.session.execute(s));
        EXPECT_EQ(f.effect, request_effect::not_sent);
        return f.what;
    };
    EXPECT_THAT(refused(statement{query}.timeout(0ms)), HasSubstr("timeout"));
    EXPECT_THAT(refused(statement{query}.page_size(0)), HasSubstr("page_size"));
    EXPECT_THAT(
        refused(statement{query}.serial_consistency(consistency::one)), HasSubstr("serial_consistency")
    );
    stream_config no_rows;
    no_rows.page_size = 0;
    auto stream = server.session.execute_stream(query, no_rows);
    EXPECT_THAT(failure_of<query_error>(stream.next_page()).what, HasSubstr("page_size"));
    EXPECT_EQ(server.queries_of(query), 0U);
}

TEST_P(bad_input, no_answer_within_the_statements_time_limit)
{
    server.node.on_query(query).reply(no_reply());
    const stopwatch time;
    const failure f =
        failure_of<operation_timed_out>(server.session.execute(statement{query}.timeout(100ms)));
    EXPECT_THAT(time.elapsed(), AllOf(Ge(100ms), Lt(1s)));
    EXPECT_THAT(f.what, AllOf(HasSubstr("100 ms"), HasSubstr(server.address())));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    expect_names_node(f);
    expect_goes_on();
}

TEST_P(bad_input, a_frozen_node_is_given_up_when_it_answers_no_probe)
{
    connected_node frozen{[](cluster_config& c) { c.heartbeat_timeout = 500ms; }, GetParam()};
    frozen.node.freeze();
    const stopwatch time;
    const failure f = failure_of<connection_error>(frozen.session.execute(query));
    EXPECT_THAT(time.elapsed(), AllOf(Ge(1400ms), Lt(5s)));
    EXPECT_EQ(f.code, errc::heartbeat_timeout);
    EXPECT_THAT(f.what, HasSubstr("fell silent"));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    EXPECT_EQ(f.node, frozen.server.endpoint());
    ASSERT_THAT(f.attempts, SizeIs(1));
}

TEST_P(bad_input, node_killed_in_the_middle_of_requests)
{
    server.node.on_query(query).reply(no_reply());
    std::vector<call<result_set>> running;
    for (int i = 0; i < 100; ++i) {
        running.push_back(start(server.session.execute(query)));
    }
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 100; }));
    const stopwatch time;
    server.server.kill();
    for (auto& one : running) {
        const failure f = failure_of<connection_error>(std::move(one));
        EXPECT_EQ(f.code, errc::connection_lost);
        EXPECT_THAT(f.what, HasSubstr(server.address()));
        EXPECT_EQ(f.effect, request_effect::maybe_applied);
        expect_names_node(f);
    }
    EXPECT_LT(time.elapsed(), 2s);

    const failure later = failure_of<no_host_available>(server.session.execute(query));
    EXPECT_THAT(later.what, HasSubstr(server.address()));
    EXPECT_EQ(later.effect, request_effect::not_sent);
}

TEST_P(bad_input, node_killed_in_the_middle_of_a_stream)
{
    server.node.on_query(query)
        .reply_once(reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4), bigints(5, 6)}))
        .reply_once(no_reply());
    auto stream = server.session.execute_stream(query);
    const auto first = get(stream.next_page());
    ASSERT_TRUE(first);
    EXPECT_THAT(values_of(*first), ::testing::ElementsAre(1, 2));
    auto second = start(stream.next_page());
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 2; }));
    server.server.kill();
    const failure f = failure_of<connection_error>(std::move(second));
    EXPECT_THAT(f.what, HasSubstr(server.address()));
    expect_names_node(f);
    // Every later call gets the same.
    EXPECT_EQ(failure_of<connection_error>(stream.next_page()).what, f.what);
    EXPECT_EQ(stream.page_number(), 1U);
}

TEST_P(bad_input, connection_closed_in_the_middle_of_a_request)
{
    server.node.on_query(query).reply_once(close_connection()).reply_once(reset_connection());
    EXPECT_THAT(
        failure_of<connection_error>(server.session.execute(query)).what,
        HasSubstr("the node closed the connection")
    );
    expect_goes_on();
    EXPECT_THAT(failure_of<connection_error>(server.session.execute(query)).what, HasSubstr("reset"));
    expect_goes_on();
}

TEST_P(bad_input, answer_cut_off)
{
    server.node.on_query(query).reply_once(reply_rows(one_bigint(), bigints(1, 100)).cut_to(40).then_close());
    const failure f = failure_of<connection_error>(server.session.execute(query));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    expect_names_node(f);
    expect_goes_on();
}

TEST_P(bad_input, rest_of_an_answer_that_never_comes)
{
    server.node.on_query(query).reply_once(reply_rows(one_bigint(), bigints(1, 100)).cut_to(40));
    const stopwatch time;
    const failure f =
        failure_of<operation_timed_out>(server.session.execute(statement{query}.timeout(200ms)));
    EXPECT_LT(time.elapsed(), 2s);
    expect_names_node(f);
}

TEST_P(bad_input, answer_for_a_stream_that_nobody_uses)
{
    server.node.on_query(query).reply_once(reply_void().on_stream(1234));
    const failure f = failure_of<protocol_error>(server.session.execute(query));
    EXPECT_THAT(f.what, AllOf(HasSubstr("1234"), HasSubstr(server.address())));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    expect_names_node(f);
    expect_goes_on();
}

TEST_P(bad_input, answer_given_twice)
{
    server.node.on_query(query).reply_once(reply_rows(one_bigint(), bigints(1, 1)).twice());
    EXPECT_EQ(get(server.session.execute(query)).size(), 1U);
    expect_goes_on();
}

TEST_P(bad_input, answer_of_another_version)
{
    server.node.on_query(query).reply_once(reply_void().with_version(3));
    const failure f = failure_of<protocol_error>(server.session.execute(query));
    EXPECT_THAT(f.what, HasSubstr("version"));
    expect_names_node(f);
    expect_goes_on();
}

TEST_P(bad_input, garbage_in_place_of_an_answer)
{
    server.node.on_query(query).reply_once(reply_bytes("HTTP/1.1 200 OK\r\nServer: confused\r\n\r\n"));
    const failure f = failure_of<protocol_error>(server.session.execute(query));
    EXPECT_THAT(f.what, HasSubstr("broke the native protocol"));
    expect_names_node(f);
    expect_goes_on();
}

TEST_P(bad_input, message_that_is_no_answer)
{
    server.node.on_query(query)
        .reply_once(answer{say::ready{}})
        .reply_once(answer{say::prepared{{}}})
        .reply_once(reply_envelope(protocol::opcode::result, std::vector<std::byte>(3)))
        .reply_once(reply_envelope(protocol::opcode::result, {}));
    auto neighbour = start(server.session.execute("SELECT key FROM system.local"));
    for (int i = 0; i < 4; ++i) {
        const failure f = failure_of<protocol_error>(server.session.execute(query));
        EXPECT_THAT(f.what, HasSubstr("malformed answer from " + server.address()));
        EXPECT_EQ(f.effect, request_effect::maybe_applied);
        expect_names_node(f);
    }
    // The frames were whole: the connection and whoever else uses it are not to blame.
    EXPECT_EQ(neighbour.get().size(), 1U);
    EXPECT_EQ(server.node.connections_accepted(), 2U);
}

TEST_P(bad_input, server_errors_have_their_class_and_effect)
{
    struct expectation {
        server_code code;
        request_effect effect;
    };
    const expectation all[] = {
        {server_code::server_error, request_effect::maybe_applied},
        {server_code::unavailable, request_effect::rejected},
        {server_code::overloaded, request_effect::rejected},
        {server_code::is_bootstrapping, request_effect::rejected},
        {server_code::truncate_error, request_effect::maybe_applied},
        {server_code::unauthorized, request_effect::rejected},
        {server_code{0x7777}, request_effect::maybe_applied},
    };
    for (const expectation& e : all) {
        server.node.on_query(query).reply_once(reply_error(e.code, "the text of the server"));
        const auto outcome = get(server.session.try_execute(query));
        ASSERT_TRUE(outcome.has_error());
        const failure& f = *outcome.error();
        EXPECT_EQ(f.code, e.code) << f.describe();
        EXPECT_EQ(f.effect, e.effect) << f.describe();
        EXPECT_THAT(f.what, HasSubstr("the text of the server"));
        EXPECT_THROW(throw_failure(outcome.error()), server_error);
        expect_names_node(f);
    }
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    versions, bad_input, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

TEST(bad_segment, damaged_payload_ends_the_connection)
{
    connected_node server;
    server.node.on_query(query).reply_once(reply_void().with_bad_payload_crc());
    const failure f = failure_of<protocol_error>(server.session.execute(query));
    EXPECT_THAT(f.what, AllOf(HasSubstr("checksum"), HasSubstr(server.address())));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
}

TEST(bad_segment, damaged_header_ends_the_connection)
{
    connected_node server;
    server.node.on_query(query).reply_once(reply_void().with_bad_header_crc());
    const failure f = failure_of<protocol_error>(server.session.execute(query));
    EXPECT_THAT(f.what, AllOf(HasSubstr("checksum"), HasSubstr(server.address())));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
}

}  // namespace
}  // namespace async_cassandra::testing
