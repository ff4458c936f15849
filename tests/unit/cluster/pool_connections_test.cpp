// SPDX-License-Identifier: Apache-2.0
#include "cluster/control_request.hpp"
#include "unit/cluster/pool_fixture.hpp"

#include <algorithm>
#include <map>

// Several connections to one node.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const net::close_reason enough{make_error_code(errc::closed), "enough", nullptr};

/// Has the turn that a pool waits for.
class other_turn final : public handshake_turn {
public:
    void begin() noexcept override {}
};

class pool_connections : public pool_test {
protected:
    pool_connections() { config.connections_per_node = 3; }

    /// QUERYs by the number of their connection at the node.
    [[nodiscard]] std::map<std::size_t, std::size_t> load() const
    {
        std::map<std::size_t, std::size_t> counted;
        for (const testing::request_record& r : node.requests(protocol::opcode::query))
            ++counted[r.connection];
        return counted;
    }
    [[nodiscard]] std::vector<std::size_t> loads() const
    {
        std::vector<std::size_t> sizes;
        for (const auto& [number, count] : load())
            sizes.push_back(count);
        std::ranges::sort(sizes);
        return sizes;
    }
    void end_one_connection()
    {
        node.end_connection(load().begin()->first, testing::peer_ending::reset);
        world.run_for(10ms);
    }
};

// R36
TEST_F(pool_connections, one_is_opened_first_and_the_others_when_it_works)
{
    world.network().stop_listening(node_address);
    make();
    open();
    world.run_for(1min);
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_THAT(owner.take(), ElementsAre("failed"));
    world.network().listen(node_address, node);
    open();
    world.run_for(1min);
    EXPECT_THAT(owner.take(), ElementsAre("connected", "one more", "one more"));
    EXPECT_EQ(node.open_connections(), 3U);
    EXPECT_EQ(outcomes.back(), "open");
}

TEST_F(pool_connections, requests_go_to_the_least_busy_one_and_the_queue_to_any_with_room)
{
    open_and_wait();
    for (int i = 0; i < 6; ++i)
        submit("held");
    world.run_for(10ms);
    EXPECT_THAT(loads(), ElementsAre(2, 2, 2));
    queued_request& waiting = submit("SELECT");
    world.run_for(10ms);
    EXPECT_THAT(waiting.ends, IsEmpty());
    turn([&] { subject->withdraw(kept[0]); });
    world.run_for(10ms);
    EXPECT_THAT(waiting.ends, IsEmpty()) << "its stream id is an orphan";
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(waiting.ends, ElementsAre("answered"));
}

// R36: within 10 % of even.
TEST_F(pool_connections, a_steady_load_is_spread_evenly)
{
    config.connections_per_node = 8;
    config.max_in_flight = 100;
    open_and_wait();
    for (int i = 0; i < 8000; ++i) {
        submit("SELECT");
        if (i % 7 == 0)
            world.run_for(1ms);
    }
    world.run_for(1s);
    ASSERT_EQ(loads().size(), 8U);
    EXPECT_THAT(loads(), Each(::testing::AllOf(::testing::Ge(900U), ::testing::Le(1100U))));
}

TEST_F(pool_connections, losing_one_of_several_costs_only_its_requests)
{
    open_and_wait();
    for (int i = 0; i < 6; ++i)
        submit("held");
    queued_request& waiting = submit("held");
    world.run_for(10ms);
    owner.take();
    end_one_connection();
    EXPECT_THAT(owner.take(), ElementsAre("one less"));
    EXPECT_EQ(std::ranges::count_if(kept, [](const queued_request& r) { return !r.ends.empty(); }), 2);
    EXPECT_THAT(waiting.ends, IsEmpty());
    EXPECT_EQ(subject->connections(), 2U);
    EXPECT_FALSE(subject->last_failure().code);
    turn([&] { subject->fill(); });
    world.run_for(10ms);
    EXPECT_THAT(owner.take(), ElementsAre("one more"));
    EXPECT_EQ(at_node().size(), 7U) << "what waited went to the new connection";
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(waiting.ends, ElementsAre("answered"));
}

TEST_F(pool_connections, a_request_that_is_told_of_a_loss_finds_the_others)
{
    open_and_wait();
    queued_request again;
    std::vector<admission> said;
    submit("held");
    world.run_for(10ms);
    kept[0].then = [&] { said.push_back(subject->submit(again)); };
    end_one_connection();
    EXPECT_THAT(said, ElementsAre(admission::taken));
    EXPECT_THAT(again.ends, ElementsAre("answered"));
}

// R36: at run time without errors.
TEST_F(pool_connections, may_be_resized_under_load)
{
    config.max_queued_requests = 1000;
    config.max_queued_bytes = 1'000'000;
    open_and_wait();
    for (const std::size_t wanted : {8U, 1U, 5U, 2U}) {
        turn([&] { subject->resize(wanted); });
        for (int i = 0; i < 100; ++i) {
            submit("SELECT");
            world.run_for(100us);
        }
        world.run_for(1s);
        EXPECT_EQ(node.open_connections(), wanted);
        EXPECT_EQ(subject->connections(), wanted);
    }
    for (const queued_request& r : kept)
        EXPECT_THAT(r.ends, ElementsAre("answered"));
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_F(pool_connections, those_that_are_too_many_finish_their_requests_first)
{
    open_and_wait();
    for (int i = 0; i < 3; ++i)
        submit("held");
    world.run_for(10ms);
    owner.take();
    turn([&] { subject->resize(1); });
    world.run_for(1min);
    EXPECT_EQ(node.open_connections(), 3U);
    EXPECT_EQ(subject->connections(), 1U);
    node.release("gate");
    world.run_for(10ms);
    EXPECT_EQ(node.open_connections(), 1U);
    EXPECT_THAT(owner.take(), ElementsAre("ended", "ended"));
    for (const queued_request& r : kept)
        EXPECT_THAT(r.ends, ElementsAre("answered"));
}

TEST_F(pool_connections, draining_ends_when_the_last_request_is_told)
{
    open_and_wait();
    queued_request& first = submit("held");
    queued_request& second = submit("held");
    world.run_for(10ms);
    owner.take();
    turn([&] { subject->drain(enough); });
    EXPECT_THAT(owner.take(), ElementsAre("ended")) << "the one without requests";
    queued_request late;
    EXPECT_THAT(submit({&late}), ElementsAre(admission::down));
    EXPECT_EQ(subject->last_failure().text, "enough");
    turn([&] { EXPECT_EQ(subject->withdraw(first), request_effect::maybe_applied); });
    EXPECT_THAT(owner.take(), ElementsAre("ended")) << "an orphan is not waited for";
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(second.ends, ElementsAre("answered"));
    EXPECT_THAT(owner.take(), ElementsAre("ended", "idle"));
    EXPECT_EQ(node.open_connections(), 0U);
    open();
    world.run_for(1s);
    EXPECT_THAT(owner.take(), ElementsAre("connected", "one more", "one more"));
}

// Such as the one that asks whether all nodes have the same schema.
TEST_F(pool_connections, draining_ends_when_a_query_of_the_library_is_given_up)
{
    config.connections_per_node = 1;
    open_and_wait();
    const auto query = std::make_shared<control_query>(
        home, subject->free_connection(), "held", query_limits{1h}, [](const result<result_set>&) {}
    );
    turn([&] { query->run(1h); });
    world.run_for(10ms);
    ASSERT_THAT(at_node(), ElementsAre("held"));
    turn([&] { subject->drain(enough); });
    world.run_for(1min);
    EXPECT_EQ(node.open_connections(), 1U);
    owner.take();
    turn([&] { query->give_up(); });
    EXPECT_THAT(owner.take(), ElementsAre("ended", "idle"));
    world.run_for(10ms);
    EXPECT_EQ(node.open_connections(), 0U);
}

TEST_F(pool_connections, they_open_in_turn_with_those_of_other_nodes)
{
    config.connections_per_node = 4;
    turns = std::make_shared<handshake_turns>(2);
    for (const std::size_t number : {1U, 2U})
        node.on_request(protocol::opcode::startup).on_connection(number).reply(testing::no_reply());
    make();
    open();
    world.run_for(10ms);
    EXPECT_EQ(node.open_connections(), 3U) << "one is open, and two shake hands";
    node.end_connection(1, testing::peer_ending::reset);
    world.run_for(10ms);
    EXPECT_THAT(owner.take(), ElementsAre("connected", "failed", "one more", "one more"));
}

TEST_F(pool_connections, those_that_wait_for_their_turn_are_given_up_when_it_is_drained)
{
    turns = std::make_shared<handshake_turns>(1);
    other_turn elsewhere;
    turns->ask(elsewhere, handshake_turns::rank::first);
    make();
    open();
    world.run_for(1min);
    EXPECT_EQ(world.network().connects_tried(), 0U);
    turn([&] { subject->drain(enough); });
    EXPECT_THAT(outcomes, ElementsAre("enough"));
    EXPECT_THAT(owner.take(), ElementsAre("idle"));
    open();
    turn([&] { subject->close(enough); });
    EXPECT_THAT(outcomes, ElementsAre("enough", "enough"));
    EXPECT_EQ(world.network().connects_tried(), 0U);
}

TEST_F(pool_connections, draining_sends_away_those_who_wait)
{
    config.connections_per_node = 1;
    open_and_wait();
    submit("held");
    submit("held");
    queued_request& queued = submit("SELECT");
    turn([&] { subject->drain(enough); });
    EXPECT_THAT(queued.ends, ElementsAre("lost: enough"));
    EXPECT_EQ(queued.effect, request_effect::not_sent);
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(kept[0].ends, ElementsAre("answered"));
    EXPECT_EQ(owner.events.back(), "idle");
}

TEST_F(pool_connections, draining_while_it_connects_gives_up)
{
    make();
    open();
    turn([&] { subject->drain(enough); });
    EXPECT_THAT(outcomes, ElementsAre("enough"));
    EXPECT_THAT(owner.take(), ElementsAre("idle"));
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_EQ(node.open_connections(), 0U);
}

TEST_F(pool_connections, a_probe_finds_a_frozen_node_within_a_second)
{
    open_and_wait();
    owner.take();
    turn([&] { subject->probe(); });
    world.run_for(10s);
    EXPECT_THAT(owner.take(), IsEmpty()) << "it lives";
    node.freeze();
    turn([&] { subject->probe(); });
    world.run_for(990ms);
    EXPECT_THAT(owner.take(), IsEmpty());
    world.run_for(20ms);
    EXPECT_THAT(owner.take(), ElementsAre("suspicion", "suspicion", "silent"));
    world.run_for(4s);
    EXPECT_THAT(owner.take(), ElementsAre("one less", "one less", "lost"));
    EXPECT_EQ(subject->last_failure().code, errc::heartbeat_timeout);
}

TEST_F(pool_connections, a_suspect_one_gets_nothing_while_there_are_others)
{
    config.connections_per_node = 1;
    open_and_wait();
    world.network().go_silent(node_address);
    turn([&] { subject->probe(); });
    world.run_for(1100ms);
    EXPECT_TRUE(subject->is_silent());
    turn([&] { subject->resize(2); });
    world.run_for(100ms);
    EXPECT_FALSE(subject->is_silent()) << "the new one works";
    queued_request r[8];
    submit({&r[0], &r[1], &r[2], &r[3], &r[4]});
    world.run_for(100ms);
    submit({&r[5], &r[6], &r[7]});
    world.run_for(100ms);
    for (const queued_request& each : r)
        EXPECT_THAT(each.ends, ElementsAre("answered"));
}

TEST_F(pool_connections, failures_are_told_by_kind)
{
    config.connections_per_node = 1;
    const auto failure_with = [&](testing::answer what) {
        node.on_request(protocol::opcode::startup).reply_once(std::move(what));
        make();
        open();
        world.run_for(1s);
        turn([&] { subject->drop(); });
    };
    failure_with(testing::reply_error(server_code::bad_credentials, "no"));
    failure_with(testing::reply_error(server_code::protocol_error, "Invalid or unsupported protocol version")
    );
    failure_with(testing::reply_error(server_code::overloaded, "later"));
    failure_with(testing::reply_bytes("HTTP/1.1 200 OK\r\n\r\n"));
    version = protocol_version::v4;
    keyspace = "nowhere";
    make();
    open();
    world.run_for(1s);
    EXPECT_THAT(
        owner.failures,
        ElementsAre(
            connect_failure::authentication,
            connect_failure::protocol,
            connect_failure::unreachable,
            connect_failure::protocol,
            connect_failure::keyspace
        )
    );
}

TEST_F(pool_connections, the_counts_of_the_node_are_the_truth)
{
    config.connections_per_node = 2;
    config.max_in_flight = 100;
    node.on_query("fails").reply(testing::reply_error(server_code::invalid, "no"));
    open_and_wait();
    for (int i = 0; i < 10; ++i)
        submit("SELECT");
    for (int i = 0; i < 3; ++i)
        submit("fails");
    world.run_for(10ms);
    submit("held");
    queued_request& given_up = submit("held");
    submit("held");
    world.run_for(10ms);
    turn([&] {
        static_cast<void>(subject->withdraw(given_up));
        queued_request never_left;
        EXPECT_EQ(subject->submit(never_left), admission::taken);
        EXPECT_EQ(counts->in_flight, 3U);
        EXPECT_EQ(subject->withdraw(never_left), request_effect::not_sent);
    });
    EXPECT_EQ(counts->sent, at_node().size());
    EXPECT_EQ(counts->completed, 10U);
    EXPECT_EQ(counts->failed, 4U);
    EXPECT_EQ(counts->in_flight, 2U);
    world.network().reset(node_address);
    world.run_for(0ns);
    EXPECT_EQ(counts->failed, 6U);
    EXPECT_EQ(counts->in_flight, 0U);
}

TEST_F(pool_connections, latency_is_a_mean_that_forgets)
{
    config.connections_per_node = 1;
    open_and_wait();
    const auto mean = [&] { return std::chrono::round<std::chrono::milliseconds>(counts->latency()); };
    const auto ask = [&](std::chrono::milliseconds delay) {
        node.on_query("slow").reply_once(testing::reply_void().after(delay));
        queued_request& r = submit("slow");
        ASSERT_TRUE(world.run_until([&] { return !r.ends.empty(); }, 1min));
    };
    EXPECT_EQ(counts->latency(), 0ns);
    ask(100ms);
    EXPECT_NEAR(static_cast<double>(mean().count()), 100, 2);
    ask(300ms);
    EXPECT_NEAR(static_cast<double>(mean().count()), 210, 5) << "the last one counts a little more";
    const auto last = counts->last_answer;
    world.run_for(10s);
    ask(10ms);
    EXPECT_NEAR(static_cast<double>(mean().count()), 10, 2) << "what is ten seconds old is forgotten";
    EXPECT_EQ(counts->last_but_one, last);
}

}  // namespace
}  // namespace async_cassandra::detail
