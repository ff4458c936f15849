// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "memory_client.hpp"
#include "support/cluster_carriers.hpp"
#include "support/fake_cluster.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::testing {

/// A played cluster in memory, and connections to its nodes that are driven by hand.
class cluster_conversation {
public:
    explicit cluster_conversation(fake_cluster_settings settings = {}, std::uint64_t seed = 1)
        : cluster(std::move(settings)), world(seed), carrier_(cluster, world.network())
    {}

    /// The same connection each time, started; made again when it has ended.
    memory_client& to(std::size_t node)
    {
        auto& client = clients_[node];
        if (client && !client->read_over)
            return *client;
        client = std::make_unique<memory_client>(world, cluster.address(node));
        client->start();
        return *client;
    }

    received_frame ask(std::size_t node, std::string_view text, protocol::query_parameters parameters = {})
    {
        memory_client& client = to(node);
        client.script.query(text, 1, parameters);
        client.say();
        auto frames = client.wait_for(1);
        return frames.empty() ? received_frame{} : std::move(frames.front());
    }

    /// The texts of a column; "null" for null.
    std::vector<std::string> texts(std::size_t node, std::string_view text)
    {
        std::vector<std::string> out;
        for (const row& r : ask(node, text).rows())
            out.push_back(r.at(0) ? std::string{cells::as_text(*r.at(0))} : "null");
        return out;
    }
    std::vector<row> rows(std::size_t node, std::string_view text) { return ask(node, text).rows(); }

    void listen_to_events(std::size_t node)
    {
        memory_client& client = to(node);
        client.script.register_for({"TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE"});
        client.say();
        ASSERT_EQ(client.wait_for(1).size(), 1U);
    }

    /// The events that have come to the connection since the last call, in words.
    std::vector<std::string> events(std::size_t node);

    fake_cluster cluster;
    simulated_world world;

private:
    simulated_carrier carrier_;
    std::map<std::size_t, std::unique_ptr<memory_client>> clients_;
};

inline std::string in_words(const protocol::server_event& event)
{
    using namespace protocol;
    if (const auto* t = std::get_if<topology_change>(&event)) {
        const char* kind = t->kind == topology_change_kind::new_node       ? "NEW_NODE "
                           : t->kind == topology_change_kind::removed_node ? "REMOVED_NODE "
                                                                           : "MOVED_NODE ";
        return kind + to_string(t->node);
    }
    if (const auto* s = std::get_if<status_change>(&event))
        return (s->kind == status_change_kind::up ? "UP " : "DOWN ") + to_string(s->node);
    if (const auto* s = std::get_if<schema_change>(&event)) {
        const char* kind = s->kind == schema_change_kind::created   ? "CREATED "
                           : s->kind == schema_change_kind::dropped ? "DROPPED "
                                                                    : "UPDATED ";
        return kind + s->keyspace + (s->name.empty() ? "" : "." + s->name);
    }
    return "unknown";
}

inline std::vector<std::string> cluster_conversation::events(std::size_t node)
{
    std::vector<std::string> out;
    for (const received_frame& frame : std::exchange(to(node).frames, {})) {
        EXPECT_EQ(frame.header.op, protocol::opcode::event);
        EXPECT_EQ(frame.header.stream, protocol::event_stream);
        protocol::reader in{frame.body};
        out.push_back(in_words(protocol::decode_event(in)));
    }
    return out;
}

}  // namespace async_cassandra::testing
