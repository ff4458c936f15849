// SPDX-License-Identifier: Apache-2.0
#include "cluster/node_rows.hpp"

#include "unit/cluster/described.hpp"
#include "unit/types/page_builder.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::detail {
namespace {

using async_cassandra::test::page_builder;
using async_cassandra::test::raw;
using test::host;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using optional_text = std::optional<std::string>;
using tokens = std::optional<std::vector<std::string>>;

const endpoint connected{*inet::parse("127.0.0.1"), 9042};
constexpr std::uint16_t configured_port = 9999;

struct peer_row {
    std::optional<inet> peer = inet::parse("10.0.0.2");
    optional_text data_center = "dc1";
    std::optional<uuid> host_id = host(2);
    std::optional<inet> serves_at = inet::parse("127.0.0.2");
    std::optional<std::int32_t> port = 9142;
    optional_text rack = "r1";
    optional_text version = "5.0.2";
    std::optional<uuid> schema = host(99);
    tokens ring{{"-7", "12"}};
};

page local_page(
    const std::optional<uuid>& host_id = host(1), const std::string& partitioner = "Murmur3Partitioner"
)
{
    return page_builder{{{"key", type_kind::text},
                         {"broadcast_address", type_kind::inet},
                         {"cluster_name", type_kind::text},
                         {"data_center", type_kind::text},
                         {"host_id", type_kind::uuid},
                         {"partitioner", type_kind::text},
                         {"rack", type_kind::text},
                         {"release_version", type_kind::text},
                         {"rpc_address", type_kind::inet},
                         {"schema_version", type_kind::uuid},
                         {"tokens", data_type::set_of(type_kind::text)}}}
        .row(
            "local",
            inet::parse("10.0.0.1"),
            "Test",
            "dc1",
            host_id,
            "org.apache.cassandra.dht." + partitioner,
            "r1",
            "5.0.2",
            inet::parse("0.0.0.0"),
            host(99),
            std::vector<std::string>{"100", "-9223372036854775808"}
        )
        .build();
}

page peers_v2_page(const std::vector<peer_row>& rows)
{
    page_builder builder{
        {{"peer", type_kind::inet},
         {"peer_port", type_kind::int_},
         {"data_center", type_kind::text},
         {"host_id", type_kind::uuid},
         {"native_address", type_kind::inet},
         {"native_port", type_kind::int_},
         {"rack", type_kind::text},
         {"release_version", type_kind::text},
         {"schema_version", type_kind::uuid},
         {"tokens", data_type::set_of(type_kind::text)}}};
    for (const peer_row& r : rows)
        builder.row(
            r.peer, 7000, r.data_center, r.host_id, r.serves_at, r.port, r.rack, r.version, r.schema, r.ring
        );
    return builder.build();
}

described_nodes read(const page& local, const page& peers)
{
    node_rows_reader reader{connected, configured_port};
    for (const row r : local)
        reader.add_local(r);
    for (const row r : peers)
        reader.add_peer(r);
    return reader.finish();
}

described_nodes read_peers(const std::vector<peer_row>& rows)
{
    return read(local_page(), peers_v2_page(rows));
}

std::string only_note(const described_nodes& read)
{
    EXPECT_EQ(read.notes.size(), 1U) << ::testing::PrintToString(read.notes);
    return read.notes.empty() ? "" : read.notes.front();
}

TEST(node_rows, tell_all_of_a_node_and_its_peers)
{
    const described_nodes found = read_peers({{}});
    EXPECT_THAT(found.notes, IsEmpty());
    EXPECT_EQ(found.cluster_name, "Test");
    EXPECT_EQ(found.partitioner, "org.apache.cassandra.dht.Murmur3Partitioner");
    EXPECT_EQ(found.local, host(1));
    ASSERT_EQ(found.nodes.size(), 2U);

    const node& local = found.nodes[0].facts;
    EXPECT_EQ(local.host_id, host(1));
    EXPECT_EQ(local.address, connected) << "where it was reached, not what it says";
    EXPECT_EQ(local.broadcast_address, inet::parse("10.0.0.1"));
    EXPECT_EQ(local.data_center, "dc1");
    EXPECT_EQ(local.rack, "r1");
    EXPECT_EQ(local.schema_version, host(99));
    EXPECT_EQ(local.token_count, 2U);
    EXPECT_THAT(found.nodes[0].tokens, ElementsAre(minimum_token, 100));

    const node& peer = found.nodes[1].facts;
    EXPECT_EQ(peer.host_id, host(2));
    EXPECT_EQ(peer.address, (endpoint{*inet::parse("127.0.0.2"), 9142}));
    EXPECT_EQ(peer.broadcast_address, inet::parse("10.0.0.2"));
    EXPECT_EQ(peer.release_version, "5.0.2");
    EXPECT_EQ(peer.state, node_state::unknown);
    EXPECT_THAT(found.nodes[1].tokens, ElementsAre(-7, 12));
}

TEST(node_rows, of_the_older_table_take_the_configured_port)
{
    const page peers = page_builder{{{"peer", type_kind::inet},
                                     {"data_center", type_kind::text},
                                     {"host_id", type_kind::uuid},
                                     {"rack", type_kind::text},
                                     {"release_version", type_kind::text},
                                     {"rpc_address", type_kind::inet},
                                     {"tokens", data_type::set_of(type_kind::text)}}}
                           .row(
                               inet::parse("10.0.0.2"),
                               "dc1",
                               host(2),
                               "r1",
                               "3.11.2",
                               inet::parse("127.0.0.2"),
                               std::vector<std::string>{"1"}
                           )
                           .build();
    const described_nodes found = read(local_page(), peers);
    EXPECT_THAT(found.notes, IsEmpty());
    ASSERT_EQ(found.nodes.size(), 2U);
    EXPECT_EQ(found.nodes[1].facts.address, (endpoint{*inet::parse("127.0.0.2"), configured_port}));
    EXPECT_EQ(found.nodes[1].facts.schema_version, std::nullopt);
}

TEST(node_rows, are_sorted_by_host_id)
{
    const described_nodes found = read_peers(
        {{.host_id = host(9), .serves_at = inet::parse("127.0.0.9")},
         {.host_id = host(0), .serves_at = inet::parse("127.0.0.10")}}
    );
    ASSERT_EQ(found.nodes.size(), 3U);
    EXPECT_EQ(found.nodes[0].facts.host_id, host(0));
    EXPECT_EQ(found.nodes[1].facts.host_id, host(1));
    EXPECT_EQ(found.nodes[2].facts.host_id, host(9));
}

TEST(node_rows, that_do_not_tell_where_the_node_serves_are_mended)
{
    for (const auto& serves_at : {std::optional<inet>{}, inet::parse("0.0.0.0"), inet::parse("::")}) {
        const described_nodes found = read_peers({{.serves_at = serves_at}});
        EXPECT_THAT(only_note(found), HasSubstr("peer 10.0.0.2: "));
        ASSERT_EQ(found.nodes.size(), 2U);
        EXPECT_EQ(found.nodes[1].facts.address.address, inet::parse("10.0.0.2"));
    }
    for (const auto port :
         {std::optional<std::int32_t>{}, std::optional{0}, std::optional{-1}, std::optional{65536}})
        EXPECT_EQ(read_peers({{.port = port}}).nodes.at(1).facts.address.port, configured_port);
}

TEST(node_rows, that_cannot_be_used_are_left_out)
{
    const auto left_out = [](const peer_row& wrong) {
        const described_nodes found =
            read_peers({wrong, {.host_id = host(7), .serves_at = inet::parse("127.0.0.7")}});
        EXPECT_EQ(found.nodes.size(), 2U) << "the next row is read";
        EXPECT_EQ(found.nodes.back().facts.host_id, host(7));
        return only_note(found);
    };
    EXPECT_THAT(left_out({.host_id = std::nullopt}), HasSubstr("no host id"));
    EXPECT_THAT(left_out({.host_id = uuid{}}), HasSubstr("no host id"));
    EXPECT_THAT(left_out({.data_center = std::nullopt}), HasSubstr("no data center or rack"));
    EXPECT_THAT(left_out({.rack = std::nullopt}), HasSubstr("no data center or rack"));
    EXPECT_THAT(left_out({.peer = std::nullopt, .serves_at = std::nullopt}), HasSubstr("no address"));
    EXPECT_THAT(left_out({.host_id = host(1)}), HasSubstr("is there already")) << "the node that was asked";
    EXPECT_THAT(left_out({.serves_at = connected.address, .port = 9042}), HasSubstr("of another node"));
}

TEST(node_rows, of_two_with_the_same_host_id_or_address_the_first_counts)
{
    const described_nodes ids =
        read_peers({{.rack = "first"}, {.serves_at = inet::parse("127.0.0.3"), .rack = "second"}});
    EXPECT_THAT(only_note(ids), HasSubstr(host(2).to_string()));
    EXPECT_EQ(ids.nodes.at(1).facts.rack, "first");
    const described_nodes addresses = read_peers({{.rack = "first"}, {.host_id = host(3), .rack = "second"}});
    EXPECT_THAT(only_note(addresses), HasSubstr("127.0.0.2:9142"));
    EXPECT_EQ(addresses.nodes.at(1).facts.rack, "first");
    EXPECT_EQ(read_peers({{}, {.host_id = host(3), .port = 9143}}).nodes.size(), 3U)
        << "another port is another address";
}

TEST(node_rows, without_tokens_have_no_part_of_the_ring)
{
    const described_nodes found = read_peers({{.ring = std::nullopt}});
    EXPECT_THAT(found.notes, IsEmpty());
    ASSERT_EQ(found.nodes.size(), 2U);
    EXPECT_THAT(found.nodes[1].tokens, IsEmpty());
    EXPECT_EQ(found.nodes[1].facts.token_count, 0U);
}

TEST(node_rows, read_tokens_strictly)
{
    const described_nodes found =
        read_peers({{.ring = {{"5", " 6", "7x", "", "+8", "0x9", "9223372036854775808", "5", "-1"}}}});
    ASSERT_EQ(found.nodes.size(), 2U);
    EXPECT_THAT(found.nodes[1].tokens, ElementsAre(-1, 5));
    EXPECT_EQ(found.notes.size(), 6U);
    EXPECT_EQ(found.notes.front(), "peer 10.0.0.2: ' 6' is no token: left out");
}

TEST(node_rows, of_another_partitioner_have_no_tokens_that_are_known)
{
    const described_nodes found = read(local_page(host(1), "RandomPartitioner"), peers_v2_page({{}}));
    EXPECT_THAT(only_note(found), HasSubstr("RandomPartitioner' are not known"));
    EXPECT_THAT(found.nodes.at(1).tokens, IsEmpty());
    EXPECT_EQ(found.nodes.at(1).facts.token_count, 2U);
}

TEST(node_rows, a_node_that_does_not_say_who_it_is_is_not_there)
{
    const described_nodes found = read(local_page(std::nullopt), peers_v2_page({{}}));
    EXPECT_EQ(found.local, std::nullopt);
    EXPECT_EQ(found.nodes.size(), 1U);
    EXPECT_THAT(only_note(found), HasSubstr("system.local of 127.0.0.1:9042: no host id"));
}

TEST(node_rows, of_any_types_do_no_harm)
{
    const page peers =
        page_builder{{{"peer", type_kind::text},
                      {"host_id", type_kind::uuid},
                      {"native_address", type_kind::inet},
                      {"native_port", type_kind::text},
                      {"data_center", type_kind::int_},
                      {"tokens", type_kind::blob}}}
            .row("10.0.0.2", raw({1, 2, 3}), raw({1}), "9042", 1, std::vector<std::byte>{})
            .row(std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt)
            .build();
    const described_nodes found = read(local_page(), peers);
    EXPECT_EQ(found.nodes.size(), 1U);
    EXPECT_FALSE(found.notes.empty());
    const page nothing = page_builder{{{"odd", type_kind::int_}}}.row(1).build();
    EXPECT_THAT(read(nothing, nothing).nodes, IsEmpty());
}

TEST(node_rows, a_thousand_wrong_ones_make_few_notes)
{
    const described_nodes found = read_peers(std::vector<peer_row>(1000, {.host_id = std::nullopt}));
    EXPECT_EQ(found.notes.size(), 21U);
    EXPECT_EQ(found.notes.back(), "and 980 more of the kind");
}

}  // namespace
}  // namespace async_cassandra::detail
