// SPDX-License-Identifier: Apache-2.0
#include "nodes_report.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace async_cassandra::cli {
namespace {

std::vector<asked_node> two_nodes()
{
    node first;
    first.host_id = uuid::parse("01234567-89ab-4def-8123-456789abcdef").value();
    first.address = {inet::parse("192.0.2.1").value(), 9042};
    first.data_center = "dc1";
    first.rack = "rack1";
    first.release_version = "5.0.2";
    first.token_count = 16;
    node second = first;
    second.host_id = uuid::parse("11234567-89ab-4def-8123-456789abcdef").value();
    second.address = {inet::parse("2001:db8::1").value(), 9043};
    second.rack = "a,\"b\"";
    second.token_count = 4;
    return {{first, std::chrono::microseconds{1234}}, {second, {}}};
}

std::string written(row_format format)
{
    std::string out;
    append_nodes(out, two_nodes(), format);
    return out;
}

TEST(nodes_report, is_a_table_for_people)
{
    EXPECT_EQ(
        written(row_format::table),
        " address            | host_id                              | data_center | rack  | version | state "
        "| tokens | latency_ms\n"
        "--------------------+--------------------------------------+-------------+-------+---------+-------"
        "+--------+------------\n"
        " 192.0.2.1:9042     | 01234567-89ab-4def-8123-456789abcdef | dc1         | rack1 | 5.0.2   | up    "
        "|     16 |      1.234\n"
        " [2001:db8::1]:9043 | 11234567-89ab-4def-8123-456789abcdef | dc1         | a,\"b\" | 5.0.2   | down "
        " "
        "|      4 |           \n"
        "(2 nodes)\n"
    );
}

TEST(nodes_report, is_an_object_a_line_in_json)
{
    const std::string text = written(row_format::json);
    EXPECT_EQ(
        text.substr(0, text.find('\n')),
        R"({"address": "192.0.2.1:9042", "host_id": "01234567-89ab-4def-8123-456789abcdef", "data_center": "dc1", )"
        R"("rack": "rack1", "version": "5.0.2", "state": "up", "tokens": 16, "latency_ms": 1.234})"
    );
    EXPECT_NE(text.find(R"("latency_ms": null)"), std::string::npos);
    EXPECT_NE(text.find(R"("rack": "a,\"b\"")"), std::string::npos);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(nodes_report, quotes_what_csv_quotes)
{
    EXPECT_EQ(
        written(row_format::csv),
        "address,host_id,data_center,rack,version,state,tokens,latency_ms\n"
        "192.0.2.1:9042,01234567-89ab-4def-8123-456789abcdef,dc1,rack1,5.0.2,up,16,1.234\n"
        "[2001:db8::1]:9043,11234567-89ab-4def-8123-456789abcdef,dc1,\"a,\"\"b\"\"\",5.0.2,down,4,\n"
    );
}

}  // namespace
}  // namespace async_cassandra::cli
