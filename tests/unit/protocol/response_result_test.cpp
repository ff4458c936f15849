// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"
#include "protocol/responses.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

using protocol::prepared_result;
using protocol::rows_result;

// Keeps the bytes that the views of a result point into.
struct decoded {
    test::envelope_vector vector;
    protocol::decoded_result result;

    explicit decoded(std::string_view name) : vector(test::read_envelope("response_envelope", name))
    {
        protocol::reader in{vector.body()};
        result =
            protocol::decode_result(in, vector.version == 4 ? protocol_version::v4 : protocol_version::v5);
        EXPECT_FALSE(in.failed()) << in.error().rule;
    }

    [[nodiscard]] const rows_result& rows() const { return std::get<rows_result>(result); }
    [[nodiscard]] const prepared_result& prepared() const { return std::get<prepared_result>(result); }
    [[nodiscard]] std::string cells() const
    {
        return test::to_hex(vector.body().subspan(rows().rows_offset));
    }
};

const char* failure(std::string_view hex, protocol_version version = protocol_version::v5)
{
    const test::exact_bytes body{test::from_hex(hex)};
    protocol::reader in{body.span()};
    static_cast<void>(protocol::decode_result(in, version));
    return in.error().rule;
}

TEST(rows, have_columns_and_cells)
{
    const decoded d{"result_rows_global_spec_v4"};
    EXPECT_EQ(d.rows().column_count, 2);
    EXPECT_EQ(d.rows().row_count, 2U);
    EXPECT_FALSE(d.rows().has_more_pages);
    ASSERT_NE(d.rows().metadata, nullptr);
    const columns& list = *d.rows().metadata;
    EXPECT_EQ(list.names(), "a, b");
    EXPECT_EQ(list[1].keyspace, "ks");
    EXPECT_EQ(list[1].table, "t");
    EXPECT_EQ(list[1].type, data_type{type_kind::text});
    EXPECT_EQ(d.cells(), "000000040000000100000001780000000400000002ffffffff");
}

TEST(rows, may_name_the_table_of_each_column)
{
    const decoded d{"result_rows_no_global_spec_empty_v4"};
    EXPECT_EQ(d.rows().row_count, 0U);
    EXPECT_EQ((*d.rows().metadata)[0].table, "t");
}

TEST(rows, carry_the_paging_state_of_the_next_page)
{
    const decoded with_metadata{"result_rows_more_pages_v4"};
    EXPECT_TRUE(with_metadata.rows().has_more_pages);
    EXPECT_EQ(test::to_hex(with_metadata.rows().paging_state), "deadbeef");
    const decoded without{"result_rows_no_metadata_more_pages_v4"};
    EXPECT_EQ(test::to_hex(without.rows().paging_state), "aa");
    EXPECT_EQ(without.rows().metadata, nullptr);
    EXPECT_EQ(without.rows().column_count, 2);
    EXPECT_EQ(without.cells(), "000000040000000700000000");
}

TEST(rows, say_when_the_metadata_changed)
{
    const decoded d{"result_rows_metadata_changed_v5"};
    EXPECT_TRUE(d.rows().metadata_changed);
    EXPECT_EQ(test::to_hex(d.rows().new_metadata_id), "0cc175b9c0f1b6a831c399e269772661");
    EXPECT_NE(d.rows().metadata, nullptr);
}

TEST(rows, have_the_known_columns_when_their_bytes_are_the_same)
{
    const decoded first{"result_rows_global_spec_v4"};
    ASSERT_FALSE(first.rows().columns_wire.empty());
    const test::bytes wire(first.rows().columns_wire.begin(), first.rows().columns_wire.end());
    const auto again = [&](const protocol::known_columns& known) {
        protocol::reader in{first.vector.body()};
        auto rows = std::get<rows_result>(protocol::decode_result(in, protocol_version::v4, &known));
        EXPECT_FALSE(in.failed());
        EXPECT_EQ(rows.rows_offset, first.rows().rows_offset);
        EXPECT_EQ(rows.metadata->names(), "a, b");
        return rows;
    };
    const bool global = first.rows().global_table_spec;
    EXPECT_TRUE(global);
    const rows_result same = again({wire, global, first.rows().metadata});
    EXPECT_EQ(same.metadata, first.rows().metadata);
    EXPECT_TRUE(same.columns_wire.empty());
    EXPECT_NE(again({wire, !global, first.rows().metadata}).metadata, first.rows().metadata);
    EXPECT_NE(again({{}, global, nullptr}).metadata, nullptr);
    test::bytes other = wire;
    other.back() ^= std::byte{1};
    EXPECT_NE(again({other, global, first.rows().metadata}).metadata, first.rows().metadata);
    test::bytes longer = wire;
    longer.resize(first.vector.body().size());
    EXPECT_NE(again({longer, global, first.rows().metadata}).metadata, first.rows().metadata);
    const auto fewer = std::make_shared<const columns>(std::vector<column>{(*first.rows().metadata)[0]});
    EXPECT_NE(again({wire, global, fewer}).metadata, fewer);
}

TEST(rows, have_types_of_every_shape)
{
    const decoded d{"result_rows_complex_types_v5"};
    const columns& list = *d.rows().metadata;
    EXPECT_EQ(list[0].type.kind(), type_kind::vector);
    EXPECT_EQ(list[1].type.to_string(), "map<text, list<int>>");
    EXPECT_EQ(list[2].type.to_string(), "tuple<int, uuid>");
    EXPECT_EQ(list[3].type.to_string(), "ks.addr");
    EXPECT_EQ(list[3].type.field_names()[1], "zip");
}

TEST(rows, refuse_counts_that_make_no_sense)
{
    EXPECT_STREQ(failure("0000000200000004ffffffff00000000"), "a column count is not in 0 .. 65535");
    EXPECT_STREQ(failure("00000002000000040001000000000000"), "a column count is not in 0 .. 65535");
    EXPECT_STREQ(failure("000000020000000400000001ffffffff"), "a row count is negative");
    EXPECT_STREQ(failure("00000002000000000000ffff000000000000"), "a count promises more than there is");
}

TEST(prepared, has_markers_routing_and_result_columns)
{
    const decoded d{"result_prepared_v5"};
    EXPECT_EQ(test::to_hex(d.prepared().id), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(test::to_hex(d.prepared().result_metadata_id), "0cc175b9c0f1b6a831c399e269772661");
    EXPECT_EQ(d.prepared().markers->names(), "v, k");
    EXPECT_EQ(d.prepared().pk_indexes, (std::vector<std::uint16_t>{1}));
    ASSERT_TRUE(d.prepared().has_result_metadata);
    EXPECT_EQ(d.prepared().result_columns->names(), "v");
    const decoded v4{"result_prepared_v4"};
    EXPECT_TRUE(v4.prepared().result_metadata_id.empty());
    EXPECT_EQ(v4.prepared().markers->names(), "v, k");
}

TEST(prepared, has_no_result_columns_when_it_returns_nothing)
{
    const decoded d{"result_prepared_insert_no_result_metadata_v5"};
    EXPECT_FALSE(d.prepared().has_result_metadata);
    EXPECT_EQ(d.prepared().result_columns, nullptr);
    EXPECT_EQ(d.prepared().pk_indexes, (std::vector<std::uint16_t>{1, 0}));
}

TEST(prepared, keeps_marks_of_the_server_in_the_flags)
{
    const decoded d{"result_prepared_scylla_lwt_v4"};
    EXPECT_EQ(d.prepared().marker_flags, 0x8000'0001U);
    EXPECT_EQ(d.prepared().markers->names(), "k");
}

TEST(prepared, refuses_key_columns_that_are_not_there)
{
    const std::string head =
        "00000004"
        "0001aa"
        "00000000"
        "00000001";
    const std::string tail =
        "00026b730001740001610009"
        "00000004"
        "00000000";
    EXPECT_EQ(
        failure(
            head +
                "00000001"
                "0000" +
                tail,
            protocol_version::v4
        ),
        nullptr
    );
    EXPECT_STREQ(
        failure(
            head +
                "00000001"
                "0001" +
                tail,
            protocol_version::v4
        ),
        "a partition key column refers to a marker that is not there"
    );
    EXPECT_STREQ(
        failure(head + "ffffffff" + tail, protocol_version::v4),
        "a partition key has a column count that is not in 0 .. 65535"
    );
    EXPECT_STREQ(
        failure(head + "0000ffff" + tail, protocol_version::v4), "a count promises more than there is"
    );
}

TEST(result, of_the_small_kinds)
{
    EXPECT_TRUE(std::holds_alternative<protocol::void_result>(decoded{"result_void_v4"}.result));
    EXPECT_EQ(
        std::get<protocol::set_keyspace_result>(decoded{"result_set_keyspace_v4"}.result).keyspace, "ks1"
    );
    const decoded d{"result_schema_change_table_v4"};
    const auto& change = std::get<protocol::schema_change_result>(d.result);
    EXPECT_EQ(change.kind, protocol::schema_change_kind::created);
    EXPECT_EQ(change.target, protocol::schema_target::table);
    EXPECT_EQ(change.name, "t");
}

TEST(result, of_an_unknown_kind_is_an_error)
{
    EXPECT_STREQ(failure("00000006"), "a result has a kind that is not known");
    EXPECT_STREQ(failure("ffffffff"), "a result has a kind that is not known");
}

}  // namespace
}  // namespace async_cassandra
