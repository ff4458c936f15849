// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"
#include "protocol/responses.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

using protocol::server_event;

server_event decode(std::string_view name)
{
    const auto v = test::read_envelope("response_envelope", name);
    EXPECT_EQ(v.header().stream, protocol::event_stream);
    protocol::reader in{v.body()};
    server_event event = protocol::decode_event(in);
    EXPECT_FALSE(in.failed()) << in.error().rule;
    return event;
}

server_event decode_texts(const std::vector<std::string_view>& texts)
{
    base::byte_buffer body;
    protocol::writer w{body};
    for (const auto text : texts)
        w.string(text);
    protocol::reader in{body.bytes()};
    server_event event = protocol::decode_event(in);
    EXPECT_FALSE(in.failed());
    return event;
}

TEST(event, tells_status_and_topology_with_the_address)
{
    EXPECT_EQ(
        decode("event_status_up_ipv4_v5"),
        server_event(protocol::status_change{
            protocol::status_change_kind::up, {*inet::parse("10.0.0.1"), 9042}})
    );
    EXPECT_EQ(
        decode("event_topology_new_ipv6_v4"),
        server_event(protocol::topology_change{
            protocol::topology_change_kind::new_node, {*inet::parse("2001:db8::1"), 9042}})
    );
}

TEST(event, tells_what_changed_in_the_schema)
{
    const auto keyspace = std::get<protocol::schema_change>(decode("event_schema_keyspace_v4"));
    EXPECT_EQ(keyspace.kind, protocol::schema_change_kind::updated);
    EXPECT_EQ(keyspace.target, protocol::schema_target::keyspace);
    EXPECT_EQ(keyspace.keyspace, "ks");
    const auto function = std::get<protocol::schema_change>(decode("event_schema_function_v4"));
    EXPECT_EQ(function.kind, protocol::schema_change_kind::dropped);
    EXPECT_EQ(function.target, protocol::schema_target::function);
    EXPECT_EQ(function.name, "f");
    EXPECT_EQ(function.arguments, (std::vector<std::string>{"int", "text"}));
}

TEST(event, of_an_unknown_type_or_change_is_kept_by_name)
{
    EXPECT_EQ(
        decode_texts({"CLIENT_ROUTES_CHANGE", "x"}),
        server_event(protocol::unknown_event{"CLIENT_ROUTES_CHANGE", ""})
    );
    EXPECT_EQ(
        decode_texts({"STATUS_CHANGE", "SLEEPY"}),
        server_event(protocol::unknown_event{"STATUS_CHANGE", "SLEEPY"})
    );
    const auto change =
        std::get<protocol::schema_change>(decode_texts({"SCHEMA_CHANGE", "MELTED", "INDEX", "ks", "i"}));
    EXPECT_EQ(change.kind, protocol::schema_change_kind::other);
    EXPECT_EQ(change.target, protocol::schema_target::other);
    EXPECT_EQ(change.keyspace, "ks");
}

TEST(event, of_every_known_kind_survives_a_round_trip)
{
    const endpoint node{*inet::parse("192.0.2.7"), 19'042};
    std::vector<server_event> events;
    for (const auto kind :
         {protocol::topology_change_kind::new_node,
          protocol::topology_change_kind::removed_node,
          protocol::topology_change_kind::moved_node})
        events.emplace_back(protocol::topology_change{kind, node});
    for (const auto kind : {protocol::status_change_kind::up, protocol::status_change_kind::down})
        events.emplace_back(protocol::status_change{kind, node});
    using target = protocol::schema_target;
    const auto created = protocol::schema_change_kind::created;
    events.emplace_back(protocol::schema_change{created, target::keyspace, "ks", "", {}});
    events.emplace_back(protocol::schema_change{created, target::table, "ks", "t", {}});
    events.emplace_back(protocol::schema_change{created, target::type, "ks", "t", {}});
    events.emplace_back(protocol::schema_change{created, target::aggregate, "ks", "a", {"int"}});
    for (const server_event& event : events) {
        base::byte_buffer out;
        ASSERT_TRUE(protocol::encode_event(out, {.version = protocol_version::v4, .stream = 12}, event));
        EXPECT_EQ(protocol::decode_frame_header(out.bytes().first<9>()).stream, -1);
        protocol::reader in{out.bytes().subspan(9)};
        EXPECT_EQ(protocol::decode_event(in), event);
        EXPECT_FALSE(in.failed());
    }
}

TEST(event, without_a_name_cannot_be_encoded)
{
    base::byte_buffer out;
    EXPECT_FALSE(protocol::encode_event(out, {}, protocol::schema_change{}));
    EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace async_cassandra
