// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulated_session.hpp"

#include <array>

// Prepared statements while the schema changes and nodes forget. // R24
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using protocol::opcode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* query = "SELECT * FROM ks.t WHERE n = ?";

class simulated_preparation : public simulated_session,
                              public ::testing::WithParamInterface<protocol_version> {
protected:
    simulated_preparation() { config.protocol = GetParam(); }
    ~simulated_preparation() override { EXPECT_THAT(node.violations(), IsEmpty()); }

    /// What the table looks like from now on; every row has the key that is asked for, and 7 in all else.
    void alter(std::string_view list)
    {
        const std::vector<column> now = columns_of("ks", "t", list);
        node.on_query(query)
            .markers(number, {0})
            .returns(now)
            .reply_with([now](const request_record& request) {
                row one{request.parameters.values.at(0).bytes};
                for (std::size_t i = 1; i < now.size(); ++i)
                    one.push_back(now[i].type == type_kind::text ? cells::text("seven") : cells::bigint(7));
                return reply_rows(now, {one});
            });
    }

    static void expect_row(const result_set& rows, std::int64_t key)
    {
        ASSERT_EQ(rows.size(), 1U);
        const auto found = *rows.one();
        EXPECT_EQ(found.get<std::int64_t>("n"), key);
        for (std::size_t i = 1; i < rows.columns().size(); ++i) {
            if (rows.columns()[i].type == type_kind::text)
                EXPECT_EQ(found.get<std::string>(i), "seven");
            else
                EXPECT_EQ(found.get<std::int64_t>(i), 7);
        }
    }

    [[nodiscard]] std::size_t preparations() const { return node.request_count(opcode::prepare); }
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    simulated_preparation,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& version) { return "v" + std::to_string(static_cast<int>(version.param)); }
);

// R24
TEST_P(simulated_preparation, changed_columns_reach_a_thousand_requests_in_flight)
{
    alter("n bigint, a bigint");
    connect();
    const prepared_statement select = prepare(query);
    weather().delay_min = 1ms;
    weather().delay_max = 40ms;
    weather().packet_max = 700;
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    static constexpr std::array schemas{
        "n bigint, a bigint, b text", "n bigint, b text", "n bigint", "n bigint, a text, b bigint, c text"};
    for (std::int64_t i = 0; i < 1000; ++i) {
        calls.push_back(execute(select.bind(i)));
        if (i % 250 == 100) {
            world.run_for(20ms);
            alter(schemas.at(static_cast<std::size_t>(i / 250)));
        }
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
        wait(*calls[i]);
        ASSERT_FALSE(calls[i]->error) << i;
        expect_row(*calls[i]->value, static_cast<std::int64_t>(i));
    }
    EXPECT_EQ(preparations(), 1U);
    EXPECT_EQ(rows_of(select.bind(std::int64_t{1})).columns().names(), "n, a, b, c");
}

TEST_P(simulated_preparation, columns_that_are_known_are_not_sent_again)
{
    alter("n bigint, a bigint");
    connect();
    const prepared_statement select = prepare(query);
    alter("n bigint");
    expect_row(rows_of(select.bind(std::int64_t{1})), 1);
    const auto before = node.requests(opcode::execute);
    expect_row(rows_of(select.bind(std::int64_t{2})), 2);
    const auto after = node.requests(opcode::execute);
    const bool v5 = GetParam() == protocol_version::v5;
    EXPECT_EQ(after.back().parameters.skip_metadata, v5);
    EXPECT_EQ(before.back().result_metadata_id != after.back().result_metadata_id, v5);
}

TEST_P(simulated_preparation, a_forgotten_statement_is_prepared_again_once_for_all)
{
    alter("n bigint, a bigint");
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    for (std::int64_t i = 0; i < 1000; ++i)
        calls.push_back(execute(select.bind(i)));
    for (std::size_t i = 0; i < calls.size(); ++i) {
        wait(*calls[i]);
        ASSERT_FALSE(calls[i]->error) << i;
        expect_row(*calls[i]->value, static_cast<std::int64_t>(i));
    }
    EXPECT_EQ(preparations(), 2U);
    EXPECT_EQ(node.requests(opcode::prepare).back().query, query);
}

TEST_P(simulated_preparation, the_original_keyspace_is_prepared_in)
{
    node.add_keyspace("shop");
    keyspace = "shop";
    alter("n bigint");
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    expect_row(rows_of(select.bind(std::int64_t{1})), 1);
    ASSERT_EQ(preparations(), 2U);
    EXPECT_EQ(node.requests(opcode::prepare).back().keyspace, "shop");
}

TEST_P(simulated_preparation, a_node_that_keeps_forgetting_is_given_up)
{
    alter("n bigint");
    connect();
    const prepared_statement select = prepare(query);
    server_error_details details;
    details.code = server_code::unprepared;
    details.message = "what statement?";
    node.on_query(query).markers(number, {0}).only(opcode::execute).reply(reply_error(details));
    const auto end = execute(select.bind(std::int64_t{1}));
    wait(*end);
    const failure f = failure_of<unprepared>(*end);
    EXPECT_EQ(f.effect, request_effect::rejected);
    ASSERT_THAT(f.attempts, SizeIs(3));
    for (const attempt& tried : f.attempts) {
        EXPECT_EQ(tried.effect, request_effect::rejected);
        EXPECT_THAT(tried.reason, HasSubstr("what statement?"));
    }
    EXPECT_EQ(preparations(), 3U);
}

TEST_P(simulated_preparation, another_id_is_an_error_and_no_loop)
{
    alter("n bigint");
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    protocol::prepared_result other;
    other.id = prepared_id_of("something else");
    other.result_metadata_id = other.id;
    other.markers = std::make_shared<columns>(number);
    node.on_prepare(query).reply(answer{say::prepared{other}});
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    for (std::int64_t i = 0; i < 10; ++i)
        calls.push_back(execute(select.bind(i)));
    for (const auto& call : calls) {
        wait(*call);
        const failure f = failure_of<query_error>(*call);
        EXPECT_THAT(f.what, HasSubstr("another id"));
        EXPECT_EQ(f.effect, request_effect::rejected);
    }
    EXPECT_EQ(preparations(), 2U);
}

TEST_P(simulated_preparation, markers_of_another_type_are_an_error)
{
    alter("n bigint");
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    node.on_query(query).markers(columns_of("ks", "t", "n text"), {0}).returns(number).reply(reply_void());
    const auto end = execute(select.bind(std::int64_t{1}));
    wait(*end);
    EXPECT_THAT(failure_of<query_error>(*end).what, HasSubstr("types of the prepared statement's markers"));
}

TEST_P(simulated_preparation, what_the_server_says_to_preparing_again_is_the_end_for_all)
{
    alter("n bigint");
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    node.on_prepare(query).reply(reply_error(server_code::invalid, "table t does not exist"));
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    for (std::int64_t i = 0; i < 10; ++i)
        calls.push_back(execute(select.bind(i)));
    for (const auto& call : calls) {
        wait(*call);
        const failure f = failure_of<invalid_request>(*call);
        EXPECT_EQ(f.effect, request_effect::rejected);
        EXPECT_THAT(f.attempts, SizeIs(2));
    }
    EXPECT_EQ(preparations(), 2U);
}

TEST_P(simulated_preparation, another_asks_when_the_one_who_asked_gives_up)
{
    alter("n bigint");
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    node.on_prepare(query).reply_once(no_reply());
    const auto hasty = execute(select.bind(std::int64_t{1}).timeout(100ms));
    const auto patient = execute(select.bind(std::int64_t{2}).timeout(5s));
    wait(*hasty);
    const failure f = failure_of<operation_timed_out>(*hasty);
    EXPECT_EQ(f.effect, request_effect::rejected) << "only PREPARE was on its way";
    wait(*patient);
    ASSERT_FALSE(patient->error);
    expect_row(*patient->value, 2);
    EXPECT_EQ(preparations(), 3U);
}

TEST_P(simulated_preparation, the_deadline_covers_preparing_again)
{
    alter("n bigint");
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    node.on_prepare(query).reply(no_reply());
    const auto begin = world.elapsed();
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    for (std::int64_t i = 0; i < 3; ++i)
        calls.push_back(execute(select.bind(i).timeout(700ms)));
    for (const auto& call : calls) {
        wait(*call);
        EXPECT_EQ(failure_of<operation_timed_out>(*call).effect, request_effect::rejected);
        EXPECT_LE(call->at - begin, 702ms);
    }
}

TEST_P(simulated_preparation, a_stream_goes_on_behind_a_forgotten_statement)
{
    node.on_query(query)
        .markers(number, {0})
        .reply(reply_pages(number, {{{cells::bigint(1)}}, {{cells::bigint(2)}}, {{cells::bigint(3)}}}));
    connect();
    const prepared_statement select = prepare(query);
    streaming_result_set stream = opened->execute_stream(select.bind(std::int64_t{1}), {std::nullopt, 0});
    std::vector<std::int64_t> seen;
    for (int i = 0; i < 3; ++i) {
        const auto end =
            start<std::optional<page>>([&](auto handler) { stream.next_page(std::move(handler)); });
        wait(*end);
        ASSERT_FALSE(end->error);
        for (auto r : **end->value)
            seen.push_back(r.get<std::int64_t>(0));
        node.forget_prepared();
    }
    EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

TEST_P(simulated_preparation, closing_while_it_is_prepared_again_ends_all)
{
    alter("n bigint");
    config.drain_timeout = 200ms;
    connect();
    const prepared_statement select = prepare(query);
    node.forget_prepared();
    node.on_prepare(query).reply(no_reply());
    const auto first = execute(select.bind(std::int64_t{1}));
    const auto second = execute(select.bind(std::int64_t{2}));
    world.run_for(50ms);
    EXPECT_LE(close(*client), 202ms);
    EXPECT_EQ(failure_of<connection_error>(*first).effect, request_effect::rejected);
    EXPECT_EQ(failure_of<connection_error>(*second).effect, request_effect::rejected);
}

/// Nodes of which some lose the connection on which they are asked something that changes nothing.
class nothing_done : public simulated_cluster_session {
protected:
    void SetUp() override
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query(query).markers(one_number).returns(one_number).reply(reply_void());
        nodes.change_schema(
            "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}"
        );
        connect();
        world.run_for(2s);
    }

    void TearDown() override
    {
        simulated_client::TearDown();
        EXPECT_THAT(nodes.violations(), IsEmpty());
    }

    const std::vector<column> one_number = columns_of("ks", "t", "n bigint");
};

// R24
TEST_F(nothing_done, a_request_whose_statement_was_being_prepared_again_goes_to_another_node)
{
    const prepared_statement select = prepare(query);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).forget_prepared();
    nodes.node(0).on_prepare(query).reply_once(reset_connection());
    const std::size_t before = nodes.node(0).request_count(opcode::prepare);
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    for (std::int64_t i = 0; i < 30; ++i)
        calls.push_back(execute(select.bind(i)));
    for (std::size_t i = 0; i < calls.size(); ++i) {
        wait(*calls[i]);
        EXPECT_FALSE(calls[i]->error) << i;
    }
    EXPECT_GT(nodes.node(0).request_count(opcode::prepare), before) << "the fault was not met";
}

TEST_F(nothing_done, a_request_fails_when_every_node_is_lost_while_it_is_prepared_again)
{
    const prepared_statement select = prepare(query);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).forget_prepared();
        nodes.node(i).on_prepare(query).reply(reset_connection());
    }
    const auto end = execute(select.bind(std::int64_t{1}));
    wait(*end);
    const failure f = failure_of<unprepared>(*end);
    EXPECT_EQ(f.effect, request_effect::rejected);
    EXPECT_THAT(f.attempts, SizeIs(4)) << "UNPREPARED of the first, and how each was lost";
}

TEST_F(nothing_done, preparing_goes_to_another_node)
{
    for (const std::size_t i : {0U, 1U})
        nodes.node(i).on_prepare(query).reply_once(reset_connection());
    for (int i = 0; i < 6; ++i) {
        EXPECT_NO_THROW(static_cast<void>(prepare(query)));
        world.run_for(2s);  // until all nodes are connected to again
    }
    for (std::size_t i = 0; i < nodes.size(); ++i)
        EXPECT_GE(nodes.node(i).request_count(opcode::prepare), 1U) << i;
}

TEST_F(nothing_done, preparing_leaves_nothing_behind_when_every_node_is_lost_meanwhile)
{
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_prepare(query).reply(reset_connection());
    const auto end = start<prepared_statement>([&](auto h) { opened->prepare(query, std::move(h)); });
    wait(*end);
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_EQ(f.effect, request_effect::rejected);
    EXPECT_THAT(f.attempts, SizeIs(3)) << "how each was lost";
}

TEST_F(nothing_done, the_check_of_a_keyspace_goes_to_another_node)
{
    for (const std::size_t i : {0U, 1U})
        nodes.node(i).on_query("SELECT key FROM system.local").reply_once(reset_connection());
    for (int i = 0; i < 6; ++i) {
        rows_of("USE shop");
        EXPECT_EQ(opened->keyspace(), "shop");
    }
}

class simulated_repreparation : public simulated_cluster_session {
protected:
    simulated_repreparation()
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i)
                .on_query(query)
                .markers(number, {0})
                .returns(number)
                .reply_with([this](const request_record& request) {
                    return reply_rows(number, {{request.parameters.values.at(0).bytes}});
                });
    }

    const std::vector<column> number = columns_of("ks", "t", "n bigint");
};

TEST_F(simulated_repreparation, those_who_wait_are_told_though_prepare_has_gone_to_another_node)
{
    config.max_in_flight = 1;
    connect();
    world.run_for(1s);
    const prepared_statement select = prepare(query);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).forget_prepared();
    network_conditions& weather = world.network().conditions(nodes.address(0));
    weather.delay_min = weather.delay_max = 5ms;
    const std::size_t preparations = nodes.node(0).request_count(opcode::prepare);
    std::vector<std::shared_ptr<call_end<result_set>>> calls;
    for (std::int64_t i = 0; i < 60; ++i)
        calls.push_back(execute(select.bind(i).timeout(10s)));
    // Two have been sent back: the first one's PREPARE waits behind the others' EXECUTE, the second one for what comes of it.
    ASSERT_TRUE(world.run_until([&] { return nodes.node(0).request_count(opcode::execute) == 3; }, 1s));
    nodes.stop(0);
    const auto begin = world.elapsed();
    std::size_t lost = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        wait(*calls[i]);
        EXPECT_LE(calls[i]->at - begin, 100ms) << i;
        lost += calls[i]->error ? 1U : 0U;
        if (!calls[i]->error) {
            EXPECT_EQ(calls[i]->value->one().value().get<std::int64_t>("n"), static_cast<std::int64_t>(i));
        }
    }
    EXPECT_EQ(lost, 1U) << "what was on the connection";
    EXPECT_EQ(nodes.node(0).request_count(opcode::prepare), preparations);
    EXPECT_THAT(nodes.violations(), IsEmpty());
}

}  // namespace
}  // namespace async_cassandra::testing
