// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "unit/types/page_builder.hpp"
#include "unit/types/query_error_text.hpp"

#include <limits>
#include <map>

namespace async_cassandra {
namespace {

using test::bytes_of;
using test::from_hex;
using test::query_error_text;

const data_type ages = data_type::map_of(type_kind::text, type_kind::int_);
const data_type ints = data_type::list_of(type_kind::int_);

template <class T>
std::vector<std::byte> encoded(const data_type& type, const T& value)
{
    value_sink out;
    codec<T>::encode(value, type, out);
    return {out.bytes().begin(), out.bytes().end()};
}

std::string json(const data_type& type, std::optional<std::span<const std::byte>> value)
{
    std::string out;
    append_json(out, type, value);
    return out;
}

std::string plain(const data_type& type, std::optional<std::span<const std::byte>> value)
{
    std::string out;
    append_plain_text(out, type, value);
    return out;
}

TEST(cql_literal, quotes_what_cql_quotes)
{
    EXPECT_EQ(to_cql_literal(type_kind::text, encoded(type_kind::text, std::string{"it's"})), "'it''s'");
    EXPECT_EQ(to_cql_literal(type_kind::inet, bytes_of({127, 0, 0, 1})), "'127.0.0.1'");
    EXPECT_EQ(
        to_cql_literal(type_kind::timestamp, from_hex("0000000000000000")), "'1970-01-01 00:00:00.000Z'"
    );
    EXPECT_EQ(to_cql_literal(type_kind::uuid, encoded(type_kind::uuid, uuid{})), uuid{}.to_string());
    EXPECT_EQ(to_cql_literal(type_kind::int_, std::nullopt), "null");
    EXPECT_EQ(
        to_cql_literal(ages, encoded(ages, std::map<std::string, int>{{"a'b", 1}, {"c", 2}})),
        "{'a''b': 1, 'c': 2}"
    );
    EXPECT_EQ(to_cql_literal(ints, from_hex("00000001ffffffff")), "[null]");
    EXPECT_EQ(to_cql_literal(type_kind::int_, bytes_of({})), "blob_as_int(0x)");
}

TEST(cql_literal, shows_custom_types_as_bytes)
{
    EXPECT_EQ(to_cql_literal(data_type::custom_of("x.Y"), bytes_of({1})), "0x01");
    EXPECT_EQ(json(data_type::custom_of("x.Y"), bytes_of({1})), "\"0x01\"");
    EXPECT_EQ(plain(data_type::custom_of("x.Y"), bytes_of({})), "0x");
}

TEST(cql_literal, refuses_bytes_that_are_no_value_of_the_type)
{
    EXPECT_EQ(
        query_error_text([] { (void)to_cql_literal(type_kind::int_, bytes_of({1})); }),
        "malformed value: CQL type int takes 4 bytes, these are 1"
    );
    EXPECT_EQ(
        query_error_text([] { (void)json(ints, bytes_of({1})); }), "malformed list<int>: the count is cut off"
    );
}

TEST(plain_text, does_not_quote)
{
    EXPECT_EQ(plain(type_kind::text, encoded(type_kind::text, std::string{"it's"})), "it's");
    EXPECT_EQ(plain(type_kind::timestamp, from_hex("0000018bcfe5687b")), "2023-11-14 22:13:20.123Z");
    EXPECT_EQ(plain(type_kind::bigint, bytes_of({})), "");
    EXPECT_EQ(plain(type_kind::text, std::nullopt), "null");
    EXPECT_EQ(
        plain(
            data_type::set_of(type_kind::text),
            encoded(data_type::set_of(type_kind::text), std::vector<std::string>{"a"})
        ),
        "{'a'}"
    );
}

TEST(plain_text, writes_floats_so_that_they_read_back)
{
    const auto d = [](double v) { return plain(type_kind::double_, encoded(type_kind::double_, v)); };
    EXPECT_EQ(d(0.1), "0.1");
    EXPECT_EQ(d(1), "1.0");
    EXPECT_EQ(d(-0.0), "-0.0");
    EXPECT_EQ(d(1e100), "1e+100");
    EXPECT_EQ(d(std::numeric_limits<double>::infinity()), "Infinity");
    EXPECT_EQ(d(-std::numeric_limits<double>::infinity()), "-Infinity");
    EXPECT_EQ(d(std::numeric_limits<double>::quiet_NaN()), "NaN");
    EXPECT_EQ(plain(type_kind::float_, encoded(type_kind::float_, 0.1F)), "0.1");
}

// Cassandra 5.0.9 refuses '0000-12-31' and '-0001-12-31', and takes the number.
TEST(cql_literal, writes_timestamps_before_year_one_as_milliseconds)
{
    const auto t = [](std::int64_t ms) {
        return to_cql_literal(
            type_kind::timestamp, encoded(type_kind::timestamp, timestamp{std::chrono::milliseconds{ms}})
        );
    };
    EXPECT_EQ(t(-62135596800000), "'0001-01-01 00:00:00.000Z'");
    EXPECT_EQ(t(-62135596800001), "-62135596800001");
    EXPECT_EQ(t(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

TEST(plain_text, writes_timestamps_of_any_size)
{
    const auto t = [](std::int64_t ms) {
        return plain(
            type_kind::timestamp, encoded(type_kind::timestamp, timestamp{std::chrono::milliseconds{ms}})
        );
    };
    EXPECT_EQ(t(-1), "1969-12-31 23:59:59.999Z");
    EXPECT_EQ(t(951782400000), "2000-02-29 00:00:00.000Z");
    EXPECT_EQ(t(253402300800000), "10000-01-01 00:00:00.000Z");
    EXPECT_EQ(t(-62167219200001), "-0001-12-31 23:59:59.999Z");
    EXPECT_EQ(t(std::numeric_limits<std::int64_t>::max()), "292278994-08-17 07:12:55.807Z");
    EXPECT_EQ(t(std::numeric_limits<std::int64_t>::min()), "-292275055-05-16 16:47:04.192Z");
}

TEST(json, is_what_select_json_gives)
{
    EXPECT_EQ(json(type_kind::int_, std::nullopt), "null");
    EXPECT_EQ(json(type_kind::bigint, from_hex("7fffffffffffffff")), "9223372036854775807");
    EXPECT_EQ(json(type_kind::boolean, bytes_of({1})), "true");
    EXPECT_EQ(json(type_kind::blob, bytes_of({0xca, 0xfe})), "\"0xcafe\"");
    EXPECT_EQ(json(type_kind::blob, bytes_of({})), "\"0x\"");
    EXPECT_EQ(json(type_kind::timestamp, from_hex("0000018bcfe5687b")), "\"2023-11-14 22:13:20.123Z\"");
    EXPECT_EQ(
        json(type_kind::uuid, encoded(type_kind::uuid, uuid{})), "\"00000000-0000-0000-0000-000000000000\""
    );
    EXPECT_EQ(json(type_kind::inet, bytes_of({10, 0, 0, 1})), "\"10.0.0.1\"");
    EXPECT_EQ(
        json(type_kind::inet, from_hex("20010db8000000000000ff0000428329")), "\"2001:db8:0:0:0:ff00:42:8329\""
    );
    EXPECT_EQ(json(type_kind::int_, bytes_of({})), "\"\"");
    EXPECT_EQ(json(type_kind::text, bytes_of({})), "\"\"");
    EXPECT_EQ(json(ints, encoded(ints, std::vector<int>{1, 2})), "[1, 2]");
}

// As Cassandra 5.0.9 answered to SELECT JSON.
TEST(json, writes_timestamps_in_years_of_the_era)
{
    const auto t = [](std::int64_t ms) {
        return json(
            type_kind::timestamp, encoded(type_kind::timestamp, timestamp{std::chrono::milliseconds{ms}})
        );
    };
    EXPECT_EQ(t(253402300800000), "\"+10000-01-01 00:00:00.000Z\"");
    EXPECT_EQ(t(-62167219200001), "\"0002-12-31 23:59:59.999Z\"");
    EXPECT_EQ(t(-12219292800001), "\"1582-10-14 23:59:59.999Z\"");
    EXPECT_EQ(t(std::numeric_limits<std::int64_t>::min()), "\"+292275056-05-16 16:47:04.192Z\"");
}

TEST(json, writes_mapped_addresses_as_ipv4)
{
    EXPECT_EQ(json(type_kind::inet, from_hex("00000000000000000000ffff01020304")), "\"1.2.3.4\"");
    EXPECT_EQ(json(type_kind::inet, from_hex("00000000000000000000000000000001")), "\"0:0:0:0:0:0:0:1\"");
}

TEST(json, has_no_word_for_nan_and_infinity)
{
    EXPECT_EQ(json(type_kind::double_, encoded(type_kind::double_, 1.5)), "1.5");
    EXPECT_EQ(
        json(type_kind::double_, encoded(type_kind::double_, std::numeric_limits<double>::quiet_NaN())),
        "null"
    );
    EXPECT_EQ(
        json(type_kind::float_, encoded(type_kind::float_, -std::numeric_limits<float>::infinity())), "null"
    );
}

TEST(json, escapes_text)
{
    EXPECT_EQ(
        json(type_kind::text, encoded(type_kind::text, std::string{"\"\\\b\f\n\r\t\x01\x1f/\u00e9"})),
        "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\u00e9\""
    );
}

TEST(json, makes_strings_of_map_keys)
{
    const data_type by_number = data_type::map_of(type_kind::int_, type_kind::text);
    EXPECT_EQ(
        json(by_number, encoded(by_number, std::map<int, std::string>{{1, "a"}, {2, "b"}})),
        "{\"1\": \"a\", \"2\": \"b\"}"
    );
    EXPECT_EQ(json(ages, encoded(ages, std::map<std::string, int>{{"k\"", 1}})), "{\"k\\\"\": 1}");
    const data_type by_list = data_type::map_of(data_type::list_of(type_kind::text), type_kind::int_);
    EXPECT_EQ(
        json(by_list, encoded(by_list, std::map<std::vector<std::string>, int>{{{"a", "b"}, 1}})),
        "{\"[\\\"a\\\", \\\"b\\\"]\": 1}"
    );
}

}  // namespace
}  // namespace async_cassandra
