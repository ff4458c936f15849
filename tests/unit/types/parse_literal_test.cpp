// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "unit/types/parsed_literal.hpp"

namespace async_cassandra {
namespace {

using test::again;
using test::parse_error;
using test::parsed;

TEST(encode_literal, takes_text_as_it_stands)
{
    EXPECT_EQ(parsed(type_kind::text, " 'a' "), "2027612720");
    EXPECT_EQ(parsed(type_kind::ascii, ""), "");
    EXPECT_EQ(parsed(type_kind::text, "NULL"), "4e554c4c");
    EXPECT_EQ(parsed(type_kind::text, "null"), "null");
}

TEST(encode_literal, takes_null_for_every_type)
{
    EXPECT_EQ(parsed(type_kind::int_, "null"), "null");
    EXPECT_EQ(parsed(type_kind::int_, "NULL"), "null");
    EXPECT_EQ(parsed(data_type::list_of(type_kind::int_), "null"), "null");
    EXPECT_EQ(parsed(type_kind::duration, "null"), "null");
}

TEST(encode_literal, takes_scalars_with_space_around_them)
{
    EXPECT_EQ(parsed(type_kind::int_, " -1 "), "ffffffff");
    EXPECT_EQ(parsed(type_kind::boolean, "TRUE"), "01");
    EXPECT_EQ(parsed(type_kind::boolean, "false"), "00");
    EXPECT_EQ(parsed(type_kind::double_, "1e3"), "408f400000000000");
    EXPECT_EQ(parsed(type_kind::float_, "-Infinity"), "ff800000");
    EXPECT_EQ(parsed(type_kind::double_, "NaN"), "7ff8000000000000");
    EXPECT_EQ(parsed(type_kind::blob, "0xCAfe"), "cafe");
    EXPECT_EQ(parsed(type_kind::blob, "0x"), "");
    EXPECT_EQ(parsed(type_kind::inet, "127.0.0.1"), "7f000001");
    EXPECT_EQ(parsed(type_kind::inet, "'127.0.0.1'"), "7f000001");
}

TEST(encode_literal, takes_timestamps_as_numbers_and_dates)
{
    EXPECT_EQ(parsed(type_kind::timestamp, "1700000000123"), "0000018bcfe5687b");
    EXPECT_EQ(parsed(type_kind::timestamp, "2023-11-14T22:13:20.123Z"), "0000018bcfe5687b");
    EXPECT_EQ(parsed(type_kind::timestamp, "'2023-11-14 22:13:20.123Z'"), "0000018bcfe5687b");
    EXPECT_EQ(parsed(type_kind::timestamp, "2023-11-14 23:13:20.123+0100"), "0000018bcfe5687b");
    EXPECT_EQ(parsed(type_kind::timestamp, "2023-11-14 20:13:20.123-02:00"), "0000018bcfe5687b");
    EXPECT_EQ(again(type_kind::timestamp, "2024-02-29"), "'2024-02-29 00:00:00.000Z'");
    EXPECT_EQ(again(type_kind::timestamp, "1969-12-31 23:59"), "'1969-12-31 23:59:00.000Z'");
    EXPECT_EQ(again(type_kind::timestamp, "2024-02-29 01:02:03.4"), "'2024-02-29 01:02:03.400Z'");
    EXPECT_EQ(parsed(type_kind::timestamp, "292278994-08-17 07:12:55.807Z"), "7fffffffffffffff");
    EXPECT_EQ(parsed(type_kind::timestamp, "-292275055-05-16 16:47:04.192Z"), "8000000000000000");
}

TEST(encode_literal, refuses_dates_that_do_not_exist)
{
    for (const char* text :
         {"2023-02-29",
          "2023-13-01",
          "2023-00-10",
          "2023-01-00",
          "2023-01-01 24:00",
          "2023-01-01 00:60",
          "2023-01-01 00:00:60",
          "2023-01-01 00:00:00.",
          "2023-01-01 00:00:00.1234",
          "2023-01-01 00:00:00+19",
          "23-01-01",
          "2023-01-01x",
          "2023-01-01 ",
          "2023-01-01 1:00",
          "292278994-08-17 07:12:55.808Z",
          "-292275055-05-16 16:47:04.191Z",
          ""})
        EXPECT_THROW((void)encode_literal(std::string{"'"} + text + "'", type_kind::timestamp), query_error)
            << text;
}

TEST(encode_literal, takes_collections)
{
    const data_type ints = data_type::list_of(type_kind::int_);
    const data_type names = data_type::set_of(type_kind::text);
    EXPECT_EQ(again(ints, "[1,2 , 3]"), "[1, 2, 3]");
    EXPECT_EQ(again(ints, " [ ] "), "[]");
    EXPECT_EQ(again(names, "{'a', 'it''s', ''}"), "{'a', 'it''s', ''}");
    EXPECT_EQ(again(names, "{}"), "{}");
    EXPECT_EQ(
        again(data_type::map_of(type_kind::text, ints), "{'a': [1], 'b:]': []}"), "{'a': [1], 'b:]': []}"
    );
    EXPECT_EQ(
        again(data_type::map_of(type_kind::inet, type_kind::timestamp), "{'::1': '2024-02-29'}"),
        "{'::1': '2024-02-29 00:00:00.000Z'}"
    );
    EXPECT_EQ(
        again(data_type::set_of(type_kind::uuid), "{5b9a8a20-7c1e-11ee-b962-0242ac120002}"),
        "{5b9a8a20-7c1e-11ee-b962-0242ac120002}"
    );
}

TEST(encode_literal, says_where_what_was_expected_instead_of_what)
{
    const data_type ints = data_type::list_of(type_kind::int_);
    const data_type ages = data_type::map_of(type_kind::text, type_kind::int_);
    EXPECT_EQ(
        parse_error(type_kind::int_, "abc"), "literal abc, character 1: expected an integer, found 'abc'"
    );
    EXPECT_EQ(parse_error(type_kind::int_, ""), "literal , character 1: expected an integer, found the end");
    EXPECT_EQ(
        parse_error(type_kind::int_, "1 2"), "literal 1 2, character 1: expected an integer, found '1 2'"
    );
    EXPECT_EQ(
        parse_error(type_kind::tinyint, "300"),
        "literal 300, character 1: expected another value (300 does not fit CQL type tinyint (-128 to 127)), "
        "found '300'"
    );
    EXPECT_EQ(
        parse_error(type_kind::bigint, "9223372036854775808"),
        "literal 9223372036854775808, character 1: expected an integer of at most 64 bits, found "
        "'9223372036854775808'"
    );
    EXPECT_EQ(
        parse_error(type_kind::boolean, "yes"),
        "literal yes, character 1: expected true or false, found 'yes'"
    );
    EXPECT_EQ(
        parse_error(type_kind::blob, "cafe"),
        "literal cafe, character 1: expected a blob like 0xcafe, found 'cafe'"
    );
    EXPECT_EQ(
        parse_error(type_kind::blob, "0xcaf"),
        "literal 0xcaf, character 1: expected an even number of hexadecimal digits, found '0xcaf'"
    );
    EXPECT_EQ(
        parse_error(type_kind::blob, "0xcagg"),
        "literal 0xcagg, character 5: expected hexadecimal digits, found 'gg'"
    );
    EXPECT_EQ(
        parse_error(type_kind::double_, "inf"),
        "literal inf, character 1: expected a number, NaN, Infinity or -Infinity, found 'inf'"
    );
    EXPECT_EQ(
        parse_error(type_kind::float_, "1e99"),
        "literal 1e99, character 1: expected a number in the range of float, found '1e99'"
    );
    EXPECT_EQ(
        parse_error(type_kind::uuid, "1"),
        "literal 1, character 1: expected a UUID like 5b9a8a20-7c1e-11ee-b962-0242ac120002, found '1'"
    );
    EXPECT_EQ(parse_error(ints, "1"), "literal 1, character 1: expected a list like [1, 2], found '1'");
    EXPECT_EQ(
        parse_error(ints, "[1 2]"), "literal [1 2], character 4: expected ',' or ']' in list<int>, found '2]'"
    );
    EXPECT_EQ(parse_error(ints, "[1, x]"), "literal [1, x], character 5: expected an integer, found 'x]'");
    EXPECT_EQ(parse_error(ints, "[1,"), "literal [1,, character 4: expected an integer, found the end");
    EXPECT_EQ(parse_error(ints, "[1,]"), "literal [1,], character 4: expected an integer, found ']'");
    EXPECT_EQ(
        parse_error(ints, "[1] x"), "literal [1] x, character 5: expected the end of list<int>, found 'x'"
    );
    EXPECT_EQ(
        parse_error(ints, "[null]"),
        "literal [null], character 2: expected an integer (the server refuses null in collections), found "
        "'null]'"
    );
    EXPECT_EQ(
        parse_error(ages, "{'a' 1}"),
        "literal {'a' 1}, character 6: expected ':' in map<text, int>, found '1}'"
    );
    EXPECT_EQ(
        parse_error(ages, "{a: 1}"),
        "literal {a: 1}, character 2: expected text in single quotes, found 'a: 1}'"
    );
    EXPECT_EQ(
        parse_error(ages, "{'a: 1}"), "literal {'a: 1}, character 8: expected a closing quote, found the end"
    );
}

}  // namespace
}  // namespace async_cassandra
