// SPDX-License-Identifier: Apache-2.0
#include "integration/every_type.hpp"

namespace async_cassandra::integration {

namespace {

using literal = literals_of_type::literal;

constexpr literal ascii[]{"'plain'", "''", "'it''s'"};
constexpr literal text[]{
    "'gr\u00fc\u00dfe \u65e5\u672c\u8a9e \U0001F980'", "''", "'it''s \"so\" \\ and $$'", "'null'"};
constexpr literal blob[]{"0x00cafe", "0x", {"0XFF", "0xff"}};
constexpr literal boolean[]{"true", "false", {"TRUE", "true"}, "blob_as_boolean(0x)"};
constexpr literal tinyint[]{"0", "-128", "127"};
constexpr literal smallint[]{"0", "-32768", "32767"};
constexpr literal int_[]{"0", "-2147483648", "2147483647", "blob_as_int(0x)"};
constexpr literal bigint[]{"0", "-9223372036854775808", "9223372036854775807", "blob_as_bigint(0x)"};
constexpr literal varint[]{
    "0",
    "-1",
    "127",
    "128",
    "-129",
    "18446744073709551616",
    "-9223372036854775809",
    "123456789012345678901234567890123456789012345678901234567890",
    "blob_as_varint(0x)"};
constexpr literal decimal[]{
    "0",
    "-12.345",
    "1.50",
    "0.000001",
    {"0.0000001", "1E-7"},
    {"1e3", "1E+3"},
    {"12E1", "1.2E+2"},
    "0E+400",
    "1E-400",
    "1.7976931348623157E+308",
    "1E-2147483647",
    {"blob_as_decimal(0x8000000101)", "blob_as_decimal(0x8000000101)"},
    "blob_as_decimal(0x8000000001)",
    "blob_as_decimal(0x)",
    "123456789012345678901234567890.123456789"};
constexpr literal float_[]{
    "0.0",
    "-0.0",
    {"1", "1.0"},
    "0.1",
    {"16777216", "16777216.0"},
    {"3.4028235E38", "3.4028235e+38"},
    {"-3.4028235E38", "-3.4028235e+38"},
    {"1.4E-45", "1e-45"},
    "NaN",
    "Infinity",
    "-Infinity",
    "blob_as_float(0x)"};
constexpr literal double_[]{
    "0.0",
    "-0.0",
    {"1", "1.0"},
    "0.1",
    {"1E21", "1e+21"},
    {"1.7976931348623157E308", "1.7976931348623157e+308"},
    {"-1.7976931348623157E308", "-1.7976931348623157e+308"},
    {"4.9E-324", "5e-324"},
    {"nan", "NaN"},
    "Infinity",
    "-Infinity",
    "blob_as_double(0x)"};
constexpr literal uuid[]{
    "01234567-89ab-4def-8123-456789abcdef",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "blob_as_uuid(0x)"};
constexpr literal timeuuid[]{
    "5b9a8a20-7c1e-11ee-b962-0242ac120002",
    "00000000-0000-1000-8080-808080808080",
    "ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f",
    "blob_as_timeuuid(0x)"};
constexpr literal inet[]{
    "'192.0.2.1'",
    "'0.0.0.0'",
    "'255.255.255.255'",
    "'::1'",
    "'2001:db8::ff00:42:8329'",
    "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'",
    {"''", "blob_as_inet(0x)"}};
constexpr literal timestamp[]{
    "'2023-11-14 22:13:20.123Z'",
    {"0", "'1970-01-01 00:00:00.000Z'"},
    {"'2024-02-29T01:02:03.5+02:00'", "'2024-02-28 23:02:03.500Z'"},
    "-9223372036854775808",
    {"9223372036854775807", "'292278994-08-17 07:12:55.807Z'"},
    {"''", "blob_as_timestamp(0x)"}};
constexpr literal date[]{
    "'2024-02-29'",
    "'1969-12-31'",
    "'0000-01-01'",
    "'-0001-12-31'",
    "'+10000-01-01'",
    "'-5877641-06-23'",
    "'+5881580-07-11'",
    {"2147483648", "'1970-01-01'"}};
constexpr literal time[]{
    "'13:30:54.234567891'",
    "'00:00:00.000000000'",
    "'23:59:59.999999999'",
    {"'1:2:3.5'", "'01:02:03.500000000'"},
    {"1000", "'00:00:00.000001000'"}};
constexpr literal duration[]{
    "1mo2d3ns",
    "-1mo2d3ns",
    {"P1Y2M3DT4H5M6S", "1y2mo3d4h5m6s"},
    {"P3W", "21d"},
    {"-P0001-02-03T04:05:06", "-1y2mo3d4h5m6s"},
    {"1Y2MO3W4D5H6M7S8MS9US10NS", "1y2mo25d5h6m7s8ms9us10ns"},
    {"0s", "0ns"},
    "178956970y7mo2147483647d2562047h47m16s854ms775us807ns",
    "-178956970y7mo2147483647d2562047h47m16s854ms775us807ns",
    "blob_as_duration(0xf0ffffffff0000)"};

constexpr literal ints[]{"[3, 1, 2]"};
constexpr literal frozen_ints[]{"[3, 1, 2]", "[]"};
constexpr literal texts[]{"{'a', 'it''s'}", {"{'b', 'a'}", "{'a', 'b'}"}};
constexpr literal dates[]{"{'-0001-12-31', '2024-02-29'}", "{}"};
constexpr literal numbers[]{"{'x': 1, 'y': -2}"};
constexpr literal by_double[]{"{1.5: 1E+3}", "{}", "{NaN: 0}"};
constexpr literal durations[]{"{'a': 1mo}", {"{'a': P0001-02-03T04:05:06}", "{'a': 1y2mo3d4h5m6s}"}};
constexpr literal tuple[]{
    "(1, 'a', 2)", "(1, null, 2)", "(null, null, null)", "(blob_as_int(0x), '', -9223372036854775808)"};
constexpr literal nested_tuple[]{"((1, 'a'), [1, 2])", "(null, [])", "((null, null), null)"};
constexpr literal udt[]{
    "{street: 'X', zip: 1}",
    {"{zip: 2}", "{street: null, zip: 2}"},
    {"{\"street\": ''}", "{street: '', zip: null}"}};
constexpr literal odd_udt[]{
    {"{plain: {zip: 1}}",
     "{\"Street Name\": null, plain: {street: null, zip: 1}, \"Q\"\"uote\": null, \"select\": null}"},
    "{\"Street Name\": 'X', plain: null, \"Q\"\"uote\": [1mo], \"select\": ('13:30:54.234567891', {1})}"};
constexpr literal floats[]{
    "[1.0, 2.5, -0.0]", "[NaN, Infinity, -Infinity]", {"[1, 2, 3]", "[1.0, 2.0, 3.0]"}};
constexpr literal words[]{"['a', 'bcd']", "['', 'it''s']"};
constexpr literal smallints[]{"[1, -1]"};
constexpr literal vectors[]{"[['a', 'b'], ['', 'c']]"};
constexpr literal tuples_in_vector[]{"[(1, 'a'), (2, null)]"};
constexpr literal three_deep[]{"{'a': [{1: 'one', 2: 'it''s'}, {}], 'b': []}"};
constexpr literal three_deep_of_all[]{
    "[{(1, {street: 'X', zip: 1}): [1.50, 2]}, {}]", "[{(null, null): [blob_as_decimal(0x8000000001), 0]}]"};
constexpr literal opaque[]{"5b9a8a20-7c1e-11ee-b962-0242ac120002", "00000000-0000-0000-0000-000000000000"};

constexpr literals_of_type table[]{
    {"ascii", ascii},
    {"text", text},
    {"varchar", text},
    {"blob", blob},
    {"boolean", boolean},
    {"tinyint", tinyint},
    {"smallint", smallint},
    {"int", int_},
    {"bigint", bigint},
    {"varint", varint},
    {"decimal", decimal},
    {"float", float_},
    {"double", double_},
    {"uuid", uuid},
    {"timeuuid", timeuuid},
    {"inet", inet},
    {"timestamp", timestamp},
    {"date", date},
    {"time", time},
    {"duration", duration},
    {"list<int>", ints},
    {"set<text>", texts},
    {"map<text, bigint>", numbers},
    {"frozen<list<int>>", frozen_ints},
    {"frozen<set<date>>", dates},
    {"frozen<map<double, decimal>>", by_double},
    {"map<text, duration>", durations},
    {"tuple<int, text, bigint>", tuple},
    {"tuple<tuple<int, text>, frozen<list<int>>>", nested_tuple},
    {"address", udt},
    {"frozen<odd_names>", odd_udt},
    {"vector<float, 3>", floats},
    {"vector<text, 2>", words},
    {"vector<smallint, 2>", smallints},
    {"vector<vector<text, 2>, 2>", vectors},
    {"vector<tuple<int, text>, 2>", tuples_in_vector},
    {"map<text, frozen<list<frozen<map<int, text>>>>>", three_deep},
    {"list<frozen<map<frozen<tuple<int, address>>, vector<decimal, 2>>>>", three_deep_of_all},
    {"'org.apache.cassandra.db.marshal.LexicalUUIDType'", opaque}};

constexpr const char* statements[]{
    "CREATE TYPE IF NOT EXISTS address (street text, zip int)",
    "CREATE TYPE IF NOT EXISTS odd_names (\"Street Name\" text, plain frozen<address>, "
    "\"Q\"\"uote\" frozen<list<duration>>, \"select\" tuple<time, frozen<set<int>>>)"};

}  // namespace

std::span<const char* const> type_statements() noexcept
{
    return statements;
}

std::span<const literals_of_type> every_type() noexcept
{
    return table;
}

}  // namespace async_cassandra::integration
