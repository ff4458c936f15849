// SPDX-License-Identifier: Apache-2.0
// Where the control connection goes when it is lost, and what it makes of the addresses that nodes tell.
#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <stdexcept>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto up = async_cassandra::node_state::up;
constexpr auto down = async_cassandra::node_state::down;

class control : public simulated_cluster_session {
protected:
    explicit control(fake_cluster_settings settings = {}) : simulated_cluster_session(std::move(settings))
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query("Q").reply(reply_void());
    }
    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(world.network().open_connections(nodes.address(i)), 0U) << i;
    }

    /// How often a control connection was set up at the node.
    [[nodiscard]] std::size_t arrivals(std::size_t i)
    {
        return nodes.node(i).request_count(protocol::opcode::register_);
    }
    [[nodiscard]] std::size_t arrivals()
    {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            sum += arrivals(i);
        return sum;
    }
    [[nodiscard]] std::size_t nodes_known() const
    {
        const topology now = client->topology();
        return now.nodes().size();
    }
    [[nodiscard]] node known(std::size_t i)
    {
        const topology now = client->topology();
        const node* const found = now.find(nodes.host_id(i));
        return found == nullptr ? node{} : *found;
    }
};

TEST_F(control, goes_to_another_known_node_at_once)
{
    config.contact_points = {to_string(nodes.address(0))};
    connect();
    world.run_for(2s);
    ASSERT_EQ(arrivals(0), 1U);
    nodes.stop(0);
    world.run_for(10ms);
    EXPECT_EQ(arrivals(), 2U);
    nodes.add_node("dc1", "rack1");
    world.run_for(5s);
    EXPECT_EQ(nodes_known(), 4U) << "what happens is heard of from there";
}

TEST_F(control, does_not_hold_up_requests_while_it_moves)
{
    config.contact_points = {to_string(nodes.address(0))};
    config.reconnect_base_delay = 10s;
    connect();
    world.run_for(2s);
    nodes.stop(0);
    world.run_for(1ms);
    for (std::size_t i = 1; i < nodes.size(); ++i)
        nodes.node(i).on_request(protocol::opcode::startup).reply(no_reply());
    for (int i = 0; i < 30; ++i) {
        const auto begin = world.elapsed();
        rows_of("Q");
        EXPECT_LE(world.elapsed() - begin, 1ms);
    }
}

TEST_F(control, lost_at_once_each_time_is_not_tried_without_end)
{
    config.contact_points = {to_string(nodes.address(0))};
    connect();
    world.run_for(2s);
    const std::size_t before = arrivals();
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.node(i).on_request(protocol::opcode::register_).reply(reset_connection());
    nodes.stop(0);
    world.run_for(60s);
    EXPECT_THAT(arrivals() - before, ::testing::AllOf(Gt(3U), ::testing::Lt(40U)));
}

TEST_F(control, resolves_names_anew_when_all_that_is_known_is_lost)
{
    world.network().add_name("db", {nodes.address(0).address});
    config.contact_points = {"db"};
    connect();
    world.run_for(2s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    world.run_for(5s);
    const std::vector<std::string> moved{"127.0.0.71", "127.0.0.72", "127.0.0.73"};
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.restart_at(i, inet::parse(moved[i]).value());
    // The first address is of nobody: all of a name are tried.
    world.network().add_name("db", {inet::parse("127.0.0.70").value(), inet::parse(moved[1]).value()});
    world.run_for(2min);
    for (int i = 0; i < 30; ++i)
        rows_of("Q");
    EXPECT_EQ(nodes_known(), 3U);
}

TEST_F(control, waits_for_no_name_longer_than_for_a_node)
{
    config.handshake_timeout = 3s;
    world.network().silence_name("hangs");
    world.network().add_name("db", {nodes.address(0).address});
    config.contact_points = {"hangs", "db"};
    connect();
    EXPECT_LE(world.elapsed(), 3s + 100ms);
}

TEST_F(control, tries_addresses_before_names)
{
    world.network().silence_name("hangs");
    config.contact_points = {"hangs", to_string(nodes.address(0))};
    connect();
    EXPECT_LE(world.elapsed(), 100ms);
}

TEST_F(control, names_all_that_hang_and_looks_each_up_once)
{
    config.handshake_timeout = 1s;
    config.connect_timeout = 20s;
    config.contact_points = {"hangs:9042", "hangs-too"};
    for (const char* const name : {"hangs", "hangs-too"})
        world.network().silence_name(name);
    client.emplace(make_simulated_cluster(world, config));
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    wait(*end);
    EXPECT_EQ(world.elapsed(), 20s);
    const failure f = failure_of<no_host_available>(*end);
    for (const char* const name : {"hangs", "hangs-too"})
        EXPECT_THAT(f.what, HasSubstr(std::string{name} + ": the name is still being resolved"));
    EXPECT_EQ(world.network().look_ups(), 2U) << "in several rounds";
}

TEST_F(control, takes_the_answer_of_a_slow_look_up)
{
    config.handshake_timeout = 1s;
    config.reconnect_base_delay = config.reconnect_max_delay = 2s;
    world.network().set_resolve_time(2s);
    world.network().add_name("slow", {nodes.address(0).address});
    config.contact_points = {"slow"};
    connect();
    EXPECT_LE(world.elapsed(), 3s + 100ms) << "with the second round";
    EXPECT_EQ(world.network().look_ups(), 1U);

    // Those that come later are asked anew.
    world.network().set_resolve_time(1ms);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    world.run_for(1min);
    EXPECT_GT(world.network().look_ups(), 10U);
}

TEST_F(control, does_not_wait_for_a_name_when_a_node_comes_back)
{
    world.network().add_name("db", {nodes.address(0).address});
    config.contact_points = {"db"};
    config.handshake_timeout = 1h;
    connect();
    world.run_for(2s);
    world.network().silence_name("db");
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    world.run_for(1min);
    const std::size_t before = arrivals();
    nodes.start(2);
    ASSERT_TRUE(world.run_until([&] { return known(2).state == up; }, 2min));
    world.run_for(10ms);
    EXPECT_EQ(arrivals(), before + 1);
}

class control_of_many : public control {
protected:
    control_of_many() : control(forty_nodes()) {}

private:
    static fake_cluster_settings forty_nodes()
    {
        fake_cluster_settings settings;
        settings.nodes = {40};
        return settings;
    }
};

TEST_F(control_of_many, does_not_try_each_old_address_before_the_name_tells_new_ones)
{
    world.network().add_name("db", {nodes.address(0).address});
    config.contact_points = {"db"};
    config.handshake_timeout = 300ms;
    connect();
    world.run_for(2s);
    const std::size_t before = arrivals();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        world.network().set_connect_fate(nodes.address(i), connect_fate::ignored);
        nodes.stop(i);
        nodes.restart_at(i, inet::parse("127.0.1." + std::to_string(i + 1)).value());
    }
    world.network().add_name("db", {nodes.address(5).address});
    world.run_for(11 * 300ms);
    EXPECT_EQ(arrivals(), before + 1);
    world.run_for(10s);
    rows_of("Q");
    EXPECT_EQ(known(7).address, nodes.address(7));
}

TEST_F(control, comes_back_with_the_first_node_that_does)
{
    connect();
    world.run_for(2s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    world.run_for(10min);
    const std::size_t before = arrivals();
    nodes.start(2);
    ASSERT_TRUE(world.run_until([&] { return known(2).state == up; }, 1min));
    world.run_for(10ms);
    EXPECT_EQ(arrivals(), before + 1);
}

TEST_F(control, does_not_take_a_node_of_another_cluster)
{
    fake_node_settings other;
    other.cluster_name = "other";
    other.address = loopback_address(99);
    fake_node stranger{other};
    world.network().listen(loopback_address(99), stranger);
    config.contact_points = {to_string(nodes.address(0)), "127.0.0.99"};
    config.connect_timeout = 5s;
    config.reconnect_max_delay = 1s;
    connect();
    world.run_for(2s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.stop(i);
    world.run_for(20s);
    EXPECT_THAT(stranger.connections_accepted(), Gt(1U));
    EXPECT_EQ(nodes_known(), 3U);
    EXPECT_EQ(known(1).address, nodes.address(1));
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    wait(*end);
    const failure f = failure_of<no_host_available>(*end);
    const auto refused = std::ranges::find(f.attempts, errc::wrong_cluster, &attempt::code);
    ASSERT_NE(refused, f.attempts.end());
    EXPECT_EQ(refused->node, loopback_address(99));
    EXPECT_THAT(refused->reason, HasSubstr("another cluster: its name is 'other', not 'fake'"));
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes.start(i);
    world.run_for(10s);
    EXPECT_EQ(rows_of("Q").size(), 0U);
    EXPECT_EQ(stranger.request_count(protocol::opcode::execute), 0U);
    close(*client);
    client.reset();
    world.network().abandon();
}

/// The servers of one node, before it is upgraded and afterwards, and a client that knows nothing else.
struct upgraded_node {
    [[nodiscard]] static fake_node_settings settings(protocol_version highest)
    {
        fake_node_settings s;
        s.highest = highest;
        s.keyspaces = {"shop"};
        return s;
    }

    fake_node old{settings(protocol_version::v4)};
    fake_node current{settings(protocol_version::v5)};
};

class upgrade : protected upgraded_node, public simulated_client {
protected:
    upgrade() { config.contact_points = {to_string(address)}; }

    void connect_to(fake_node& first)
    {
        first.on_query(text).reply(reply_void());
        world.network().listen(address, first);
        connect();
    }

    /// The server goes, and another one comes.
    void replace(fake_node& gone, fake_node& next)
    {
        world.network().stop_listening(address);
        gone.end_connections(peer_ending::reset);
        world.run_for(1s);
        next.on_query(text).reply(reply_void());
        next.on_query(bound).markers(columns_of("shop", "t", "n bigint")).reply(reply_void());
        world.network().listen(address, next);
        world.run_for(1min);
    }

    static constexpr endpoint address = loopback_address();
    static constexpr const char* text = "SELECT n FROM t";
    static constexpr const char* bound = "SELECT n FROM t WHERE n = ?";
};

// What is there (sessions, their statements, the connections for requests) speaks it.
TEST_F(upgrade, the_version_that_was_found_first_stays)
{
    keyspace = "shop";
    connect_to(old);
    replace(old, current);
    ASSERT_EQ(current.request_count(protocol::opcode::register_), 1U) << "no control connection";
    rows_of(text);
    rows_of(prepare(bound).bind(std::int64_t{1}));
    const auto end = start<session>([&](auto handler) { client->connect("shop", std::move(handler)); });
    wait(*end);
    ASSERT_FALSE(end->error);
    opened.emplace(std::move(*end->value));
    rows_of(text);
    rows_of(prepare(bound).bind(std::int64_t{2}));
    for (const request_record& each : current.requests())
        EXPECT_EQ(each.version, 4);
    EXPECT_THAT(current.violations(), IsEmpty());
}

TEST_F(upgrade, a_node_that_went_back_to_an_older_version_is_not_connected_to)
{
    connect_to(current);
    replace(current, old);
    EXPECT_EQ(old.request_count(protocol::opcode::register_), 0U);
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    wait(*end);
    EXPECT_THAT(failure_of<no_host_available>(*end).what, HasSubstr("unsupported protocol version (5)"));
}

// Nodes tell of one another by 127.0.0.x, and are to be reached at 10.0.0.x.
class behind_a_translator : public control {
protected:
    behind_a_translator()
    {
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            world.network().stop_listening(nodes.address(i));
            world.network().listen(outside(nodes.address(i)), nodes.node(i));
        }
        config.contact_points = {to_string(outside(nodes.address(0)))};
        config.address_translator = outside;
    }

    [[nodiscard]] static endpoint outside(const endpoint& told)
    {
        std::string text = told.address.to_string();
        EXPECT_TRUE(text.starts_with("127.")) << "it was translated already: " << text;
        return {inet::parse("10." + text.substr(4)).value(), told.port};
    }
};

TEST_F(behind_a_translator, nodes_are_reached_where_it_says)
{
    connect();
    world.run_for(1s);
    const topology now = client->topology();
    ASSERT_THAT(now.nodes(), SizeIs(3));
    for (const node& each : now.nodes()) {
        EXPECT_EQ(each.state, up);
        EXPECT_TRUE(each.address.address.to_string().starts_with("10.")) << to_string(each.address);
    }
    for (int i = 0; i < 30; ++i)
        rows_of("Q");
}

TEST_F(behind_a_translator, what_is_said_of_a_node_is_said_of_that_address)
{
    config.reconnect_base_delay = 10min;
    config.reconnect_max_delay = 10min;
    connect();
    world.run_for(2s);
    const endpoint there = outside(nodes.address(1));
    world.network().stop_listening(there);
    nodes.node(1).end_connections(peer_ending::reset);
    world.run_for(100ms);
    ASSERT_EQ(known(1).state, down);
    world.network().listen(there, nodes.node(1));
    nodes.say_status(1, protocol::status_change_kind::up);
    world.run_for(3s);
    EXPECT_EQ(known(1).state, up);
}

TEST_F(behind_a_translator, that_throws_a_node_keeps_the_address_it_had)
{
    bool broken = false;
    config.address_translator = [&broken](const endpoint& told) {
        if (broken)
            throw std::runtime_error("no table");
        return outside(told);
    };
    connect();
    world.run_for(1s);
    const topology before = client->topology();
    broken = true;
    world.run_for(5min);
    const topology now = client->topology();
    ASSERT_THAT(now.nodes(), SizeIs(3));
    for (const node& each : before.nodes())
        EXPECT_EQ(now.find(each.host_id)->address, each.address);
}

TEST_F(behind_a_translator, that_throws_from_the_begin_a_node_is_left_out_until_it_does_not)
{
    bool broken = true;
    config.address_translator = [&, unreachable = nodes.address(2)](const endpoint& told) {
        if (broken && told == unreachable)
            throw 42;
        return outside(told);
    };
    connect();
    world.run_for(1s);
    EXPECT_EQ(nodes_known(), 2U);
    broken = false;
    world.run_for(2min);
    EXPECT_EQ(nodes_known(), 3U);
}

}  // namespace
}  // namespace async_cassandra::testing
