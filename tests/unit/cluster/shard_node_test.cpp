// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/pool_fixture.hpp"

// One node as one shard sees it, in the simulated world.
namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using base::node_status;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr endpoint first_address = testing::loopback_address();
constexpr endpoint second_address = testing::loopback_address(2);

/// Writes down what happens to a node.
class recorded_events final : public base::observer {
public:
    void on_node_status(const base::node_status_change& c) noexcept override
    {
        EXPECT_EQ(c.host_id, expected_id);
        statuses.push_back(std::string{to_string(c.now)} + ": " + std::string{to_string(c.reason)});
        last_detail = c.detail;
    }
    void on_connection_opened(const base::connection_opening& c) noexcept override
    {
        connections.push_back("+" + std::to_string(c.connections));
    }
    void on_connection_closed(const base::connection_closing& c) noexcept override
    {
        EXPECT_TRUE(c.code);
        connections.push_back("-" + std::to_string(c.connections));
    }
    void on_reconnect_scheduled(const base::reconnect_schedule& r) noexcept override
    {
        pauses.push_back(r.pause);
        failures = r.failures;
    }

    uuid expected_id;
    std::vector<std::string> statuses;
    std::vector<std::string> connections;
    std::vector<std::chrono::milliseconds> pauses;
    std::string last_detail;
    std::uint32_t failures = 0;
};

/// A cluster of one shard and one node with two addresses.
struct node_world {
    explicit node_world(std::uint64_t seed = 1) : world(seed)
    {
        events.expected_id = *uuid::parse("00000000-0000-0000-0000-0000000000ab");
        for (testing::fake_node* n : {&node, &moved}) {
            n->on_query_prefix("SELECT").reply(testing::reply_void());
            n->on_query_prefix("held").reply(testing::reply_void().held("gate"));
        }
        world.network().listen(first_address, node);
        world.network().listen(second_address, moved);
    }
    ~node_world()
    {
        if (subject)
            turn([&] { subject.reset(); });
    }
    node_world(const node_world&) = delete;
    node_world& operator=(const node_world&) = delete;

    void turn(const std::function<void()>& work)
    {
        boost::asio::post(world.environment()->executor(), [&] { home->turn(work); });
        world.run_for(0ns);
    }
    void make()
    {
        const pool_settings settings{std::make_shared<const cluster_config>(config), 1};
        subject = std::make_unique<shard_node>(
            home, settings, shard_node::identity{events.expected_id, first_address, {}, version}, &events
        );
    }
    void open(const std::string& keyspace = {})
    {
        turn([&] {
            subject->open(keyspace, [this](const net::close_reason* reason) {
                outcomes.push_back(reason == nullptr ? "open" : reason->text);
            });
        });
    }
    void open_and_wait(const std::string& keyspace = {})
    {
        make();
        open(keyspace);
        ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, 10s));
        ASSERT_EQ(outcomes.front(), "open");
        world.run_for(100ms);
    }
    queued_request& submit(const std::string& text, const std::string& keyspace = {})
    {
        queued_request& made = kept.emplace_back(text);
        turn([&] { EXPECT_EQ(subject->find(keyspace)->submit(made), pool::admission::taken); });
        return made;
    }

    testing::fake_node node{{.keyspaces = {"a", "b"}}};
    testing::fake_node moved{{.keyspaces = {"a", "b"}}};
    testing::simulated_world world;
    cluster_config config;
    protocol_version version = protocol_version::v5;
    std::shared_ptr<net::shard> home = net::shard::create(world.make_environment());
    recorded_events events;
    std::deque<queued_request> kept;
    std::unique_ptr<shard_node> subject;
    std::vector<std::string> outcomes;
};

class shard_node_test : public ::testing::Test, protected node_world {};

TEST_F(shard_node_test, comes_up_with_its_first_connection)
{
    config.connections_per_node = 2;
    open_and_wait();
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_THAT(
        events.statuses, ElementsAre("connecting: connections are wanted", "up: a connection is ready")
    );
    EXPECT_THAT(events.connections, ElementsAre("+1", "+2"));
    EXPECT_EQ(subject->connections(), 2U);
    EXPECT_LE(subject->up_since(), world.now());
    EXPECT_EQ(subject->find("whatever"), subject->find("")) << "one pool for all keyspaces";
}

TEST_F(shard_node_test, has_a_pool_for_each_keyspace_where_the_keyspace_is_the_connections)
{
    version = protocol_version::v4;
    open_and_wait("a");
    open("b");
    world.run_for(100ms);
    EXPECT_THAT(outcomes, ElementsAre("open", "open"));
    EXPECT_NE(subject->find("a"), subject->find("b"));
    EXPECT_EQ(subject->find("c"), nullptr);
    EXPECT_EQ(subject->connections(), 2U);
    EXPECT_THAT(events.statuses, SizeIs(2));
}

TEST_F(shard_node_test, a_keyspace_that_is_refused_is_not_tried_again)
{
    version = protocol_version::v4;
    open_and_wait("a");
    open("nowhere");
    world.run_for(100ms);
    ASSERT_THAT(outcomes, SizeIs(2));
    EXPECT_THAT(outcomes.back(), ::testing::HasSubstr("nowhere"));
    EXPECT_EQ(subject->find("nowhere"), nullptr);
    const auto tried = world.network().connects_tried();
    world.run_for(1h);
    EXPECT_EQ(world.network().connects_tried(), tried);
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, a_node_with_no_other_keyspace_than_one_that_is_refused_is_left_alone)
{
    version = protocol_version::v4;
    make();
    open("nowhere");
    world.run_for(1h);
    EXPECT_THAT(outcomes, SizeIs(1));
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(subject->status(), node_status::unknown);
    open("a");
    world.run_for(1s);
    EXPECT_EQ(outcomes.back(), "open");
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, a_lost_node_is_tried_again_until_it_works)
{
    open_and_wait();
    world.run_for(10s);
    world.network().stop_listening(first_address);
    world.network().reset(first_address);
    world.run_for(10min);
    EXPECT_EQ(subject->status(), node_status::down);
    EXPECT_EQ(events.statuses.back(), "down: the last connection was lost");
    EXPECT_THAT(events.last_detail, ::testing::HasSubstr("reset"));
    EXPECT_EQ(events.failures, world.network().connects_tried() - 1);
    EXPECT_GE(events.pauses.size(), 15U);
    EXPECT_LE(events.pauses.size(), 120U) << "pauses of up to 30 s";
    world.network().listen(first_address, node);
    world.run_for(31s);
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_THAT(events.connections, ElementsAre("+1", "-0", "+1"));
}

/// When a node that is gone is connected to, counted from the loss of its connection.
std::vector<std::chrono::nanoseconds> reconnect_times(std::uint64_t seed)
{
    node_world w{seed};
    w.config.reconnect_base_delay = 100ms;
    w.config.reconnect_max_delay = 5s;
    w.open_and_wait();
    w.world.run_for(10s);
    w.world.network().set_connect_fate(first_address, testing::connect_fate::unreachable);
    const auto lost = w.world.elapsed();
    w.world.network().reset(first_address);
    std::vector<std::chrono::nanoseconds> times;
    auto next = lost;
    for (std::size_t i = 0; i < 12; ++i) {
        const auto tried = w.world.network().connects_tried();
        EXPECT_TRUE(w.world.run_until([&] { return w.world.network().connects_tried() != tried; }, 1min));
        times.push_back(w.world.elapsed() - lost);
        EXPECT_EQ(w.events.pauses.size(), i + 1);
        const auto began = i == 0 ? lost : next;
        EXPECT_LE(w.events.pauses.back(), std::min<std::chrono::milliseconds>(5s, 100ms * (1 << i)));
        // The wheel's tick is a millisecond.
        EXPECT_GE(w.world.elapsed() - began, w.events.pauses.back());
        EXPECT_LE(w.world.elapsed() - began, w.events.pauses.back() + 1ms);
        // The next pause counts from the failure of this try.
        const auto pauses = w.events.pauses.size();
        EXPECT_TRUE(w.world.run_until([&] { return w.events.pauses.size() != pauses; }, 1min));
        next = w.world.elapsed();
    }
    return times;
}

TEST(shard_node_reconnection, its_times_are_exact_for_a_given_seed)
{
    const auto times = reconnect_times(7);
    EXPECT_EQ(times, reconnect_times(7));
    EXPECT_NE(times, reconnect_times(8));
}

TEST_F(shard_node_test, gossip_makes_a_try_at_once)
{
    open_and_wait();
    world.run_for(10s);
    world.network().stop_listening(first_address);
    world.network().reset(first_address);
    world.run_for(10min);
    world.network().listen(first_address, node);
    turn([&] { subject->gossip_up(); });
    world.run_for(10ms);
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, opening_during_a_pause_connects_at_once)
{
    open_and_wait();
    world.run_for(10s);
    world.network().stop_listening(first_address);
    world.network().reset(first_address);
    world.run_for(5min);
    world.network().listen(first_address, node);
    outcomes.clear();
    open();
    world.run_for(10ms);
    EXPECT_THAT(outcomes, ElementsAre("open"));
    world.run_for(1min);
    EXPECT_EQ(node.open_connections(), 1U);
}

TEST_F(shard_node_test, a_frozen_node_that_others_call_down_is_left_within_a_second)
{
    config.connections_per_node = 3;
    open_and_wait();
    turn([&] { subject->gossip_down(); });
    world.run_for(5s);
    EXPECT_EQ(subject->status(), node_status::up) << "what others say is not the truth";
    node.freeze();
    turn([&] { subject->gossip_down(); });
    world.run_for(1010ms);
    EXPECT_EQ(subject->status(), node_status::silent);
    EXPECT_FALSE(subject->facts()->up);
    EXPECT_EQ(subject->connections(), 3U);
    world.run_for(4s);
    EXPECT_EQ(subject->status(), node_status::down);
    EXPECT_EQ(subject->connections(), 0U);
    EXPECT_THAT(events.connections, ElementsAre("+1", "+2", "+3", "-2", "-1", "-0"));
}

TEST_F(shard_node_test, a_node_that_stands_still_for_a_while_is_not_cold_afterwards)
{
    open_and_wait();
    node.freeze();
    turn([&] { subject->gossip_down(); });
    world.run_for(4s);
    EXPECT_EQ(subject->status(), node_status::silent);
    node.thaw();
    world.run_for(10ms);
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_TRUE(subject->facts()->up);
    EXPECT_FALSE(subject->facts()->is_cold(world.now()));
    EXPECT_THAT(events.connections, ElementsAre("+1"));
}

TEST_F(shard_node_test, one_connection_of_several_comes_back_while_the_node_is_up)
{
    config.connections_per_node = 3;
    open_and_wait();
    world.run_for(10s);
    node.end_connection(1, testing::peer_ending::orderly);
    world.run_for(1s);
    EXPECT_THAT(events.connections, ElementsAre("+1", "+2", "+3", "-2", "+3"));
    EXPECT_THAT(events.pauses, SizeIs(1));
    EXPECT_THAT(events.statuses, SizeIs(2)) << "it was up all the time";
}

TEST_F(shard_node_test, an_unwanted_node_finishes_its_requests_and_may_be_wanted_again)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->want(false); });
    EXPECT_EQ(subject->status(), node_status::unknown);
    world.run_for(1min);
    EXPECT_EQ(node.open_connections(), 1U);
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(running.ends, ElementsAre("answered"));
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_THAT(events.connections, ElementsAre("+1", "-0"));
    turn([&] { subject->want(true); });
    world.run_for(100ms);
    EXPECT_EQ(subject->status(), node_status::up);
}

TEST_F(shard_node_test, a_removed_node_may_be_destroyed_when_its_last_request_was_told)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    const pool_ptr known_to_a_request{subject->find("")};
    turn([&] { subject->remove([&] { subject.reset(); }); });
    EXPECT_EQ(events.statuses.back(), "removed: it left the cluster");
    world.run_for(1min);
    ASSERT_NE(subject, nullptr);
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(running.ends, ElementsAre("answered"));
    EXPECT_EQ(subject, nullptr);
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_EQ(known_to_a_request->node(), first_address);
    queued_request late;
    turn([&] { EXPECT_EQ(known_to_a_request->submit(late), pool::admission::down); });
}

TEST_F(shard_node_test, a_node_without_connections_is_removed_at_once)
{
    make();
    turn([&] { subject->remove([&] { subject.reset(); }); });
    EXPECT_EQ(subject, nullptr);
}

TEST_F(shard_node_test, another_address_is_connected_to_and_the_old_one_drained)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->move(second_address); });
    EXPECT_EQ(subject->status(), node_status::connecting);
    world.run_for(100ms);
    EXPECT_EQ(subject->status(), node_status::up);
    EXPECT_EQ(subject->find("")->node(), second_address);
    queued_request& next = submit("SELECT");
    world.run_for(10ms);
    EXPECT_THAT(next.ends, ElementsAre("answered"));
    EXPECT_EQ(moved.request_count(protocol::opcode::query), 1U);
    EXPECT_THAT(running.ends, IsEmpty());
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(running.ends, ElementsAre("answered"));
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_EQ(subject->connections(), 1U);
}

// R36
TEST_F(shard_node_test, is_resized_at_run_time)
{
    version = protocol_version::v4;
    open_and_wait("a");
    turn([&] { subject->resize(8); });
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 8U);
    open("b");
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 16U) << "also of pools that are made later";
    turn([&] { subject->resize(1); });
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 2U);
    EXPECT_EQ(subject->connections(), 2U);
}

TEST_F(shard_node_test, counts_over_all_its_connections_and_their_successors)
{
    config.connections_per_node = 2;
    open_and_wait();
    for (int i = 0; i < 10; ++i)
        submit("SELECT");
    world.run_for(10s);
    world.network().reset(first_address);
    world.run_for(10s);
    for (int i = 0; i < 5; ++i)
        submit("SELECT");
    world.run_for(10ms);
    EXPECT_EQ(subject->counts().sent, node.request_count(protocol::opcode::query));
    EXPECT_EQ(subject->counts().completed, 15U);
    EXPECT_EQ(subject->counts().in_flight, 0U);
}

TEST_F(shard_node_test, closing_ends_requests_and_connections)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->close({make_error_code(errc::closed), "enough", nullptr}); });
    EXPECT_THAT(running.ends, ElementsAre("lost: enough"));
    EXPECT_THAT(events.connections, ElementsAre("+1", "-0"));
    world.run_for(10min);
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(node.open_connections(), 0U);
    outcomes.clear();
    open();
    EXPECT_THAT(outcomes, SizeIs(1));
    EXPECT_NE(outcomes.front(), "open");
}

TEST_F(shard_node_test, plans_learn_whether_it_is_up_and_since_when)
{
    const auto facts = [&]() -> const node_facts& { return *subject->facts(); };
    make();
    EXPECT_FALSE(facts().up);
    open_and_wait();
    EXPECT_TRUE(facts().up);
    EXPECT_FALSE(facts().came_back) << "all nodes are new to a new client";
    world.network().reset(first_address);
    ASSERT_TRUE(world.run_until([&] { return !facts().up; }, 1s));
    ASSERT_TRUE(world.run_until([&] { return facts().up; }, 1s));
    EXPECT_FALSE(facts().came_back) << "a lost connection makes it no colder";
    world.network().set_connect_fate(first_address, testing::connect_fate::refused);
    world.network().reset(first_address);
    world.run_for(2s);
    EXPECT_FALSE(facts().up);
    world.network().set_connect_fate(first_address, testing::connect_fate::accepted);
    ASSERT_TRUE(world.run_until([&] { return facts().up; }, 1min));
    ASSERT_TRUE(facts().came_back);
    EXPECT_LE(world.now() - *facts().came_back, 10ms);
}

TEST_F(shard_node_test, one_that_joined_is_cold)
{
    make();
    subject->set_new();
    open();
    world.run_for(1s);
    EXPECT_TRUE(subject->facts()->came_back);
}

TEST_F(shard_node_test, requests_may_wait_for_one_that_is_connected_to_on_demand)
{
    make();
    turn([&] { subject->open_for_requests(""); });
    queued_request& waiting = submit("SELECT");
    EXPECT_THAT(waiting.ends, IsEmpty());
    world.run_for(100ms);
    EXPECT_THAT(waiting.ends, ElementsAre("answered"));
}

TEST_F(shard_node_test, requests_that_wait_for_the_first_connection_are_told_when_it_fails)
{
    make();
    world.network().set_connect_fate(first_address, testing::connect_fate::refused);
    turn([&] { subject->open_for_requests(""); });
    queued_request& waiting = submit("SELECT");
    world.run_for(100ms);
    ASSERT_THAT(waiting.ends, SizeIs(1));
    EXPECT_EQ(waiting.effect, request_effect::not_sent);
    queued_request late;
    turn([&] {
        EXPECT_EQ(subject->find("")->submit(late), pool::admission::down) << "nobody waits for a try again";
    });
}

TEST_F(shard_node_test, dropping_tells_nobody)
{
    open_and_wait();
    queued_request& running = submit("held");
    world.run_for(10ms);
    turn([&] { subject->drop(); });
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_THAT(running.ends, IsEmpty());
    EXPECT_EQ(node.open_connections(), 0U);
}

}  // namespace
}  // namespace async_cassandra::detail
