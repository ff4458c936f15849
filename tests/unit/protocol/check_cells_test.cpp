// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"
#include "protocol/responses.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

namespace async_cassandra {
namespace {

struct page {
    base::byte_buffer cells;
    std::uint32_t rows = 0;
    std::int32_t width = 0;
    std::size_t last_cell = 0;  // where it begins
};

// Null for a negative length.
template <class LengthOf>
page make_page(std::uint32_t rows, std::int32_t width, LengthOf length_of)
{
    page p;
    p.rows = rows;
    p.width = width;
    const test::bytes content(200, std::byte{0xFF});
    for (std::uint32_t row = 0; row < rows; ++row) {
        for (std::int32_t i = 0; i < width; ++i) {
            p.last_cell = p.cells.size();
            const int length = length_of(row, i);
            if (length < 0)
                protocol::append_cell(p.cells, std::nullopt);
            else
                protocol::append_cell(p.cells, std::span{content}.first(static_cast<std::size_t>(length)));
        }
    }
    return p;
}

void expect_exact(const page& p)
{
    protocol::parse_error error;
    const test::exact_bytes whole{p.cells.bytes()};
    EXPECT_TRUE(protocol::check_cells(whole.span(), 0, p.rows, p.width, error)) << error.rule;
    const test::exact_bytes cut{p.cells.bytes().first(p.cells.size() - 1)};
    EXPECT_FALSE(protocol::check_cells(cut.span(), 0, p.rows, p.width, error));
    EXPECT_STREQ(error.rule, "a cell reaches beyond the end");
    EXPECT_EQ(error.offset, p.last_cell);
}

TEST(check_cells, accepts_pages_of_any_shape_and_sees_the_last_byte_missing)
{
    std::mt19937 random{7};
    expect_exact(make_page(1, 1, [](auto, auto) { return 0; }));
    expect_exact(make_page(1000, 5, [](auto, auto i) { return i * 8; }));
    expect_exact(make_page(1000, 5, [&](auto, auto) { return static_cast<int>(random() % 200); }));
    expect_exact(make_page(1000, 3, [](auto row, auto) { return row % 3 == 0 ? -1 : 8; }));
    expect_exact(make_page(50, 1, [](auto, auto) { return -1; }));
    // More columns than lengths are remembered for.
    expect_exact(make_page(200, 150, [&](auto, auto i) {
        return i % 7 == 0 ? static_cast<int>(random() % 50) : i;
    }));
}

TEST(check_cells, sees_every_truncation)
{
    // Few rows are walked in another way.
    for (const std::uint32_t rows : {3U, 12U}) {
        const page p = make_page(rows, 4, [](auto row, auto i) { return row == 2 ? -1 : i * 3; });
        protocol::parse_error error;
        for (std::size_t length = 0; length < p.cells.size(); ++length) {
            const test::exact_bytes cut{p.cells.bytes().first(length)};
            ASSERT_FALSE(protocol::check_cells(cut.span(), 0, p.rows, p.width, error)) << length;
        }
        expect_exact(p);
    }
}

TEST(check_cells, begins_where_the_rows_begin_and_tolerates_what_follows)
{
    const test::bytes body = test::from_hex(
        "ffffffff7f"
        "00000001aa"
        "ffffffff"
        "00"
    );
    protocol::parse_error error;
    EXPECT_TRUE(protocol::check_cells(body, 5, 1, 2, error));
    EXPECT_FALSE(protocol::check_cells(body, 5, 2, 2, error));
    EXPECT_FALSE(protocol::check_cells(body, body.size() + 1, 1, 2, error));
}

TEST(check_cells, is_not_fooled_by_huge_lengths_and_counts)
{
    protocol::parse_error error;
    EXPECT_FALSE(protocol::check_cells(test::from_hex("7fffffff00"), 0, 1, 1, error));
    EXPECT_FALSE(protocol::check_cells(test::from_hex("00000000"), 0, 0x7FFF'FFFF, 65'535, error));
    EXPECT_FALSE(protocol::check_cells(test::from_hex("00000000"), 0, 0x7FFF'FFFF, 0, error));
    EXPECT_STREQ(error.rule, "there are rows without columns");
    EXPECT_TRUE(protocol::check_cells({}, 0, 0, 0, error));
}

TEST(walk_cells, goes_on_where_it_stopped)
{
    const page p = make_page(1000, 3, [](std::uint32_t row, std::int32_t i) {
        return static_cast<int>(row * 7 + static_cast<std::uint32_t>(i)) % 150 - 1;
    });
    for (const std::uint32_t step : {1U, 7U, 999U, 1000U}) {
        std::size_t at = 0;
        for (std::uint32_t left = p.rows; left != 0;) {
            const std::uint32_t rows = std::min(step, left);
            protocol::parse_error error;
            const auto next = protocol::walk_cells(p.cells.bytes(), at, rows, p.width, error);
            ASSERT_TRUE(next);
            at = *next;
            left -= rows;
        }
        EXPECT_EQ(at, p.cells.size());
        protocol::parse_error error;
        EXPECT_FALSE(protocol::walk_cells(p.cells.bytes(), at, 1, p.width, error));
        EXPECT_EQ(error.offset, p.cells.size());
    }
}

}  // namespace
}  // namespace async_cassandra
