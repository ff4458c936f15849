// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include <gmock/gmock.h>

#include <iostream>
#include <numeric>
#include <vector>

namespace async_cassandra::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class paging : public real_node_test {
protected:
    /// A table of one partition with rows 0 … count - 1 in order, each with `filler` bytes beside its number.
    void fill(const std::string& table, int count, std::size_t filler) const
    {
        const std::string text(filler, 'x');
        const int at_once = static_cast<int>(30'000 / (filler + 40)) + 1;
        for (int id = 0; id < count;) {
            std::string batch = "BEGIN UNLOGGED BATCH ";
            for (const int end = std::min(count, id + at_once); id < end; ++id)
                batch += "INSERT INTO " + table + " (part, id, filler) VALUES (1, " + std::to_string(id) +
                         ", '" + text + "');";
            db().execute(batch + "APPLY BATCH");
        }
    }

    [[nodiscard]] std::string filled_table(int count, std::size_t filler = 10) const
    {
        const std::string table = new_table("part int, id int, filler text, PRIMARY KEY (part, id)");
        fill(table, count, filler);
        return table;
    }

    [[nodiscard]] static std::vector<std::int32_t> up_to(int count)
    {
        std::vector<std::int32_t> numbers(static_cast<std::size_t>(count));
        std::iota(numbers.begin(), numbers.end(), 0);
        return numbers;
    }

    template <class Rows>
    static void append_ids(std::vector<std::int32_t>& ids, const Rows& rows)
    {
        for (auto [id] : rows.template as<std::int32_t>())
            ids.push_back(id);
    }
};

AC_BOTH_VERSIONS(paging);

TEST_P(paging, execute_fetches_all_pages_in_order)
{
    const std::string table = filled_table(1'050);
    for (const std::int32_t page_size : {1'049, 1'050, 1'051, 100, 7}) {
        const result_set rows = db().execute(statement{"SELECT id FROM " + table}.page_size(page_size));
        EXPECT_EQ(rows.size(), 1'050U);
        EXPECT_GE(rows.page_count(), static_cast<std::size_t>(1'050 / page_size));
        EXPECT_FALSE(rows.has_more_pages());
        std::vector<std::int32_t> ids;
        append_ids(ids, rows);
        EXPECT_EQ(ids, up_to(1'050)) << page_size;
    }
}

TEST_P(paging, a_prepared_statement_pages_alike)
{
    const std::string table = filled_table(500);
    const prepared_statement select = db().prepare("SELECT id FROM " + table + " WHERE part = ? AND id >= ?");
    const result_set rows = db().execute(select.bind(1, 100).page_size(60));
    EXPECT_EQ(rows.size(), 400U);
    EXPECT_GE(rows.page_count(), 6U);
    EXPECT_EQ((*rows.begin()).get<std::int32_t>(0), 100);
}

TEST_P(paging, a_page_is_continued_by_another_session_from_stored_bytes)
{
    const std::string table = filled_table(250);
    std::vector<std::int32_t> ids;
    std::vector<std::byte> stored;
    int pages = 0;
    do {
        const blocking_client fresh{config(), keyspace_name};
        const statement select = statement{"SELECT id FROM " + table}.page_size(100);
        const result_set one = fresh.execute_page(select, paging_state{stored});
        append_ids(ids, one);
        const paging_state next = one.paging_state();
        EXPECT_EQ(one.has_more_pages(), !next.empty());
        stored.assign(next.bytes().begin(), next.bytes().end());
        ++pages;
    } while (!stored.empty());
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(ids, up_to(250));
}

TEST_P(paging, a_paging_state_that_is_none_is_refused)
{
    const std::vector<std::byte> nonsense(20, std::byte{0x5a});
    EXPECT_THROW(
        (void)db().execute_page("SELECT key FROM system.local", paging_state{nonsense}), server_error
    );
}

TEST_P(paging, a_result_above_the_limit_names_the_way_out_and_leaves_the_session_usable)
{
    const std::string table = filled_table(2'000, 200);
    cluster_config limited = config();
    limited.max_result_bytes = 100'000;
    const blocking_client client{limited, keyspace_name};
    for (const std::int32_t page_size : {100, 5'000}) {
        const auto e = thrown_by<result_too_large>([&] {
            client.execute(statement{"SELECT * FROM " + table}.page_size(page_size));
        });
        EXPECT_EQ(e->code(), errc::result_too_large);
        EXPECT_THAT(e->what(), AllOf(HasSubstr("max_result_bytes"), HasSubstr("execute_stream")));
        EXPECT_EQ(e->node(), node_endpoint());
    }
    EXPECT_EQ(client.execute(statement{"SELECT id FROM " + table + " LIMIT 10"}).size(), 10U);
    EXPECT_GT(client.execute_page(statement{"SELECT * FROM " + table}).byte_size(), 200'000U);
}

TEST_P(paging, a_stream_gives_every_row_once_in_order)
{
    const std::string table = filled_table(1'050);
    for (const std::size_t ahead : {0U, 1U, 5U}) {
        streaming_result_set stream = db().sessions().execute_stream(
            "SELECT id FROM " + table, {.page_size = 100, .pages_ahead = ahead}
        );
        std::vector<std::int32_t> ids;
        while (const auto page = next_page(stream)) {
            append_ids(ids, *page);
            EXPECT_EQ(stream.total_rows_fetched(), ids.size());
        }
        EXPECT_EQ(ids, up_to(1'050));
        EXPECT_GE(stream.page_number(), 11U);
        EXPECT_FALSE(next_page(stream).has_value());
    }
}

// What is deleted after it was fetched still arrives: that is how far the stream was ahead.
TEST_P(paging, a_stream_is_as_many_pages_ahead_as_it_was_told)
{
    for (const std::size_t ahead : {0U, 1U, 3U}) {
        const std::string table = filled_table(1'000);
        streaming_result_set stream = db().sessions().execute_stream(
            "SELECT id FROM " + table, {.page_size = 100, .pages_ahead = ahead}
        );
        ASSERT_TRUE(next_page(stream).has_value());
        for (int other_work = 0; other_work < 100; ++other_work)
            db().execute("SELECT key FROM system.local");
        db().execute("DELETE FROM " + table + " WHERE part = 1");
        while (next_page(stream))
            ;
        EXPECT_EQ(stream.total_rows_fetched(), 100 * (1 + ahead));
    }
}

TEST_P(paging, a_stream_ends_when_it_is_closed)
{
    const std::string table = filled_table(300);
    streaming_result_set stream =
        db().sessions().execute_stream("SELECT id FROM " + table, {.page_size = 100});
    ASSERT_TRUE(next_page(stream).has_value());
    stream.close();
    EXPECT_FALSE(next_page(stream).has_value());
    EXPECT_EQ(stream.page_number(), 1U);
}

TEST_P(paging, a_statement_without_rows_streams_one_page_without_rows)
{
    const std::string table = new_table("id int PRIMARY KEY");
    streaming_result_set empty = db().sessions().execute_stream("SELECT id FROM " + table);
    const auto page = next_page(empty);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->empty());
    EXPECT_FALSE(next_page(empty).has_value());

    streaming_result_set written =
        db().sessions().execute_stream("INSERT INTO " + table + " (id) VALUES (1)");
    while (next_page(written))
        ;
    EXPECT_EQ(written.total_rows_fetched(), 0U);
    EXPECT_EQ(db().execute("SELECT id FROM " + table).size(), 1U);
}

// Flat: resident memory at the end at most 10 MiB above that after the first tenth of the work. Kept whole, the rows
// would take 20 MiB.
TEST_P(paging, a_stream_of_100_000_rows_leaves_memory_flat)
{
    constexpr int count = 100'000;
    constexpr double bound = 10;
    const std::string table = "stream_of_100_000_rows";
    const std::string last =
        "SELECT id FROM " + table + " WHERE part = 1 AND id = " + std::to_string(count - 1);
    db().execute(
        "CREATE TABLE IF NOT EXISTS " + table + " (part int, id int, filler text, PRIMARY KEY (part, id))"
    );
    if (db().execute(last).empty())
        fill(table, count, 200);

    streaming_result_set stream = db().sessions().execute_stream("SELECT id, filler FROM " + table);
    double first_tenth = 0;
    std::int32_t next = 0;
    bool in_order = true;
    while (const auto page = next_page(stream)) {
        for (auto [id, filler] : page->as<std::int32_t, std::string_view>())
            in_order = in_order && id == next++ && filler.size() == 200;
        if (first_tenth == 0 && next >= count / 10)
            first_tenth = resident_mib();
    }
    const double end = resident_mib();
    EXPECT_EQ(next, count);
    EXPECT_TRUE(in_order);
    std::cout << "resident memory: " << first_tenth << " MiB after a tenth, " << end
              << " MiB at the end (bound " << first_tenth + bound << ")\n";
    EXPECT_LE(end, first_tenth + bound);
}

}  // namespace
}  // namespace async_cassandra::integration
