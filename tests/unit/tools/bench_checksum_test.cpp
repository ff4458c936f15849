// SPDX-License-Identifier: Apache-2.0
#include "bench_checksum.hpp"

#include <async_cassandra/error.hpp>

#include "unit/types/page_builder.hpp"

#include <set>

namespace async_cassandra::cli {
namespace {

using test::page_builder;

const test::column_list big_columns{
    {"id", type_kind::bigint},
    {"ts", type_kind::timestamp},
    {"name", type_kind::text},
    {"value", type_kind::double_},
    {"payload", type_kind::blob},
};

struct big_row {
    std::int64_t id = 5;
    timestamp ts{std::chrono::milliseconds{1'700'000'000'000}};
    std::string name = "name-5";
    double value = 1.25;
    blob payload = blob(64, std::byte{7});
};

std::uint64_t checksum_of_rows(const std::vector<big_row>& rows)
{
    page_builder builder{big_columns};
    for (const big_row& each : rows)
        builder.row(each.id, each.ts, each.name, each.value, each.payload);
    return checksum_of(builder.build());
}

TEST(bench_checksum, does_not_depend_on_order_or_pages)
{
    const big_row one{};
    const big_row other{.id = 6, .name = "name-6"};
    EXPECT_EQ(checksum_of_rows({one, other}), checksum_of_rows({other, one}));
    EXPECT_EQ(checksum_of_rows({one, other}), checksum_of_rows({one}) + checksum_of_rows({other}));
    EXPECT_EQ(checksum_of_rows({}), 0U);
}

TEST(bench_checksum, changes_with_every_cell_and_every_byte)
{
    std::vector<big_row> rows(1);
    rows.push_back({.id = 6});
    rows.push_back({.ts = timestamp{std::chrono::milliseconds{1}}});
    rows.push_back({.name = "name-6"});
    rows.push_back({.name = "name-"});
    rows.push_back({.value = 1.5});
    for (std::size_t i = 0; i < 64; ++i) {
        rows.emplace_back();
        rows.back().payload[i] = std::byte{8};
    }
    std::set<std::uint64_t> sums;
    for (const big_row& each : rows)
        sums.insert(checksum_of_rows({each}));
    EXPECT_EQ(sums.size(), rows.size());
}

TEST(bench_checksum, refuses_other_columns)
{
    const page other = page_builder{{{"id", data_type{type_kind::bigint}}}}.build();
    EXPECT_THROW((void)checksum_of(other), query_error);
}

}  // namespace
}  // namespace async_cassandra::cli
