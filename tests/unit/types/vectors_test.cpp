// SPDX-License-Identifier: Apache-2.0
// Values whose bytes other drivers agreed on, both directions. data/values.txt and data/bound_values.txt are
// facts.
#include <async_cassandra/types/literal.hpp>

#include "unit/types/page_builder.hpp"

#include <fstream>
#include <map>

namespace async_cassandra {
namespace {

using test::from_hex;
using test::to_hex;

std::vector<std::vector<std::string>> lines_of(const std::string& file)
{
    std::ifstream in{std::string{AC_TYPES_VECTORS} + "/" + file};
    EXPECT_TRUE(in.is_open()) << file;
    std::vector<std::vector<std::string>> lines;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#'))
            continue;
        auto& fields = lines.emplace_back(1);
        for (const char c : line) {
            if (c == ';')
                fields.emplace_back();
            else
                fields.back().push_back(c);
        }
    }
    return lines;
}

const data_type& type_of(const std::string& text)
{
    static const std::map<std::string, data_type> known{
        {"ascii", type_kind::ascii},
        {"bigint", type_kind::bigint},
        {"blob", type_kind::blob},
        {"boolean", type_kind::boolean},
        {"counter", type_kind::counter},
        {"double", type_kind::double_},
        {"float", type_kind::float_},
        {"inet", type_kind::inet},
        {"int", type_kind::int_},
        {"smallint", type_kind::smallint},
        {"tinyint", type_kind::tinyint},
        {"text", type_kind::text},
        {"timestamp", type_kind::timestamp},
        {"timeuuid", type_kind::timeuuid},
        {"uuid", type_kind::uuid},
        {"list<int>", data_type::list_of(type_kind::int_)},
        {"set<text>", data_type::set_of(type_kind::text)},
        {"map<text, int>", data_type::map_of(type_kind::text, type_kind::int_)},
        {"map<text, list<int>>", data_type::map_of(type_kind::text, data_type::list_of(type_kind::int_))}};
    return known.at(text);
}

TEST(value_vectors, bytes_are_written_as_their_text)
{
    const auto lines = lines_of("values.txt");
    ASSERT_EQ(lines.size(), 28U);
    for (const auto& line : lines) {
        std::string text;
        append_plain_text(text, type_of(line.at(1)), from_hex(line.at(3)));
        EXPECT_EQ(text, line.at(2)) << line.at(0);
    }
}

TEST(value_vectors, text_is_read_as_its_bytes)
{
    for (const auto& line : lines_of("values.txt")) {
        const raw_value value = encode_literal(line.at(2), type_of(line.at(1)));
        EXPECT_FALSE(value.is_null()) << line.at(0);
        EXPECT_EQ(to_hex(value.bytes()), line.at(3)) << line.at(0);
    }
}

TEST(value_vectors, bound_values_carry_their_length)
{
    const columns markers{{{"", "", "k", type_kind::int_}}};
    const columns text_markers{{{"", "", "k", type_kind::text}}};
    for (const auto& line : lines_of("bound_values.txt")) {
        detail::bound_values values;
        if (line.at(0) == "null")
            detail::bind_all(values, markers, null);
        else if (line.at(0) == "unset")
            detail::bind_all(values, markers, unset);
        else if (line.at(0) == "empty")
            detail::bind_all(values, text_markers, "");
        else
            detail::bind_all(values, markers, 1);
        EXPECT_EQ(values.error(), "");
        EXPECT_EQ(to_hex(values.bytes()), line.at(1)) << line.at(0);
    }
}

template <class T>
void expect_both_ways(const T& value, const std::string& type_text, const std::string& name)
{
    const data_type& type = type_of(type_text);
    std::string expected;
    for (const auto& line : lines_of("values.txt"))
        if (line.at(0) == name)
            expected = line.at(3);
    value_sink out;
    codec<T>::encode(value, type, out);
    EXPECT_EQ(to_hex(out.bytes()), expected) << name;
    EXPECT_EQ(codec<T>::decode(type, from_hex(expected)), value) << name;
}

TEST(value_vectors, cpp_values_become_the_bytes_and_come_back)
{
    using namespace std::chrono_literals;
    expect_both_ways<std::string>("Hi!", "ascii", "ascii");
    expect_both_ways<std::string>("h\u00e9\u20ac\U0001F600", "text", "text_utf8");
    expect_both_ways<std::string>("", "text", "text_empty");
    expect_both_ways<std::int64_t>(-2, "bigint", "bigint_-2");
    expect_both_ways<std::int64_t>(INT64_MAX, "bigint", "bigint_max");
    expect_both_ways<std::int64_t>(42, "counter", "counter_42");
    expect_both_ways<std::int32_t>(-1, "int", "int_-1");
    expect_both_ways<std::int16_t>(-129, "smallint", "smallint_-129");
    expect_both_ways<std::int8_t>(-128, "tinyint", "tinyint_-128");
    expect_both_ways<blob>(test::bytes_of({0xca, 0xfe, 0x00}), "blob", "blob");
    expect_both_ways<bool>(true, "boolean", "boolean_true");
    expect_both_ways<bool>(false, "boolean", "boolean_false");
    expect_both_ways<double>(1.5, "double", "double_1.5");
    expect_both_ways<double>(-0.0, "double", "double_neg_zero");
    expect_both_ways<float>(1.0F, "float", "float_1");
    expect_both_ways<float>(-1.5F, "float", "float_-1.5");
    expect_both_ways<inet>(*inet::parse("127.0.0.1"), "inet", "inet_v4");
    expect_both_ways<inet>(*inet::parse("::1"), "inet", "inet_v6_loop");
    expect_both_ways<inet>(*inet::parse("2001:db8::ff00:42:8329"), "inet", "inet_v6_doc");
    expect_both_ways<timestamp>(timestamp{-1ms}, "timestamp", "timestamp_-1");
    expect_both_ways<timestamp>(timestamp{1700000000123ms}, "timestamp", "timestamp");
    expect_both_ways<uuid>(*uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479"), "uuid", "uuid");
    expect_both_ways<uuid>(*uuid::parse("5b9a8a20-7c1e-11ee-b962-0242ac120002"), "timeuuid", "timeuuid");
    expect_both_ways<std::vector<std::int32_t>>({1, 2, 3}, "list<int>", "list_int");
    expect_both_ways<std::vector<std::int32_t>>({}, "list<int>", "list_empty");
    expect_both_ways<std::vector<std::string>>({"a", "bc"}, "set<text>", "set_text");
    expect_both_ways<std::map<std::string, int>>({{"k", 7}}, "map<text, int>", "map_text_int");
    expect_both_ways<std::map<std::string, std::vector<int>>>(
        {{"k", {1}}}, "map<text, list<int>>", "map_nested"
    );
}

}  // namespace
}  // namespace async_cassandra
