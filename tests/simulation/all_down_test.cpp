// SPDX-License-Identifier: Apache-2.0
// No node can take a request: how each way to ask fails, and that work goes on when a node returns. E4
#include "simulation/simulated_session.hpp"

#include <array>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

enum class way : std::uint8_t { execute, execute_page, stream, prepare };

struct end_of_call {};
using call_ptr = std::shared_ptr<call_end<end_of_call>>;

class down_nodes : public simulated_cluster_session {
protected:
    down_nodes()
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query("Q").reply(reply_void());
    }
    void TearDown() override
    {
        stream.reset();
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(world.network().open_connections(nodes.address(i)), 0U) << i;
    }

    [[nodiscard]] async_cassandra::node_state state_of(std::size_t i)
    {
        const topology now = client->topology();
        return now.find(nodes.host_id(i))->state;
    }

    void stop_all()
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.stop(i);
    }

    call_ptr ask(way how)
    {
        return start<end_of_call>([&](auto handler) {
            switch (how) {
            case way::execute:
                opened->execute("Q", [handler](std::exception_ptr e, result_set) { handler(e, {}); });
                return;
            case way::execute_page:
                opened->execute_page("Q", {}, [handler](std::exception_ptr e, result_set) {
                    handler(e, {});
                });
                return;
            case way::stream:
                stream.emplace(opened->execute_stream("Q"));
                stream->next_page([handler](std::exception_ptr e, std::optional<page>) { handler(e, {}); });
                return;
            case way::prepare:
                opened->prepare("Q", [handler](std::exception_ptr e, prepared_statement) { handler(e, {}); });
                return;
            }
        });
    }

    std::optional<streaming_result_set> stream;
};

class all_down : public down_nodes, public ::testing::WithParamInterface<way> {};

TEST_P(all_down, a_request_fails_at_once_with_each_node_and_its_cause_and_work_goes_on_when_one_returns)
{
    config.reconnect_max_delay = 1s;
    connect();
    world.run_for(1s);
    stop_all();
    world.run_for(100ms);
    const auto begin = world.elapsed();
    const call_ptr end = ask(GetParam());
    wait(*end);
    EXPECT_LE(end->at - begin, 100ms);
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_EQ(f.effect, request_effect::not_sent);
    std::vector<endpoint> tried;
    for (const attempt& a : f.attempts) {
        tried.push_back(a.node);
        EXPECT_EQ(a.effect, request_effect::not_sent);
        EXPECT_THAT(a.reason, ::testing::AnyOf(HasSubstr("refused"), HasSubstr("reset")));
        EXPECT_THAT(f.what, HasSubstr(to_string(a.node) + ": " + a.reason));
    }
    EXPECT_THAT(tried, UnorderedElementsAre(nodes.address(0), nodes.address(1), nodes.address(2)));

    nodes.start(1);
    world.run_for(2s);
    const call_ptr later = ask(GetParam());
    wait(*later);
    EXPECT_FALSE(later->error) << "work goes on with no restart";
}

TEST_P(all_down, requests_under_way_fail_when_the_nodes_go_and_say_whether_they_may_be_applied)
{
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).on_query("Q").reply(no_reply());
        nodes.node(i).on_prepare("Q").reply(no_reply());
    }
    connect();
    world.run_for(1s);
    const call_ptr end = ask(GetParam());
    world.run_for(10ms);
    const auto begin = world.elapsed();
    stop_all();
    wait(*end);
    EXPECT_LE(end->at - begin, 100ms);
    const bool changes_nothing = GetParam() == way::prepare;
    const failure f =
        changes_nothing ? failure_of<no_host_available>(*end) : failure_of<connection_error>(*end);
    EXPECT_EQ(f.effect, changes_nothing ? request_effect::rejected : request_effect::maybe_applied);
    EXPECT_TRUE(f.node.has_value());
}

TEST_P(all_down, one_that_is_down_never_shows)
{
    connect();
    world.run_for(1s);
    nodes.stop(1);
    world.run_for(100ms);
    for (int i = 0; i < 30; ++i) {
        const call_ptr end = ask(GetParam());
        wait(*end);
        EXPECT_FALSE(end->error);
    }
}

TEST_P(all_down, what_a_server_answered_is_the_error_and_the_others_stand_in_the_attempts)
{
    const answer refused = reply_error(server_code::overloaded, "busy");
    nodes.node(2).on_query("Q").reply(refused);
    nodes.node(2).on_prepare("Q").reply(refused);
    connect();
    world.run_for(1s);
    nodes.stop(0);
    nodes.stop(1);
    world.run_for(100ms);
    for (int i = 0; i < 3; ++i) {
        const call_ptr end = ask(GetParam());
        wait(*end);
        const failure f = failure_of<server_overloaded>(*end);
        EXPECT_EQ(f.node, nodes.address(2));
        ASSERT_FALSE(f.attempts.empty());
        EXPECT_EQ(f.attempts.back().node, nodes.address(2));
        EXPECT_EQ(f.attempts.back().code, make_error_code(server_code::overloaded));
        for (std::size_t k = 0; k + 1 < f.attempts.size(); ++k)
            EXPECT_EQ(f.attempts[k].effect, request_effect::not_sent);
    }
}

// R18
TEST_P(all_down, each_attempt_stands_in_its_place_when_one_has_no_room_and_the_next_answers_with_an_error)
{
    config.max_in_flight = 1;
    config.max_queued_requests = 1;
    const answer refused = reply_error(server_code::overloaded, "busy");
    nodes.node(1).on_query("Q").reply(refused);
    nodes.node(1).on_prepare("Q").reply(refused);
    nodes.node(0).on_query("held").reply(reply_void().held("gate"));
    connect();
    world.run_for(1s);
    nodes.stop(2);
    world.run_for(100ms);
    // One on its way, one in the queue.
    std::vector<std::shared_ptr<call_end<result_set>>> filling;
    for (int i = 0; i < 2; ++i)
        filling.push_back(execute(statement{"held"}.node(nodes.host_id(0))));
    world.run_for(1ms);
    std::size_t over_both = 0;
    for (int i = 0; i < 8; ++i) {
        const call_ptr end = ask(GetParam());
        wait(*end);
        const failure f = failure_of<server_overloaded>(*end);
        EXPECT_EQ(f.node, nodes.address(1));
        ASSERT_THAT(f.attempts, AllOf(SizeIs(Ge(1U)), SizeIs(Le(2U))));
        EXPECT_EQ(f.attempts.back().node, nodes.address(1));
        EXPECT_EQ(f.attempts.back().code, make_error_code(server_code::overloaded));
        if (f.attempts.size() == 1)
            continue;
        ++over_both;
        EXPECT_EQ(f.attempts.front().node, nodes.address(0));
        EXPECT_EQ(f.attempts.front().code, errc::overloaded);
        EXPECT_EQ(f.attempts.front().effect, request_effect::not_sent);
        EXPECT_THAT(f.attempts.front().reason, HasSubstr("queue of the node is full"));
    }
    EXPECT_GE(over_both, 2U) << "no request met the node without room first";
    nodes.node(0).release("gate");
    for (const auto& each : filling) {
        wait(*each);
        EXPECT_FALSE(each->error);
    }
}

std::string name_of(const ::testing::TestParamInfo<way>& tested)
{
    const std::array names{"execute", "execute_page", "stream", "prepare"};
    return names[static_cast<std::size_t>(tested.param)];
}

INSTANTIATE_TEST_SUITE_P(
    ways, all_down, ::testing::Values(way::execute, way::execute_page, way::stream, way::prepare), name_of
);

TEST_F(down_nodes, a_statement_that_was_forgotten_before_they_went_fails_of_that)
{
    connect();
    world.run_for(1s);
    const prepared_statement known = prepare("Q");
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).forget_prepared();
        nodes.node(i).on_prepare("Q").reply(no_reply());
    }
    const auto end = execute(known.bind());
    world.run_for(10ms);
    stop_all();
    wait(*end);
    const failure f = failure_of<unprepared>(*end);
    EXPECT_EQ(f.effect, request_effect::rejected);
    ASSERT_THAT(f.attempts, SizeIs(4)) << "it was to be prepared again, and no other node was left";
    EXPECT_EQ(f.attempts[0].code, make_error_code(server_code::unprepared));
    EXPECT_EQ(f.attempts[1].code, errc::connection_lost);
    EXPECT_EQ(f.attempts[1].node, f.attempts[0].node);
    EXPECT_THAT(f.attempts, Each(Field(&attempt::effect, ::testing::Le(request_effect::rejected))));
    EXPECT_EQ(f.node, f.attempts[0].node);
    ASSERT_NE(f.server, nullptr);
    EXPECT_EQ(f.server->code, server_code::unprepared);
}

TEST_F(down_nodes, one_that_was_prepared_again_fails_of_what_came_then)
{
    connect();
    world.run_for(1s);
    const prepared_statement known = prepare("Q");
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes.node(i).forget_prepared();
        nodes.node(i).on_query("Q").only(protocol::opcode::execute).reply(no_reply());
    }
    const auto end = execute(known.bind());
    world.run_for(10ms);
    stop_all();
    wait(*end);
    const failure f = failure_of<connection_error>(*end);
    EXPECT_EQ(f.code, errc::connection_lost);
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    ASSERT_THAT(f.attempts, SizeIs(2));
    EXPECT_EQ(f.attempts[0].code, make_error_code(server_code::unprepared));
}

TEST_F(down_nodes, connect_ends_in_the_same_class_at_the_end_of_its_time)
{
    config.connect_timeout = 4s;
    stop_all();
    client.emplace(make_simulated_cluster(world, config));
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    wait(*end);
    EXPECT_THAT(end->at, AllOf(Ge(4s), Le(4s + 1ms)));
    const failure f = failure_of<no_host_available>(*end);
    EXPECT_THAT(f.attempts, SizeIs(3));
    EXPECT_THAT(f.attempts, Each(Field(&attempt::reason, HasSubstr("refused"))));
}

/// When a node that is down was tried, in milliseconds since it went.
std::vector<std::int64_t> tries(std::uint64_t seed)
{
    fake_cluster nodes;
    simulated_world world{seed};
    const simulated_carrier carrier{nodes, world.network()};
    cluster_config config;
    config.contact_points = {to_string(nodes.address(0))};
    config.reconnect_max_delay = 2s;
    std::vector<std::int64_t> times;
    {
        const cluster client = make_simulated_cluster(world, config);
        bool ready = false;
        client.connect("", [&](std::exception_ptr e, session) { ready = !e; });
        EXPECT_TRUE(world.run_until([&] { return ready; }, 1min));
        world.run_for(5s);
        nodes.stop(2);
        const auto begin = world.elapsed();
        std::uint64_t before = world.network().connects_tried();
        while (world.elapsed() - begin < 1min) {
            world.run_for(1ms);
            if (const auto now = world.network().connects_tried(); std::exchange(before, now) != now)
                times.push_back(
                    std::chrono::duration_cast<std::chrono::milliseconds>(world.elapsed() - begin).count()
                );
        }
        bool closed = false;
        client.close([&](std::exception_ptr failed) { closed = !failed; });
        EXPECT_TRUE(world.run_until([&] { return closed; }, 1min));
        EXPECT_EQ(client.stats(), cluster_stats{});
    }
    return times;
}

// R26
TEST(reconnecting, is_exponential_with_full_jitter_and_the_same_for_the_same_seed)
{
    const std::vector<std::int64_t> times = tries(7);
    EXPECT_EQ(times, tries(7));
    EXPECT_NE(times, tries(8));
    std::int64_t bound = 100;
    std::int64_t before = 0;
    std::int64_t settled = 0;
    std::int64_t count = 0;
    for (const std::int64_t at : times) {
        // One tick of the wheel, and one of the watch above.
        EXPECT_LE(at - before, bound + 2) << "the try " << count << " came late";
        if (bound == 2000) {
            settled += at - before;
            ++count;
        }
        bound = std::min<std::int64_t>(2000, bound * 2);
        before = at;
    }
    ASSERT_GT(count, 30);
    EXPECT_THAT(settled / count, AllOf(Ge(700), Le(1300))) << "drawn evenly from zero to the bound";
}

TEST_F(down_nodes, one_that_is_said_to_be_up_is_tried_at_once)
{
    connect();
    world.run_for(1s);
    nodes.stop(1);
    world.run_for(1h);
    nodes.start(1);
    world.run_for(1500ms);
    EXPECT_EQ(state_of(1), async_cassandra::node_state::up) << "the pause could have been 30 s";
}

}  // namespace
}  // namespace async_cassandra::testing
