// SPDX-License-Identifier: Apache-2.0
#include "row_writer.hpp"

#include "unit/types/page_builder.hpp"

#include <nlohmann/json.hpp>

namespace async_cassandra::cli {
namespace {

using test::page_builder;

const data_type text{type_kind::text};
const data_type integer{type_kind::int_};

std::string written(row_format format, const std::vector<const page*>& pages)
{
    const auto writer = make_row_writer(format);
    std::string out;
    writer->begin(out, *pages.front());
    for (const page* each : pages)
        for (const row values : *each)
            writer->row(out, values);
    writer->end(out);
    return out;
}

std::string written(row_format format, const page& only)
{
    return written(format, std::vector{&only});
}

TEST(table_format, aligns_columns_numbers_to_the_right)
{
    const page rows =
        page_builder{{{"id", integer}, {"name", text}}}.row(7, "Ada").row(1234, "Grace Hopper").build();
    EXPECT_EQ(
        written(row_format::table, rows),
        " id   | name\n"
        "------+--------------\n"
        "    7 | Ada\n"
        " 1234 | Grace Hopper\n"
        "(2 rows)\n"
    );
}

TEST(table_format, shows_the_header_of_a_result_without_rows)
{
    const page rows = page_builder{{{"id", integer}}}.build();
    EXPECT_EQ(written(row_format::table, rows), " id\n----\n(0 rows)\n");
}

TEST(table_format, takes_widths_from_the_first_page_and_lets_later_rows_overflow_alone)
{
    const test::column_list list{{"name", text}, {"n", integer}};
    const page first = page_builder{list}.row("Ada", 1).build();
    const page second = page_builder{list}.row("Grace Hopper", 22).row("Bob", 3).build();
    EXPECT_EQ(
        written(row_format::table, {&first, &second}),
        " name | n\n"
        "------+---\n"
        " Ada  | 1\n"
        " Grace Hopper | 22\n"
        " Bob  | 3\n"
        "(3 rows)\n"
    );
}

TEST(table_format, does_not_let_one_long_value_stretch_every_line)
{
    const std::string longest(1000, 'x');
    const page rows = page_builder{{{"a", text}, {"b", integer}}}.row(longest, 1).row("short", 2).build();
    EXPECT_EQ(
        written(row_format::table, rows),
        " a     | b\n-------+---\n " + longest + " | 1\n short | 2\n(2 rows)\n"
    );
}

TEST(table_format, keeps_a_row_on_its_line_and_the_terminal_as_it_is)
{
    const page rows = page_builder{{{"a", text}}}.row("one\ntwo\t\x1b[31mred\xc2\x9b").build();
    EXPECT_EQ(
        written(row_format::table, rows),
        " a\n---------------------------\n one\\ntwo\\t\\x1b[31mred\\x9b\n(1 row)\n"
    );
}

TEST(table_format, measures_characters_not_bytes)
{
    const page rows =
        page_builder{{{"a", text}, {"b", integer}}}.row("żółw", 1).row("日本", 2).row("abcd", 3).build();
    EXPECT_EQ(
        written(row_format::table, rows),
        " a    | b\n"
        "------+---\n"
        " żółw | 1\n"
        " 日本 | 2\n"
        " abcd | 3\n"
        "(3 rows)\n"
    );
}

TEST(csv_format, quotes_what_needs_it)
{
    const page rows = page_builder{{{"plain", text}, {"with,comma", text}}}
                          .row("a b", "c,d")
                          .row("say \"hi\"", "two\nlines")
                          .row("cr\r", " spaces ")
                          .build();
    EXPECT_EQ(
        written(row_format::csv, rows),
        "plain,\"with,comma\"\n"
        "a b,\"c,d\"\n"
        "\"say \"\"hi\"\"\",\"two\nlines\"\n"
        "\"cr\r\", spaces \n"
    );
}

TEST(csv_format, tells_null_from_an_empty_text)
{
    const page rows = page_builder{{{"a", text}, {"b", text}}}.row(null, "").build();
    EXPECT_EQ(written(row_format::csv, rows), "a,b\n,\"\"\n");
}

TEST(json_format, writes_one_object_a_line)
{
    const page rows = page_builder{{{"id", integer}, {"say \"key\"", text}}}
                          .row(1, "a\nb \"c\" \\ \x01")
                          .row(null, null)
                          .build();
    const std::string out = written(row_format::json, rows);
    const std::size_t end = out.find('\n');
    ASSERT_NE(end, std::string::npos);
    const auto first = nlohmann::json::parse(out.substr(0, end));
    const auto second = nlohmann::json::parse(out.substr(end + 1));
    EXPECT_EQ(first, (nlohmann::json{{"id", 1}, {"say \"key\"", "a\nb \"c\" \\ \x01"}}));
    EXPECT_EQ(second, (nlohmann::json{{"id", nullptr}, {"say \"key\"", nullptr}}));
    EXPECT_EQ(out.back(), '\n');
}

TEST(json_format, writes_nothing_for_a_result_without_rows)
{
    EXPECT_EQ(written(row_format::json, page_builder{{{"id", integer}}}.build()), "");
}

}  // namespace
}  // namespace async_cassandra::cli
