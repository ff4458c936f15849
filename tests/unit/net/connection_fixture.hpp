// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/connection.hpp"
#include "support/fake_node.hpp"
#include "support/raw_peer.hpp"
#include "support/simulated_world.hpp"
#include "unit/net/recorded_request.hpp"
#include "unit/net/versions.hpp"

#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::net {

/// A connection in the simulated world: virtual time, a network in memory, a node that is played.
class connection_test : public ::testing::TestWithParam<protocol_version>, public connection_owner {
protected:
    static constexpr endpoint node_address = testing::loopback_address();

    connection_test()
    {
        world.network().listen(node_address, node);
        node.on_query("SELECT").reply(testing::reply_void());
        node.on_query("silence").reply(testing::no_reply());
        node.on_query("held").reply(testing::reply_void().held("gate"));
        settings.node = node_address;
        settings.version = GetParam();
    }
    ~connection_test() override
    {
        if (subject)
            subject->drop();
    }

    void on_ready(connection&) noexcept override { ++ready; }
    void on_closed(connection& c, const close_reason& r) noexcept override
    {
        ++closed;
        reason = r;
        refused = c.version_refused();
        closed_at = world.elapsed();
    }
    void on_room(connection&) noexcept override { ++rooms; }
    void on_suspicion(connection&) noexcept override
    {
        ++suspicions;
        suspected_at = world.elapsed();
    }

    /// Runs on the client's executor, as one turn.
    void turn(const std::function<void()>& work)
    {
        asio::post(world.environment()->executor(), [&] { home->turn(work); });
        world.run_for(std::chrono::nanoseconds{0});
    }

    void open()
    {
        subject = std::make_shared<connection>(home, settings, *this);
        turn([&] { subject->open(); });
    }
    void open_and_wait()
    {
        open();
        ASSERT_TRUE(world.run_until([&] { return ready + closed != 0; }, std::chrono::seconds{10}));
        ASSERT_EQ(ready, 1) << reason.text;
    }
    void send(recorded_request& r)
    {
        turn([&] { EXPECT_TRUE(subject->send(r)); });
    }
    [[nodiscard]] std::size_t at_node(std::string_view query) const
    {
        std::size_t count = 0;
        for (const testing::request_record& r : node.requests())
            count += r.query == query ? 1U : 0U;
        return count;
    }

    /// Another peer than the node; outlives the world, as peers must.
    void point_to(std::unique_ptr<testing::peer> other)
    {
        settings.node = testing::loopback_address(static_cast<std::uint8_t>(2 + peers.size()));
        peers.push_back(std::move(other));
        world.network().listen(settings.node, *peers.back());
    }

    std::vector<std::unique_ptr<testing::peer>> peers;
    testing::fake_node node;
    testing::simulated_world world;
    connection_settings settings;
    std::shared_ptr<shard> home = shard::create(world.make_environment());
    std::shared_ptr<connection> subject;
    int ready = 0;
    int closed = 0;
    int suspicions = 0;
    int rooms = 0;
    bool refused = false;
    close_reason reason;
    std::chrono::nanoseconds closed_at{};
    std::chrono::nanoseconds suspected_at{};
};

}  // namespace async_cassandra::net
