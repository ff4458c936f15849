// SPDX-License-Identifier: Apache-2.0
// Tuples, user-defined types and vectors as text, and the scalars that came with them.
#include <async_cassandra/types/literal.hpp>

#include "unit/types/parsed_literal.hpp"

#include <limits>

namespace async_cassandra {
namespace {

using test::again;
using test::parse_error;
using test::parsed;
using test::query_error_text;

const data_type pair_type = data_type::tuple_of({type_kind::int_, type_kind::text});
const data_type address =
    data_type::udt_of("shop", "address", {"street", "zip"}, {type_kind::text, type_kind::int_});
const data_type odd_names = data_type::udt_of(
    "shop",
    "odd",
    {"Street Name", "plain", "Q\"uote", "select"},
    {type_kind::text, type_kind::int_, type_kind::int_, type_kind::int_}
);
const data_type floats = data_type::vector_of(type_kind::float_, 3);
const data_type words = data_type::vector_of(type_kind::text, 2);

/// The JSON of what a literal says.
std::string json(const data_type& type, std::string_view text)
{
    std::string out;
    append_json(out, type, encode_literal(text, type).bytes());
    return out;
}

// R22: bytes of reference vectors.
TEST(composite_literal, has_the_bytes_of_other_drivers)
{
    EXPECT_EQ(
        parsed(data_type::tuple_of({type_kind::int_, type_kind::text, type_kind::bigint}), "(1,null,2)"),
        "0000000400000001ffffffff000000080000000000000002"
    );
    EXPECT_EQ(parsed(address, "{street: 'X'}"), "0000000158ffffffff");
    EXPECT_EQ(parsed(floats, "[1,2,3]"), "3f8000004000000040400000");
    EXPECT_EQ(parsed(words, "['a', 'bcd']"), "016103626364");
    EXPECT_EQ(
        parsed(data_type::vector_of(type_kind::smallint, 2), "[1, -1]"),
        "020001"
        "02ffff"
    );
    EXPECT_EQ(
        parsed(data_type::vector_of(data_type::vector_of(type_kind::text, 1), 2), "[['a'],['bc']]"),
        "02016103026263"
    );
    EXPECT_EQ(parsed(type_kind::varint, "18446744073709551616"), "010000000000000000");
    EXPECT_EQ(parsed(type_kind::decimal, "-12.345"), "00000003cfc7");
    EXPECT_EQ(parsed(type_kind::decimal, "1E+3"), "fffffffd01");
    EXPECT_EQ(parsed(type_kind::duration, "1mo2d3ns"), "020406");
    EXPECT_EQ(parsed(type_kind::duration, "-1mo2d3ns"), "010305");
    EXPECT_EQ(parsed(type_kind::date, "2024-02-29"), "80004d46");
    EXPECT_EQ(parsed(type_kind::date, "'1969-12-31'"), "7fffffff");
    EXPECT_EQ(parsed(type_kind::time, "13:30:54.234567891"), "00002c40325e44d3");
}

TEST(composite_literal, writes_what_it_reads)
{
    EXPECT_EQ(again(pair_type, " ( 1 , 'it''s' ) "), "(1, 'it''s')");
    EXPECT_EQ(again(pair_type, "(null, null)"), "(null, null)");
    EXPECT_EQ(again(pair_type, "(7)"), "(7, null)");
    EXPECT_EQ(again(address, "{ZIP: 1, \"street\" : 'X'}"), "{street: 'X', zip: 1}");
    EXPECT_EQ(again(address, "{zip: NULL}"), "{street: null, zip: null}");
    EXPECT_EQ(
        again(odd_names, "{\"Q\"\"uote\": 2, plain: 1, \"select\": 3, \"Street Name\": 'X'}"),
        "{\"Street Name\": 'X', plain: 1, \"Q\"\"uote\": 2, \"select\": 3}"
    );
    EXPECT_EQ(again(floats, "[1, 2.5, NaN]"), "[1.0, 2.5, NaN]");
    EXPECT_EQ(again(words, "['','a,b]']"), "['', 'a,b]']");
    EXPECT_EQ(
        again(
            data_type::map_of(pair_type, data_type::list_of(address)), "{(1,'k'): [{zip: 2}, {street: 'x'}]}"
        ),
        "{(1, 'k'): [{street: null, zip: 2}, {street: 'x', zip: null}]}"
    );
    EXPECT_EQ(
        again(data_type::map_of(type_kind::time, type_kind::duration), "{'1:2:3.5': P0001-02-03T04:05:06}"),
        "{'01:02:03.500000000': 1y2mo3d4h5m6s}"
    );
}

TEST(composite_literal, takes_the_bytes_of_what_has_no_literal)
{
    EXPECT_EQ(parsed(type_kind::int_, "blob_as_int(0x)"), "");
    EXPECT_EQ(parsed(type_kind::int_, "blobAsInt(0x0000002a)"), "0000002a");
    EXPECT_EQ(
        again(data_type::list_of(type_kind::decimal), "[blob_as_decimal(0x), 1.5]"),
        "[blob_as_decimal(0x), 1.5]"
    );
    EXPECT_EQ(again(type_kind::decimal, "1E+400"), "blob_as_decimal(0xfffffe7001)");
    EXPECT_EQ(again(type_kind::decimal, "0E+400"), "0E+400");
    EXPECT_EQ(again(type_kind::decimal, "1E-400"), "1E-400");
    EXPECT_EQ(
        parse_error(type_kind::int_, "blob_as_int(0x01)"),
        "literal blob_as_int(0x01), character 1: expected other bytes (malformed value: CQL type int takes 4 "
        "bytes, these are 1), found 'blob_as_int(0x01)'"
    );
    EXPECT_EQ(
        parse_error(type_kind::int_, "blob_as_text(0x)"),
        "literal blob_as_text(0x), character 1: expected blob_as_int(0x…) or an integer, found "
        "'blob_as_text(0x)'"
    );
    EXPECT_EQ(
        parse_error(type_kind::int_, "blob_as_int(xy)"),
        "literal blob_as_int(xy), character 13: expected a blob like 0xcafe, found 'xy)'"
    );
}

// What Cassandra 5.0.9 takes and refuses.
TEST(date_literal, is_what_the_server_takes)
{
    EXPECT_EQ(again(type_kind::date, "0"), "'-5877641-06-23'");
    EXPECT_EQ(again(type_kind::date, "2147483648"), "'1970-01-01'");
    EXPECT_EQ(again(type_kind::date, "4294967295"), "'+5881580-07-11'");
    EXPECT_EQ(again(type_kind::date, "+10000-01-01"), "'+10000-01-01'");
    EXPECT_EQ(again(type_kind::date, "-0001-12-31"), "'-0001-12-31'");
    EXPECT_EQ(again(type_kind::date, "0000-02-29"), "'0000-02-29'");
    for (const char* text :
         {"4294967296",
          "-1",
          "2024-2-9",
          "2024-02-30",
          "-5877641-06-22",
          "+5881580-07-12",
          "24-02-09",
          "x",
          "''"})
        EXPECT_EQ(
            parse_error(type_kind::date, text).find("a date like 2024-02-29, from") == std::string::npos,
            false
        ) << text;
}

TEST(time_literal, is_what_the_server_takes)
{
    EXPECT_EQ(again(type_kind::time, "0"), "'00:00:00.000000000'");
    EXPECT_EQ(again(type_kind::time, "86399999999999"), "'23:59:59.999999999'");
    EXPECT_EQ(again(type_kind::time, "1:2:3"), "'01:02:03.000000000'");
    EXPECT_EQ(again(type_kind::time, "13:30:54.2"), "'13:30:54.200000000'");
    for (const char* text :
         {"86400000000000",
          "-1",
          "13:30",
          "13:30:54.",
          "24:00:00",
          "13:60:54",
          "1:2:60",
          "13:30:54.1234567890",
          ""})
        EXPECT_EQ(parse_error(type_kind::time, text).find("a time of day like") == std::string::npos, false)
            << text;
}

TEST(composite_literal, says_where_what_was_expected_instead_of_what)
{
    EXPECT_EQ(
        parse_error(pair_type, "[1]"), "literal [1], character 1: expected a tuple like (1, 'a'), found '[1]'"
    );
    EXPECT_EQ(
        parse_error(pair_type, "(1, 'a', 2)"),
        "literal (1, 'a', 2), character 9: expected at most 2 elements in tuple<int, text>, found ' 2)'"
    );
    EXPECT_EQ(
        parse_error(pair_type, "()"),
        "literal (), character 3: expected at least one element in tuple<int, text>, found the end"
    );
    EXPECT_EQ(
        parse_error(pair_type, "(1, a)"),
        "literal (1, a), character 5: expected text in single quotes, found 'a)'"
    );
    EXPECT_EQ(
        parse_error(address, "{stret: 'X'}"),
        "literal {stret: 'X'}, character 2: expected a field of shop.address (street, zip), found 'stret: "
        "'X'}'"
    );
    EXPECT_EQ(
        parse_error(address, "{zip: 1, zip: 2}"),
        "literal {zip: 1, zip: 2}, character 10: expected another field, because zip is there already, found "
        "'zip: 2}'"
    );
    EXPECT_EQ(
        parse_error(address, "{zip 1}"),
        "literal {zip 1}, character 6: expected ':' in shop.address, found '1}'"
    );
    EXPECT_EQ(
        parse_error(address, "{}"),
        "literal {}, character 3: expected at least one field in shop.address, found the end"
    );
    EXPECT_EQ(
        parse_error(floats, "[1, 2]"),
        "literal [1, 2], character 1: expected 3 elements in vector<float, 3>, not 2, found '[1, 2]'"
    );
    EXPECT_EQ(
        parse_error(floats, "[1, null, 3]"),
        "literal [1, null, 3], character 5: expected a number, NaN, Infinity or -Infinity (the server "
        "refuses null "
        "in collections), found 'null, 3]'"
    );
    EXPECT_EQ(
        parse_error(type_kind::duration, "1 day"),
        "literal 1 day, character 1: expected a duration like 1y2mo3d4h5m6s7ms8us9ns or P1Y2M3DT4H5M6S, "
        "found '1 day'"
    );
    EXPECT_EQ(
        parse_error(type_kind::decimal, "1.2.3"),
        "literal 1.2.3, character 1: expected a decimal number like 12.50 or 1E+3, found '1.2.3'"
    );
    EXPECT_EQ(
        parse_error(type_kind::varint, "1e3"), "literal 1e3, character 1: expected an integer, found '1e3'"
    );
}

TEST(composite_literal, nests_at_most_32_deep)
{
    data_type type = type_kind::int_;
    for (int i = 0; i < 32; ++i)
        type = data_type::list_of(type);
    const std::string deepest = std::string(32, '[') + "1" + std::string(32, ']');
    EXPECT_EQ(again(type, deepest), deepest);
    const data_type deeper = data_type::list_of(type);
    EXPECT_NE(
        parse_error(deeper, "[" + deepest + "]").find("values nest at most 32 deep"), std::string::npos
    );
    // The bytes of an empty list, 33 times: the writers stop as well.
    value_sink bytes;
    for (int i = 0; i < 33; ++i) {
        bytes.append_be<std::int32_t>(1);
        bytes.append_be<std::int32_t>(i == 32 ? 4 : 4 + 8 * (32 - i) - 4);
    }
    const auto refused = query_error_text([&] { (void)to_cql_literal(deeper, bytes.bytes()); });
    EXPECT_NE(refused.find("nest at most 32 deep"), std::string::npos) << refused;
}

// As Cassandra 5.0.9 answered to SELECT JSON.
TEST(composite_json, is_what_select_json_gives)
{
    EXPECT_EQ(json(type_kind::date, "-0001-01-01"), "\"-0001-01-01\"");
    EXPECT_EQ(json(type_kind::date, "4294967295"), "\"+5881580-07-11\"");
    EXPECT_EQ(json(type_kind::time, "13:30:54.2"), "\"13:30:54.200000000\"");
    EXPECT_EQ(json(type_kind::duration, "14mo36h90m1500us"), "\"1y2mo37h30m1ms500us\"");
    EXPECT_EQ(json(type_kind::duration, "-1y2mo25d"), "\"-1y2mo25d\"");
    EXPECT_EQ(json(type_kind::duration, "0s"), "\"\"");
    EXPECT_EQ(json(type_kind::duration, "blob_as_duration(0xf0ffffffff0000)"), "\"-\"");
    EXPECT_EQ(json(type_kind::duration, "blob_as_duration(0xf0ffffffff0100)"), "\"-1d\"");
    EXPECT_EQ(json(type_kind::decimal, "1.10"), "1.10");
    EXPECT_EQ(json(type_kind::decimal, "12E1"), "1.2E+2");
    EXPECT_EQ(json(type_kind::decimal, "0.0000001"), "1E-7");
    EXPECT_EQ(json(type_kind::decimal, "blob_as_decimal(0x)"), "\"\"");
    EXPECT_EQ(json(type_kind::varint, "18446744073709551616"), "18446744073709551616");
    EXPECT_EQ(json(pair_type, "(1, null)"), "[1, null]");
    EXPECT_EQ(json(address, "{zip: 1}"), "{\"street\": null, \"zip\": 1}");
    EXPECT_EQ(
        json(odd_names, "{plain: 1}"),
        "{\"\\\"Street Name\\\"\": null, \"plain\": 1, \"\\\"Q\\\"uote\\\"\": null, \"select\": null}"
    );
    EXPECT_EQ(json(floats, "[NaN, 1, -0.0]"), "[null, 1.0, -0.0]");
    EXPECT_EQ(json(words, "['a','b']"), "[\"a\", \"b\"]");
}

TEST(composite_json, makes_strings_of_keys)
{
    EXPECT_EQ(json(data_type::map_of(pair_type, type_kind::int_), "{(1,'a'): 1}"), "{\"[1, \\\"a\\\"]\": 1}");
    EXPECT_EQ(
        json(data_type::map_of(address, type_kind::int_), "{{zip: 1}: 1}"),
        "{\"{\\\"street\\\": null, \\\"zip\\\": 1}\": 1}"
    );
    EXPECT_EQ(
        json(data_type::map_of(type_kind::double_, type_kind::int_), "{1e21: 1, NaN: 2}"),
        "{\"1.0E21\": 1, \"null\": 2}"
    );
    EXPECT_EQ(json(data_type::map_of(type_kind::decimal, type_kind::int_), "{1e3: 1}"), "{\"1E+3\": 1}");
}

TEST(composite_json, writes_numbers_as_java)
{
    const auto f = [](const char* text) { return json(type_kind::float_, text); };
    const auto d = [](const char* text) { return json(type_kind::double_, text); };
    EXPECT_EQ(f("1"), "1.0");
    EXPECT_EQ(f("1e6"), "1000000.0");
    EXPECT_EQ(f("1e7"), "1.0E7");
    EXPECT_EQ(f("123456.7"), "123456.7");
    EXPECT_EQ(f("0.001"), "0.001");
    EXPECT_EQ(f("0.0001"), "1.0E-4");
    EXPECT_EQ(f("1.4e-45"), "1.4E-45");
    EXPECT_EQ(f("3.4028235e38"), "3.4028235E38");
    EXPECT_EQ(f("9.999999e22"), "9.999999E22");
    EXPECT_EQ(f("-0.0"), "-0.0");
    EXPECT_EQ(d("123456789.125"), "1.23456789125E8");
    EXPECT_EQ(d("4.9e-324"), "4.9E-324");
    EXPECT_EQ(d("1.7976931348623157e308"), "1.7976931348623157E308");
    EXPECT_EQ(d("-12.5"), "-12.5");
    EXPECT_EQ(d("100"), "100.0");
    EXPECT_EQ(d("0.012"), "0.012");
    EXPECT_EQ(d("NaN"), "null");
    // Digits that the number does not need, in each of the three widths of Java's arithmetic.
    EXPECT_EQ(f("4.9543302E11"), "4.95433023E11");
    EXPECT_EQ(f("1.1754944E-38"), "1.17549435E-38");
    EXPECT_EQ(d("2E-322"), "2.0E-322");
    EXPECT_EQ(d("2E23"), "1.9999999999999998E23");
    EXPECT_EQ(d("1.0833018162765969E18"), "1.08330181627659686E18");
    EXPECT_EQ(d("8.41E21"), "8.409999999999999E21");
    EXPECT_EQ(d("9.999999999999999E22"), "9.999999999999999E22");
    EXPECT_EQ(d("1E23"), "9.999999999999999E22");
}

// Cassandra 5.0.9 quotes the name of a column when lower-casing changes it, and nothing else.
TEST(json_name, is_quoted_when_it_has_upper_case)
{
    const auto name = [](std::string_view text) {
        std::string out;
        append_json_name(out, text);
        return out;
    };
    EXPECT_EQ(name("lower"), "\"lower\"");
    EXPECT_EQ(name("with space"), "\"with space\"");
    EXPECT_EQ(name("q\"uote"), "\"q\\\"uote\"");
    EXPECT_EQ(name("Mixed"), "\"\\\"Mixed\\\"\"");
    EXPECT_EQ(name("system.max(Mixed)"), "\"\\\"system.max(Mixed)\\\"\"");
    for (const char* lower : {"\u00fc", "\u00df", "\u017f", "\u2177", "\u00aa"})
        EXPECT_EQ(name(lower), '"' + std::string{lower} + '"');
    for (const char* upper : {"\u00dc", "\u01c5", "\u1e9e", "\u2167", "\u0391\u03a3", "\U00010400"})
        EXPECT_EQ(name(upper), "\"\\\"" + std::string{upper} + "\\\"\"");
    EXPECT_EQ(name("\xff\xfeX"), "\"\xff\xfeX\"");  // no UTF-8
}

}  // namespace
}  // namespace async_cassandra
