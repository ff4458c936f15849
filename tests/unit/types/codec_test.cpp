// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

#include <cmath>
#include <limits>

namespace async_cassandra {
namespace {

using test::page_builder;
using test::query_error_text;
using test::raw;

/// The bytes of one bound value, or the text of why it cannot be bound.
template <class T>
std::string bound(const data_type& type, const T& value)
{
    const columns markers{{{"", "", "v", type}}};
    detail::bound_values values;
    detail::bind_all(values, markers, value);
    if (values.failed())
        return values.error();
    const auto bytes = values.value(0);
    return bytes ? test::to_hex(*bytes) : "null";
}

template <class T>
T read(const data_type& type, const auto& cell)
{
    const page p = page_builder{{{"v", type}}}.row(cell).build();
    return (*p.begin()).template get<T>(0);
}

template <class T>
std::string read_error(const data_type& type, const auto& cell)
{
    return query_error_text([&] { (void)read<T>(type, cell); });
}

TEST(integer_codec, reads_narrower_columns)
{
    EXPECT_EQ(read<std::int64_t>(type_kind::tinyint, raw({0x80})), -128);
    EXPECT_EQ(read<std::int64_t>(type_kind::smallint, raw({0x80, 0})), -32768);
    EXPECT_EQ(read<std::int64_t>(type_kind::int_, raw({0xff, 0xff, 0xff, 0xfe})), -2);
    EXPECT_EQ(read<std::int32_t>(type_kind::smallint, raw({0x7f, 0xff})), 32767);
    EXPECT_EQ(read<std::int16_t>(type_kind::tinyint, raw({0xff})), -1);
    EXPECT_EQ(read<long long>(type_kind::bigint, raw({0, 0, 0, 0, 0, 0, 0, 9})), 9);
    EXPECT_EQ(read<std::int64_t>(type_kind::counter, raw({0, 0, 0, 0, 0, 0, 0, 9})), 9);
}

TEST(integer_codec, refuses_to_read_wider_columns)
{
    EXPECT_EQ(
        read_error<std::int32_t>(type_kind::bigint, 1),
        "column 'v' (position 0): CQL type bigint cannot be read as std::int32_t; legal: std::int64_t"
    );
    EXPECT_EQ(
        read_error<std::int8_t>(type_kind::smallint, 1),
        "column 'v' (position 0): CQL type smallint cannot be read as std::int8_t; legal: std::int16_t, "
        "std::int32_t, std::int64_t"
    );
}

TEST(integer_codec, binds_every_integer_whose_value_fits)
{
    EXPECT_EQ(bound(type_kind::tinyint, std::int64_t{-128}), "80");
    EXPECT_EQ(bound(type_kind::tinyint, 127U), "7f");
    EXPECT_EQ(bound(type_kind::smallint, 32767L), "7fff");
    EXPECT_EQ(bound(type_kind::int_, std::numeric_limits<std::int32_t>::min()), "80000000");
    EXPECT_EQ(bound(type_kind::bigint, std::int8_t{-1}), "ffffffffffffffff");
    EXPECT_EQ(bound(type_kind::bigint, std::size_t{5}), "0000000000000005");
    EXPECT_EQ(bound(type_kind::counter, 1), "0000000000000001");
}

TEST(integer_codec, refuses_values_that_do_not_fit_and_names_value_and_range)
{
    EXPECT_EQ(
        bound(type_kind::tinyint, 128),
        "marker 'v' (position 0): 128 does not fit CQL type tinyint (-128 to 127)"
    );
    EXPECT_EQ(
        bound(type_kind::smallint, -32769),
        "marker 'v' (position 0): -32769 does not fit CQL type smallint (-32768 to 32767)"
    );
    EXPECT_EQ(
        bound(type_kind::int_, std::int64_t{1} << 31),
        "marker 'v' (position 0): 2147483648 does not fit CQL type int (-2147483648 to 2147483647)"
    );
    EXPECT_EQ(
        bound(type_kind::bigint, std::numeric_limits<std::uint64_t>::max()),
        "marker 'v' (position 0): 18446744073709551615 does not fit CQL type bigint (-9223372036854775808 to "
        "9223372036854775807)"
    );
}

TEST(float_codec, widens_without_being_asked_and_narrows_only_exactly)
{
    EXPECT_EQ(read<double>(type_kind::float_, raw({0x3f, 0x80, 0, 0})), 1.0);
    EXPECT_EQ(
        read_error<float>(type_kind::double_, 1.0),
        "column 'v' (position 0): CQL type double cannot be read as float; legal: double"
    );
    EXPECT_EQ(bound(type_kind::float_, 1.5), "3fc00000");
    EXPECT_EQ(bound(type_kind::double_, 1.5F), "3ff8000000000000");
    EXPECT_EQ(bound(type_kind::float_, std::numeric_limits<double>::infinity()), "7f800000");
    EXPECT_EQ(
        bound(type_kind::float_, 0.1),
        "marker 'v' (position 0): 0.1 cannot be kept exactly by CQL type float; bind a C++ float to round it "
        "on "
        "purpose"
    );
    EXPECT_EQ(
        bound(type_kind::float_, 1e300),
        "marker 'v' (position 0): 1e+300 cannot be kept exactly by CQL type float; bind a C++ float to round "
        "it on "
        "purpose"
    );
    EXPECT_TRUE(std::isnan(read<float>(type_kind::float_, std::numeric_limits<double>::quiet_NaN())));
}

TEST(scalar_codecs, refuse_the_wrong_cql_type_and_list_the_legal_choices)
{
    EXPECT_EQ(
        read_error<std::int32_t>(type_kind::text, "x"),
        "column 'v' (position 0): CQL type text cannot be read as std::int32_t; legal: std::string, "
        "std::string_view"
    );
    EXPECT_EQ(
        read_error<std::string>(type_kind::blob, blob{}),
        "column 'v' (position 0): CQL type blob cannot be read as std::string; legal: "
        "std::vector<std::byte>, "
        "std::span<const std::byte>"
    );
    EXPECT_EQ(
        read_error<std::optional<bool>>(type_kind::uuid, uuid{}),
        "column 'v' (position 0): CQL type uuid cannot be read as std::optional<bool>; legal: "
        "async_cassandra::uuid"
    );
    EXPECT_EQ(
        read_error<uuid>(type_kind::timestamp, timestamp{}),
        "column 'v' (position 0): CQL type timestamp cannot be read as async_cassandra::uuid; legal: "
        "std::chrono::sys_time<std::chrono::milliseconds>"
    );
    EXPECT_EQ(
        read_error<timestamp>(type_kind::inet, inet{}),
        "column 'v' (position 0): CQL type inet cannot be read as "
        "std::chrono::sys_time<std::chrono::milliseconds>; legal: async_cassandra::inet"
    );
    EXPECT_EQ(
        read_error<inet>(type_kind::boolean, true),
        "column 'v' (position 0): CQL type boolean cannot be read as async_cassandra::inet; legal: bool"
    );
    EXPECT_EQ(
        read_error<std::string>(type_kind::varint, raw({1})),
        "column 'v' (position 0): CQL type varint cannot be read as std::string; legal: "
        "async_cassandra::varint"
    );
}

TEST(scalar_codecs, refuse_to_bind_the_wrong_cpp_type_and_list_the_legal_choices)
{
    EXPECT_EQ(
        bound(type_kind::int_, std::string{"1"}),
        "marker 'v' (position 0): std::string cannot be bound to CQL type int; legal: any integer whose "
        "value "
        "fits"
    );
    EXPECT_EQ(
        bound(type_kind::text, 1),
        "marker 'v' (position 0): std::int32_t cannot be bound to CQL type text; legal: std::string, "
        "std::string_view, const char*"
    );
    EXPECT_EQ(
        bound(type_kind::boolean, 1U),
        "marker 'v' (position 0): std::uint32_t cannot be bound to CQL type boolean; legal: bool"
    );
    EXPECT_EQ(
        bound(type_kind::decimal, 1),
        "marker 'v' (position 0): std::int32_t cannot be bound to CQL type decimal; legal: "
        "async_cassandra::decimal"
    );
}

TEST(scalar_codecs, never_read_past_a_value_of_the_wrong_size)
{
    EXPECT_EQ(
        read_error<std::int32_t>(type_kind::int_, raw({1, 2, 3})),
        "column 'v' (position 0): malformed value: CQL type int takes 4 bytes, these are 3"
    );
    EXPECT_EQ(
        read_error<std::int64_t>(type_kind::int_, raw({1, 2, 3, 4, 5, 6, 7, 8})),
        "column 'v' (position 0): malformed value: CQL type int takes 4 bytes, these are 8"
    );
    EXPECT_EQ(
        read_error<double>(type_kind::double_, raw({1, 2, 3, 4})),
        "column 'v' (position 0): malformed value: CQL type double takes 8 bytes, these are 4"
    );
    EXPECT_EQ(
        read_error<double>(type_kind::float_, raw({1, 2, 3, 4, 5, 6, 7, 8})),
        "column 'v' (position 0): malformed value: CQL type float takes 4 bytes, these are 8"
    );
    EXPECT_EQ(
        read_error<bool>(type_kind::boolean, raw({1, 1})),
        "column 'v' (position 0): malformed value: CQL type boolean takes 1 bytes, these are 2"
    );
    EXPECT_EQ(
        read_error<uuid>(type_kind::uuid, raw({1})),
        "column 'v' (position 0): malformed value: CQL type uuid takes 16 bytes, these are 1"
    );
    EXPECT_EQ(
        read_error<timestamp>(type_kind::timestamp, raw({1})),
        "column 'v' (position 0): malformed value: CQL type timestamp takes 8 bytes, these are 1"
    );
    EXPECT_EQ(
        read_error<inet>(type_kind::inet, raw({1, 2, 3, 4, 5})),
        "column 'v' (position 0): malformed value: CQL type inet takes 4 or 16 bytes, these are 5"
    );
}

TEST(empty_values, are_an_error_or_no_value_but_never_read)
{
    const auto empty = raw({});
    EXPECT_EQ(
        read_error<std::int32_t>(type_kind::int_, empty),
        "column 'v' (position 0): the value of CQL type int is empty (zero bytes, not null); std::optional "
        "reads "
        "it as no value"
    );
    EXPECT_EQ(read<std::optional<std::int64_t>>(type_kind::bigint, empty), std::nullopt);
    EXPECT_EQ(read<std::optional<bool>>(type_kind::boolean, empty), std::nullopt);
    EXPECT_EQ(read<std::optional<double>>(type_kind::double_, empty), std::nullopt);
    EXPECT_EQ(read<std::optional<uuid>>(type_kind::timeuuid, empty), std::nullopt);
    EXPECT_EQ(read<std::optional<timestamp>>(type_kind::timestamp, empty), std::nullopt);
    EXPECT_EQ(read<std::optional<inet>>(type_kind::inet, empty), std::nullopt);
}

TEST(empty_values, of_text_and_blobs_are_empty_and_not_null)
{
    EXPECT_EQ(read<std::optional<std::string>>(type_kind::text, ""), "");
    EXPECT_EQ(read<std::string_view>(type_kind::ascii, ""), "");
    EXPECT_EQ(read<std::optional<blob>>(type_kind::blob, blob{}), blob{});
}

TEST(null, is_an_error_in_a_type_that_cannot_hold_it)
{
    EXPECT_EQ(
        read_error<std::int32_t>(type_kind::int_, null),
        "column 'v' (position 0): null cannot be read as std::int32_t; use std::optional<std::int32_t>"
    );
    EXPECT_EQ(
        read_error<std::string_view>(type_kind::text, null),
        "column 'v' (position 0): null cannot be read as std::string_view; use "
        "std::optional<std::string_view>"
    );
    EXPECT_EQ(read<std::optional<std::int32_t>>(type_kind::int_, null), std::nullopt);
    EXPECT_EQ(read<std::optional<std::string_view>>(type_kind::text, null), std::nullopt);
}

TEST(null, is_bound_by_every_way_to_say_it)
{
    EXPECT_EQ(bound(type_kind::int_, null), "null");
    EXPECT_EQ(bound(type_kind::text, std::nullopt), "null");
    EXPECT_EQ(bound(type_kind::uuid, std::optional<uuid>{}), "null");
    EXPECT_EQ(bound(type_kind::int_, std::optional<std::optional<int>>{std::optional<int>{}}), "null");
    EXPECT_EQ(bound(type_kind::duration, raw_value{}), "null");
    EXPECT_EQ(bound(type_kind::int_, std::optional<int>{7}), "00000007");
}

TEST(null, in_an_optional_of_the_wrong_type_is_still_the_wrong_type)
{
    EXPECT_EQ(
        bound(type_kind::int_, std::optional<std::string>{}),
        "marker 'v' (position 0): std::optional<std::string> cannot be bound to CQL type int; legal: any "
        "integer "
        "whose value fits"
    );
}

TEST(text_codec, binds_literals_pointers_strings_and_views)
{
    const char* pointer = "ab";
    EXPECT_EQ(bound(type_kind::text, "ab"), "6162");
    EXPECT_EQ(bound(type_kind::text, pointer), "6162");
    EXPECT_EQ(bound(type_kind::ascii, std::string_view{"ab"}), "6162");
    EXPECT_EQ(bound(type_kind::text, std::string("a\0b", 3)), "610062");
    const char* none = nullptr;
    EXPECT_EQ(
        bound(type_kind::text, none),
        "marker 'v' (position 0): a null pointer is no text; bind async_cassandra::null for a null value"
    );
}

TEST(blob_codec, binds_any_contiguous_bytes_and_reads_vectors_and_views)
{
    const std::array<std::byte, 2> two{std::byte{1}, std::byte{2}};
    EXPECT_EQ(bound(type_kind::blob, two), "0102");
    EXPECT_EQ(bound(type_kind::blob, std::span{two}), "0102");
    EXPECT_EQ(bound(type_kind::custom, blob{std::byte{9}}), "09");
    EXPECT_EQ(read<blob>(type_kind::blob, two), blob(two.begin(), two.end()));

    const page p = page_builder{{{"v", type_kind::blob}}}.row(two).build();
    const auto view = (*p.begin()).get<blob_view>(0);
    EXPECT_EQ(view.data(), (*p.begin()).raw(0)->data());
}

TEST(uuid_codec, binds_only_version_1_to_timeuuid)
{
    const uuid random = *uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479");
    EXPECT_EQ(bound(type_kind::uuid, random), "f47ac10b58cc4372a5670e02b2c3d479");
    EXPECT_EQ(
        bound(type_kind::timeuuid, random),
        "marker 'v' (position 0): f47ac10b-58cc-4372-a567-0e02b2c3d479 is a UUID of version 4; CQL type "
        "timeuuid "
        "takes version 1"
    );
}

TEST(timestamp_codec, binds_coarser_units)
{
    EXPECT_EQ(
        bound(type_kind::timestamp, std::chrono::sys_seconds{std::chrono::seconds{1}}), "00000000000003e8"
    );
    EXPECT_EQ(bound(type_kind::timestamp, std::chrono::sys_days{std::chrono::days{-1}}), "fffffffffad9a400");
    EXPECT_FALSE(bindable<std::chrono::system_clock::time_point>);
    EXPECT_FALSE(readable<std::chrono::sys_seconds>);
}

TEST(codecs, say_at_compile_time_what_has_none)
{
    struct unknown {};
    EXPECT_FALSE(readable<unknown>);
    EXPECT_FALSE(bindable<unknown>);
    EXPECT_FALSE(readable<std::vector<unknown>>);
    EXPECT_FALSE(readable<std::optional<unknown>>);
    EXPECT_FALSE(readable<std::uint32_t>);
    EXPECT_TRUE(bindable<std::uint32_t>);
    EXPECT_FALSE(bindable<char>);
    EXPECT_FALSE(bindable<void*>);
    EXPECT_FALSE(readable<const char*>);
    EXPECT_FALSE(readable<std::span<const int>>);
    EXPECT_TRUE(bindable<std::span<const int>>);
}

}  // namespace
}  // namespace async_cassandra
