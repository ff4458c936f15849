// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/cluster/pool_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// One node as one shard sees it, in the simulated world.
namespace async_cassandra::detail {

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
    static constexpr endpoint first_address = testing::loopback_address();
    static constexpr endpoint second_address = testing::loopback_address(2);

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
        world.run_for(std::chrono::nanoseconds{0});
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
        ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, std::chrono::seconds{10}));
        ASSERT_EQ(outcomes.front(), "open");
        world.run_for(std::chrono::milliseconds{100});
    }
    /// Opens it, and later nobody listens at its address any more.
    void open_and_lose()
    {
        open_and_wait();
        world.run_for(std::chrono::seconds{10});
        world.network().stop_listening(first_address);
        world.network().reset(first_address);
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

}  // namespace async_cassandra::detail
