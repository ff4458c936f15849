// SPDX-License-Identifier: Apache-2.0
// Tuples and user-defined types.
#include <async_cassandra/types/codec.hpp>

#include "unit/types/money.hpp"
#include "unit/types/one_value.hpp"

#include <boost/describe/class.hpp>

#include <map>

namespace async_cassandra::test {

struct address {
    std::string street;
    std::optional<std::int32_t> zip;
    friend bool operator==(const address&, const address&) = default;
};

/// The members in another order than the fields.
struct described_address {
    std::optional<std::int32_t> zip;
    std::string street;
    friend bool operator==(const described_address&, const described_address&) = default;
};
BOOST_DESCRIBE_STRUCT(described_address, (), (zip, street))

struct strict_address {
    std::string street;
    std::int32_t zip = 0;
    friend bool operator==(const strict_address&, const strict_address&) = default;
};

struct person {
    std::string name;
    std::map<std::string, std::vector<address>> homes;
    std::tuple<std::int32_t, described_address> first;
    friend bool operator==(const person&, const person&) = default;
};

struct sold {
    money price;
    std::chrono::sys_days on;
    friend bool operator==(const sold&, const sold&) = default;
};

}  // namespace async_cassandra::test

namespace async_cassandra {
namespace {

using test::address;
using test::bound;
using test::column;
using test::described_address;
using test::expect_bytes;
using test::marker;
using test::page_builder;
using test::person;
using test::query_error_text;
using test::read;
using test::read_error;
using test::strict_address;

const data_type addr =
    data_type::udt_of("shop", "addr", {"street", "zip"}, {type_kind::text, type_kind::int_});
const data_type triple = data_type::tuple_of({type_kind::int_, type_kind::text, type_kind::bigint});

using nullable_triple = std::tuple<std::int32_t, std::optional<std::string>, std::int64_t>;

// R22
TEST(tuple_codec, bytes_are_the_published_ones)
{
    expect_bytes(
        triple, nullable_triple{1, std::nullopt, 2}, "0000000400000001ffffffff000000080000000000000002"
    );
    expect_bytes(triple, nullable_triple{1, "", 2}, "000000040000000100000000000000080000000000000002");
    const data_type tablets = data_type::tuple_of(
        {type_kind::bigint,
         type_kind::bigint,
         data_type::list_of(data_type::tuple_of({type_kind::uuid, type_kind::int_}))}
    );
    expect_bytes(
        tablets,
        std::tuple{
            std::int64_t{-100},
            std::int64_t{100},
            std::vector{std::pair{*uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479"), 3}}},
        "00000008ffffffffffffff9c00000008000000000000006400000024000000010000001c00000010"
        "f47ac10b58cc4372a5670e02b2c3d4790000000400000003"
    );
}

TEST(tuple_codec, elements_that_are_not_there_are_null)
{
    using all_nullable =
        std::tuple<std::optional<int>, std::optional<std::string>, std::optional<std::int64_t>>;
    EXPECT_EQ(read<all_nullable>(triple, "0000000400000001"), (all_nullable{1, std::nullopt, std::nullopt}));
    EXPECT_EQ(read<all_nullable>(triple, ""), all_nullable{});
    EXPECT_EQ(
        read_error<nullable_triple>(triple, "0000000400000001"),
        column +
            "element 2 of tuple<int, text, bigint> is null, which cannot be read as std::int64_t; use "
            "std::optional<std::int64_t> for it"
    );
}

TEST(tuple_codec, malformed_bytes_are_refused)
{
    const auto error = [](std::string_view hex) { return read_error<nullable_triple>(triple, hex); };
    const std::string prefix = column + "malformed tuple<int, text, bigint>: ";
    EXPECT_EQ(error("000000"), prefix + "a field is cut off");
    EXPECT_EQ(error("00000004000000"), prefix + "a field is longer than the bytes that are left");
    EXPECT_EQ(
        error("0000000400000001ffffffff00000008000000000000000200"),
        prefix + "bytes are left over after its last field"
    );
    EXPECT_EQ(error("00000002ffff"), column + "malformed value: CQL type int takes 4 bytes, these are 2");
}

TEST(tuple_codec, a_mismatch_names_the_legal_choices)
{
    EXPECT_EQ(
        (read_error<std::tuple<int, std::string>>(triple, "")),
        column +
            "CQL type tuple<int, text, bigint> cannot be read as std::tuple<std::int32_t, std::string>; "
            "legal: std::tuple or std::pair of 3 elements: 0 as std::int32_t, std::int64_t; 1 as "
            "std::string, std::string_view; 2 as std::int64_t"
    );
    EXPECT_EQ(
        bound(data_type::tuple_of({type_kind::int_, type_kind::text}), std::pair{1, 2}),
        marker +
            "std::pair<std::int32_t, std::int32_t> cannot be bound to CQL type tuple<int, text>; legal: "
            "std::tuple or std::pair of 2 elements: 0 as any integer whose value fits; 1 as std::string, "
            "std::string_view, const char*"
    );
}

// R22
TEST(udt_codec, bytes_are_the_published_ones)
{
    expect_bytes(addr, address{"X", 5}, "00000001580000000400000005");
    expect_bytes(addr, address{"X", std::nullopt}, "0000000158ffffffff");
    expect_bytes(addr, described_address{5, "X"}, "00000001580000000400000005");
    expect_bytes(addr, described_address{std::nullopt, "X"}, "0000000158ffffffff");
}

TEST(udt_codec, fields_that_were_added_later_are_null)
{
    EXPECT_EQ(read<address>(addr, "0000000158"), (address{"X", std::nullopt}));
    EXPECT_EQ(read<described_address>(addr, "0000000158"), (described_address{std::nullopt, "X"}));
    EXPECT_EQ(
        read_error<strict_address>(addr, "0000000158"),
        column +
            "field 'zip' of shop.addr is null, which cannot be read as std::int32_t; use "
            "std::optional<std::int32_t> for it"
    );
    EXPECT_EQ(
        read_error<address>(addr, "00000001580000000400000005ffffffff"),
        column + "malformed shop.addr: bytes are left over after its last field"
    );
    EXPECT_EQ(
        read_error<described_address>(addr, "00000001580000000400000005ffffffff"),
        column + "malformed shop.addr: bytes are left over after its last field"
    );
}

TEST(udt_codec, structs_nest_with_everything_else)
{
    const data_type human = data_type::udt_of(
        "shop",
        "person",
        {"name", "homes", "first"},
        {type_kind::text,
         data_type::map_of(type_kind::text, data_type::list_of(addr)),
         data_type::tuple_of({type_kind::int_, addr})}
    );
    const std::vector<person> all{
        {"Ada", {{"work", {{"X", 1}, {"Y", std::nullopt}}}, {"none", {}}}, {7, {std::nullopt, "Z"}}},
        {"", {}, {}}};
    const page p = page_builder{{{"v", data_type::list_of(human)}}}.row(all).build();
    EXPECT_EQ((*p.begin()).get<std::vector<person>>(0), all);
}

TEST(udt_codec, members_with_codecs_of_their_own_use_them)
{
    const data_type type =
        data_type::udt_of("shop", "sold", {"price", "day"}, {type_kind::bigint, type_kind::date});
    expect_bytes(
        type,
        test::sold{{150}, std::chrono::sys_days{}},
        "00000008000000000000009600000004"
        "80000000"
    );
}

TEST(udt_codec, a_struct_is_a_row_alone_and_a_column_beside_others)
{
    const page p = page_builder{{{"id", type_kind::int_}, {"home", addr}}}.row(1, address{"X", 5}).build();
    for (auto [id, home] : p.as<int, address>()) {
        EXPECT_EQ(id, 1);
        EXPECT_EQ(home, (address{"X", 5}));
    }
    struct customer {
        int id;
        described_address home;
    };
    for (const auto& c : p.as<customer>())
        EXPECT_EQ(c.home.street, "X");
    EXPECT_EQ((*p.begin()).get<address>("home").zip, 5);
    const page rows =
        page_builder{{{"street", type_kind::text}, {"zip", type_kind::int_}}}.row("Y", 6).build();
    for (const auto& a : rows.as<address>())
        EXPECT_EQ(a, (address{"Y", 6}));
    for (const auto& a : rows.as<described_address>())
        EXPECT_EQ(a.zip, 6);
}

TEST(udt_codec, a_mismatch_names_the_legal_choices)
{
    EXPECT_EQ(
        bound(addr, test::sold{}),
        marker +
            "async_cassandra::test::sold cannot be bound to CQL type shop.addr; legal: a struct of 2 "
            "members, in "
            "this order or described with these names: street as std::string, std::string_view, const "
            "char*; zip as any integer whose value fits"
    );
    const data_type renamed =
        data_type::udt_of("shop", "addr", {"street", "code"}, {type_kind::text, type_kind::int_});
    EXPECT_NE(
        read_error<described_address>(renamed, "")
            .find("described with these names: street as std::string, "
                  "std::string_view; code as std::int32_t"),
        std::string::npos
    );
    EXPECT_EQ(read<address>(renamed, "0000000158"), (address{"X", std::nullopt}));
}

}  // namespace
}  // namespace async_cassandra
