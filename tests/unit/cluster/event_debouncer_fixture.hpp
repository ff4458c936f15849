// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/event_debouncer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace async_cassandra::detail {

inline endpoint debounced_address(int last)
{
    return {*inet::parse("127.0.0." + std::to_string(last)), 9042};
}

inline uuid schema_version(std::uint8_t number)
{
    return uuid{{number}};
}

/// Events, and ends of reads, one by one; what is to be done is compared as text.
class event_debouncer_test : public ::testing::Test {
protected:
    /// "register up 127.0.0.2 nodes schema", "schema shop users", "schema" for all of it.
    static std::string text(const event_debouncer::actions& a)
    {
        std::string out;
        const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
        if (a.leave)
            add("leave");
        if (a.register_events)
            add("register");
        if (a.hint)
            add((a.hint->kind == protocol::status_change_kind::up ? "up " : "down ") +
                a.hint->node.address.to_string());
        if (a.read_nodes)
            add("nodes");
        if (!a.read_schema.empty())
            add("schema");
        for (const std::string& keyspace : a.read_schema.keyspaces)
            add(keyspace);
        return out;
    }
    std::string up(int last)
    {
        return event(protocol::status_change{protocol::status_change_kind::up, debounced_address(last)});
    }
    std::string down(int last)
    {
        return event(protocol::status_change{protocol::status_change_kind::down, debounced_address(last)});
    }
    std::string added(int last)
    {
        return event(protocol::topology_change{
            protocol::topology_change_kind::new_node, debounced_address(last)});
    }
    std::string altered(const std::string& keyspace, const std::string& table = "t")
    {
        return event(protocol::schema_change{
            protocol::schema_change_kind::updated, protocol::schema_target::table, keyspace, table, {}});
    }
    std::string event(const protocol::server_event& e) { return text(subject.on_event(e, now)); }
    std::string nodes_read(std::uint8_t v = 1, std::uint64_t chance = 0)
    {
        return text(subject.on_nodes_read(schema_version(v), now, chance));
    }
    std::string schema_read() { return text(subject.on_schema_read()); }
    std::string nodes_failed() { return text(subject.on_nodes_failed(now)); }
    std::string schema_failed() { return text(subject.on_schema_failed(now)); }
    std::string register_failed() { return text(subject.on_register_failed(now)); }
    /// To the time at which it wants to be called.
    std::string wait()
    {
        now = subject.due().value();
        return text(subject.on_timer(now));
    }
    void settle()
    {
        ASSERT_EQ(text(subject.on_connected()), "register nodes");
        ASSERT_EQ(text(subject.on_registered()), "");
        ASSERT_EQ(nodes_read(), "schema");
        ASSERT_EQ(schema_read(), "");
        refresh_at = subject.due().value();
    }

    event_debouncer::time_point now{std::chrono::hours{1000}};
    event_debouncer::time_point refresh_at{};
    event_debouncer subject{{}};
};

}  // namespace async_cassandra::detail
