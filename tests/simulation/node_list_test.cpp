// SPDX-License-Identifier: Apache-2.0
// A new list of nodes, while requests and calls wait for connections to nodes that it moves or leaves out. R36
#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

/// Names the nodes of dc2, which are connected to on demand, by host id.
class remote_in_order final : public load_balancing_policy {
public:
    void plan(const request_info&, std::span<const node_view> all, plan_sink& to) override
    {
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i].identity().data_center == "dc2")
                to.add(i);
    }
};

/// Each node has a second address, where another one answers for it.
struct second_addresses {
    std::array<fake_node, 6> others;
};

/// dc1 has the nodes 0, 1, 2, dc2 the others.
class node_list : protected second_addresses, public simulated_cluster_session {
protected:
    node_list() : simulated_cluster_session({.nodes = {3, 3}, .node = {.keyspaces = {"a", "b"}}})
    {
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            first_.push_back(nodes.address(i));
            nodes.node(i).on_query("Q").reply(reply_void());
            others[i].on_query("Q").reply(reply_void());
        }
        config.load_balancing.local_dc = "dc1";
        config.handshake_timeout = 10min;  // nothing but the list ends a handshake
        config.address_translator = [this](const endpoint& told) {
            const auto found = std::ranges::find(first_, told);
            const auto i = static_cast<std::size_t>(found - first_.begin());
            return i < first_.size() && moved_[i] ? second_address(i) : told;
        };
    }
    void TearDown() override
    {
        simulated_cluster_session::TearDown();
        world.run_for(1s);
        EXPECT_THAT(nodes.violations(), IsEmpty());
        for (fake_node& other : others)
            EXPECT_THAT(other.violations(), IsEmpty());
    }

    static endpoint second_address(std::size_t i)
    {
        return loopback_address(static_cast<std::uint8_t>(101 + i));
    }
    void connect_and_wait()
    {
        connect();
        world.run_for(1s);
    }
    /// The next list says so. A node that joins makes the client read it, and moves positions.
    void read_list()
    {
        nodes.node(nodes.add_node("dc2", "rack1")).on_query("Q").reply(reply_void());
        world.run_for(3s);
    }
    std::vector<std::shared_ptr<call_end<result_set>>> start_many(
        const statement& what, std::size_t count = 10
    )
    {
        std::vector<std::shared_ptr<call_end<result_set>>> ends;
        for (std::size_t i = 0; i < count; ++i)
            ends.push_back(execute(statement{what}.timeout(30min)));
        world.run_for(10ms);
        return ends;
    }
    [[nodiscard]] static std::size_t queries(const fake_node& at)
    {
        const auto all = at.requests();
        return static_cast<std::size_t>(std::ranges::count_if(all, [](const request_record& r) {
            return r.query == "Q";
        }));
    }

    std::array<bool, 6> moved_{};

private:
    std::vector<endpoint> first_;
};

class on_demand : public node_list {
protected:
    on_demand() { config.load_balancing.policy = std::make_shared<remote_in_order>(); }

    /// One request after the other, each from the handler of the one before.
    void go_on(std::size_t left)
    {
        opened->execute(
            statement{"Q"}.timeout(30min),
            [this, left](const std::exception_ptr& e, const result_set&) {
                ++(e ? failed : answered);
                if (left != 0)
                    go_on(left - 1);
            }
        );
    }

    std::size_t answered = 0;
    std::size_t failed = 0;
};

TEST_F(on_demand, requests_that_wait_for_a_node_that_moves_go_to_the_next)
{
    connect_and_wait();
    nodes.freeze(3);
    const auto ends = start_many("Q");
    moved_[3] = true;
    read_list();
    for (const auto& end : ends) {
        EXPECT_EQ(end->count, 1);
        EXPECT_FALSE(end->error);
    }
    EXPECT_EQ(queries(nodes.node(4)), ends.size());
}

TEST_F(on_demand, requests_that_wait_for_a_node_that_is_left_out_go_to_the_next)
{
    connect_and_wait();
    nodes.freeze(3);
    const auto ends = start_many("Q");
    nodes.set_row_fault(3, peers_row_fault::null_host_id);
    read_list();
    for (const auto& end : ends) {
        EXPECT_EQ(end->count, 1);
        EXPECT_FALSE(end->error);
    }
    EXPECT_EQ(queries(nodes.node(4)), ends.size());
    EXPECT_EQ(queries(nodes.node(5)), 0U);
}

TEST_F(on_demand, all_nodes_may_move_at_once_while_handlers_make_new_requests)
{
    for (std::size_t i = 0; i < others.size(); ++i)
        world.network().listen(second_address(i), others[i]);
    connect_and_wait();
    std::vector<std::shared_ptr<call_end<result_set>>> ends;
    for (std::size_t i = 3; i < 6; ++i) {
        nodes.freeze(i);
        std::ranges::copy(start_many(statement{"Q"}.node(nodes.host_id(i))), std::back_inserter(ends));
    }
    for (int i = 0; i < 10; ++i)
        go_on(20);
    world.run_for(10ms);
    moved_.fill(true);
    read_list();
    for (const auto& end : ends) {
        EXPECT_EQ(end->count, 1);
        if (end->error) {
            EXPECT_EQ(failure_of<no_host_available>(*end).effect, request_effect::not_sent);
        }
    }
    EXPECT_EQ(answered + failed, 10U * 21U);
    EXPECT_LE(failed, 10U) << "those that waited for a node that moved, and had no other left";
    EXPECT_TRUE(rows_of("Q").empty());
    EXPECT_GE(queries(others[3]), 1U) << "at its second address";
}

/// With v4 each keyspace has connections of its own: a second session waits for new ones.
class second_keyspace : public node_list {
protected:
    second_keyspace()
    {
        config.protocol = protocol_version::v4;
        config.load_balancing.max_nodes_per_remote_dc = 4;
        keyspace = "a";
    }
    [[nodiscard]] std::size_t remote_connections()
    {
        std::size_t sum = 0;
        for (std::size_t i = 3; i < nodes.size(); ++i)
            sum += nodes.node(i).connections_accepted();
        return sum;
    }
    [[nodiscard]] std::shared_ptr<call_end<session>> start_connect(const std::string& to)
    {
        return start<session>([&](auto handler) { client->connect(to, std::move(handler)); });
    }
};

TEST_F(second_keyspace, a_connect_goes_on_with_remote_nodes_when_the_list_takes_the_last_that_it_waited_for)
{
    connect_and_wait();
    nodes.node(0)
        .on_query("USE \"b\"")
        .reply(reply_error(server_code::invalid, "Keyspace 'b' does not exist"));
    nodes.freeze(1);
    nodes.freeze(2);
    const auto end = start_connect("b");
    world.run_for(100ms);
    EXPECT_EQ(end->count, 0);
    EXPECT_EQ(remote_connections(), 0U);
    moved_[1] = moved_[2] = true;
    read_list();
    EXPECT_EQ(end->count, 1);
    EXPECT_FALSE(end->error);
    EXPECT_EQ(remote_connections(), 3U);
}

TEST_F(second_keyspace, a_connect_that_could_go_on_with_remote_nodes_ends_when_the_cluster_is_closed)
{
    connect_and_wait();
    for (std::size_t i = 0; i < 3; ++i)
        nodes.node(i).on_query("USE \"b\"").reply(no_reply());
    const auto end = start_connect("b");
    world.run_for(100ms);
    EXPECT_LE(close(*client), 1ms);
    world.run_for(1ms);
    EXPECT_EQ(failure_of<connection_error>(*end).code, errc::closed);
    world.run_for(10min);
    EXPECT_EQ(end->count, 1);
    EXPECT_EQ(remote_connections(), 0U);
}

}  // namespace
}  // namespace async_cassandra::testing
