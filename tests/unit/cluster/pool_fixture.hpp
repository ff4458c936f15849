// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>

#include "cluster/shard_node.hpp"
#include "protocol/requests.hpp"
#include "support/fake_node.hpp"
#include "support/simulated_world.hpp"

#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// A QUERY that waits in a pool, and writes down how it ended.
class queued_request final : public pool_request {
public:
    explicit queued_request(std::string text = "SELECT", std::size_t size = 100)
        : text_(std::move(text)), size_(size)
    {}

    [[nodiscard]] protocol::encode_result encode(
        base::byte_buffer& out, protocol_version version, std::int16_t stream
    ) override
    {
        if (broken_rule != nullptr)
            return {broken_rule};
        return protocol::encode_query(out, version, stream, text_, {});
    }
    [[nodiscard]] bool accepts(std::uint32_t) noexcept override { return true; }
    void on_too_large(std::uint32_t) noexcept override { end("too large"); }
    void on_response(net::response&&) noexcept override { end("answered"); }
    void on_lost(const net::close_reason& reason, request_effect what) noexcept override
    {
        effect = what;
        end("lost: " + reason.text);
    }
    [[nodiscard]] std::size_t size_hint() const noexcept override { return size_; }
    [[nodiscard]] bool has_alternatives() const noexcept override { return alternatives; }
    void on_unencodable(const char* rule) noexcept override { end(std::string{"unencodable: "} + rule); }

    const char* broken_rule = nullptr;
    bool alternatives = false;
    std::optional<request_effect> effect;
    std::vector<std::string> ends;
    std::function<void()> then;

private:
    void end(std::string how)
    {
        ends.push_back(std::move(how));
        if (then)
            then();
    }

    std::string text_;
    std::size_t size_;
};

/// Writes down what a pool tells, and does nothing by itself.
class recorded_owner final : public pool_owner {
public:
    void on_pool_connected(pool&) noexcept override { add("connected"); }
    void on_connection_ready(pool&) noexcept override { add("one more"); }
    void on_suspicion(pool& p) noexcept override { add(p.is_silent() ? "silent" : "suspicion"); }
    void on_connection_lost(pool&, const net::close_reason&) noexcept override { add("one less"); }
    void on_pool_lost(pool&, const net::close_reason&) noexcept override { add("lost"); }
    void on_connection_ended(pool&, const net::close_reason&) noexcept override { add("ended"); }
    void on_connect_failed(pool&, connect_failure why, const net::close_reason&) noexcept override
    {
        failures.push_back(why);
        add("failed");
    }
    void on_pool_idle(pool&) noexcept override { add("idle"); }

    std::vector<std::string> take() { return std::exchange(events, {}); }

    std::vector<std::string> events;
    std::vector<connect_failure> failures;

private:
    void add(std::string what) { events.push_back(std::move(what)); }
};

/// A pool in the simulated world, to one node.
class pool_test : public ::testing::Test {
protected:
    using admission = pool::admission;

    pool_test()
    {
        world.network().listen(node_address, node);
        node.on_query_prefix("SELECT").reply(testing::reply_void());
        node.on_query_prefix("held").reply(testing::reply_void().held("gate"));
        config.max_in_flight = 2;
        config.max_queued_requests = 3;
        config.max_queued_bytes = 1000;
    }
    ~pool_test() override
    {
        if (subject) {
            turn([&] {
                subject->drop();
                subject.reset();
            });
        }
    }

    void turn(const std::function<void()>& work)
    {
        boost::asio::post(world.environment()->executor(), [&] { home->turn(work); });
        world.run_for(std::chrono::nanoseconds{0});
    }

    void make(std::size_t shards = 1)
    {
        const pool_settings settings{
            std::make_shared<const cluster_config>(config), shards, config.connections_per_node, turns};
        subject = pool_ptr{
            new pool{home, settings, pool_target{node_address, version, keyspace, {}, counts}, owner}};
    }

    void open()
    {
        turn([&] {
            subject->open([this](const net::close_reason* reason) {
                outcomes.push_back(reason == nullptr ? "open" : reason->text);
            });
        });
    }
    void open_and_wait()
    {
        make();
        open();
        ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, std::chrono::seconds{10}));
        ASSERT_THAT(outcomes, ::testing::ElementsAre("open"));
        wait_for_connections(config.connections_per_node);
    }
    void wait_for_connections(std::size_t count)
    {
        ASSERT_TRUE(world.run_until([&] { return subject->connections() == count; }, std::chrono::seconds{10})
        );
    }

    std::vector<admission> submit(const std::vector<queued_request*>& requests)
    {
        std::vector<admission> said;
        turn([&] {
            for (queued_request* r : requests)
                said.push_back(subject->submit(*r));
        });
        return said;
    }
    /// Submits one more, which the test keeps.
    queued_request& submit(const std::string& text)
    {
        queued_request& made = kept.emplace_back(text);
        EXPECT_THAT(submit({&made}), ::testing::ElementsAre(admission::taken));
        return made;
    }

    [[nodiscard]] std::vector<std::string> at_node() const
    {
        std::vector<std::string> texts;
        for (const testing::request_record& r : node.requests(protocol::opcode::query))
            texts.push_back(r.query);
        return texts;
    }

    static constexpr endpoint node_address = testing::loopback_address();
    testing::fake_node node;
    testing::simulated_world world;
    cluster_config config;
    protocol_version version = protocol_version::v5;
    std::string keyspace;
    std::shared_ptr<net::traffic> counts = std::make_shared<net::traffic>();
    std::shared_ptr<net::shard> home = net::shard::create(world.make_environment());
    std::shared_ptr<handshake_turns> turns = std::make_shared<handshake_turns>(32);
    recorded_owner owner;
    std::deque<queued_request> kept;
    pool_ptr subject;
    std::vector<std::string> outcomes;
};

}  // namespace async_cassandra::detail
