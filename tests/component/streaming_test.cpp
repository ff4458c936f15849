// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"

#include <gmock/gmock.h>

#include <thread>

// Streams: what is asked for, when, and what the reader gets.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class streaming : public ::testing::TestWithParam<protocol_version> {
protected:
    void TearDown() override { EXPECT_THAT(server.node.violations(), IsEmpty()); }

    /// Ten pages of two rows.
    void give_ten_pages()
    {
        std::vector<std::vector<row>> pages;
        for (std::int64_t i = 0; i < 10; ++i) {
            pages.push_back(bigints(2 * i, 2 * i + 1));
        }
        server.node.on_query(query).reply(reply_pages(one_bigint(), std::move(pages)));
    }

    [[nodiscard]] streaming_result_set stream(std::size_t pages_ahead)
    {
        stream_config config;
        config.pages_ahead = pages_ahead;
        return server.session.execute_stream(query, config);
    }

    /// Requests for pages once everything has come to rest: a request sent meanwhile would have been seen before the
    /// answer to one that was sent later on the same connection.
    [[nodiscard]] std::size_t requests_at_rest()
    {
        get(server.session.execute("SELECT key FROM system.local"));
        return server.queries_of(query);
    }

    connected_node server{GetParam()};
};

TEST_P(streaming, every_page_in_order_and_then_the_end)
{
    give_ten_pages();
    auto s = stream(1);
    std::vector<std::int64_t> all;
    std::size_t pages = 0;
    while (auto page = get(s.next_page())) {
        for (const std::int64_t k : values_of(*page)) {
            all.push_back(k);
        }
        EXPECT_EQ(s.page_number(), ++pages);
        EXPECT_EQ(s.total_rows_fetched(), all.size());
    }
    EXPECT_EQ(pages, 10U);
    ASSERT_EQ(all.size(), 20U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i], static_cast<std::int64_t>(i));
    }
    EXPECT_FALSE(get(s.next_page()));
    EXPECT_FALSE(get(s.next_page()));
    EXPECT_EQ(server.queries_of(query), 10U);
}

TEST_P(streaming, nothing_is_asked_for_before_the_first_next_page)
{
    give_ten_pages();
    const auto s = stream(1);
    EXPECT_EQ(requests_at_rest(), 0U);
    EXPECT_EQ(s.page_number(), 0U);
}

TEST_P(streaming, one_page_ahead_and_not_more)
{
    give_ten_pages();
    auto s = stream(1);
    for (std::size_t read = 1; read <= 9; ++read) {
        ASSERT_TRUE(get(s.next_page()));
        EXPECT_TRUE(eventually([&] { return server.queries_of(query) == read + 1; }));
        EXPECT_EQ(requests_at_rest(), read + 1);
    }
    ASSERT_TRUE(get(s.next_page()));
    EXPECT_EQ(requests_at_rest(), 10U);
}

TEST_P(streaming, several_pages_ahead_one_request_at_a_time)
{
    give_ten_pages();
    auto s = stream(4);
    ASSERT_TRUE(get(s.next_page()));
    EXPECT_TRUE(eventually([&] { return server.queries_of(query) == 5; }));
    EXPECT_EQ(requests_at_rest(), 5U);
}

TEST_P(streaming, no_page_ahead)
{
    give_ten_pages();
    auto s = stream(0);
    for (std::size_t read = 1; read <= 10; ++read) {
        ASSERT_TRUE(get(s.next_page()));
        EXPECT_EQ(requests_at_rest(), read);
    }
    EXPECT_FALSE(get(s.next_page()));
    EXPECT_EQ(requests_at_rest(), 10U);
}

TEST_P(streaming, pages_without_rows_are_handed_over)
{
    server.node.on_query(query).reply(
        reply_pages(one_bigint(), {{}, {}, bigints(1, 2), {}, bigints(3, 3), {}})
    );
    auto s = stream(1);
    std::vector<std::size_t> sizes;
    while (auto page = get(s.next_page())) {
        sizes.push_back(page->size());
    }
    EXPECT_THAT(sizes, ElementsAre(0, 0, 2, 0, 1, 0));
    EXPECT_EQ(s.total_rows_fetched(), 3U);
}

TEST_P(streaming, pages_that_came_before_a_failure_come_first)
{
    const auto pages =
        reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4), bigints(5, 6), bigints(7, 8)});
    server.node.on_query(query).reply_once(pages).reply_once(pages).reply_once(
        reply_error(server_code::read_timeout, "too slow")
    );
    auto s = stream(8);
    EXPECT_THAT(values_of(*get(s.next_page())), ElementsAre(1, 2));
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 3; }));
    EXPECT_EQ(requests_at_rest(), 3U);
    EXPECT_THAT(values_of(*get(s.next_page())), ElementsAre(3, 4));
    const failure f = failure_of<read_timeout>(s.next_page());
    EXPECT_THAT(f.describe(), AllOf(HasSubstr("too slow"), HasSubstr(server.address())));
    const auto again = get(s.try_next_page());
    ASSERT_TRUE(again.has_error());
    EXPECT_EQ(again.error()->code, server_code::read_timeout);
    EXPECT_EQ(requests_at_rest(), 3U);
    EXPECT_EQ(s.page_number(), 2U);
}

TEST_P(streaming, try_next_page_has_three_outcomes)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    auto s = stream(1);
    const auto page = get(s.try_next_page());
    ASSERT_TRUE(page.has_value());
    EXPECT_THAT(values_of(**page), ElementsAre(1));
    const auto end = get(s.try_next_page());
    ASSERT_TRUE(end.has_value());
    EXPECT_FALSE(*end);
    auto wrong = server.session.execute_stream("SELEC");
    EXPECT_TRUE(get(wrong.try_next_page()).has_error());
}

TEST_P(streaming, several_next_page_outstanding_get_a_page_each_in_order)
{
    give_ten_pages();
    auto s = stream(1);
    std::vector<call<std::optional<page>>> calls;
    for (int i = 0; i < 13; ++i) {
        calls.push_back(start(s.next_page()));
    }
    for (std::size_t i = 0; i < 10; ++i) {
        const auto page = calls[i].get();
        ASSERT_TRUE(page);
        EXPECT_EQ(values_of(*page).front(), static_cast<std::int64_t>(2 * i));
    }
    for (std::size_t i = 10; i < 13; ++i) {
        EXPECT_FALSE(calls[i].get());
    }
    EXPECT_EQ(requests_at_rest(), 10U);
}

TEST_P(streaming, page_size_of_the_stream_goes_before_the_statements)
{
    server.node.on_query(query).reply(reply_generated(one_bigint(), 10, [](std::size_t i) {
        return row{cells::bigint(static_cast<std::int64_t>(i))};
    }));
    stream_config config;
    config.page_size = 6;
    auto s = server.session.execute_stream(statement{query}.page_size(3), config);
    EXPECT_EQ(get(s.next_page())->size(), 6U);
    EXPECT_EQ(get(s.next_page())->size(), 4U);
    EXPECT_FALSE(get(s.next_page()));
}

TEST_P(streaming, a_statement_without_rows_ends_at_once)
{
    server.node.on_query("INSERT").reply(reply_void());
    auto s = server.session.execute_stream("INSERT");
    std::size_t rows = 0;
    while (auto page = get(s.next_page())) {
        rows += page->size();
    }
    EXPECT_EQ(rows, 0U);
    EXPECT_EQ(server.queries_of("INSERT"), 1U);
}

TEST_P(streaming, after_close_nothing_is_asked_for_and_calls_get_no_page)
{
    const auto pages = reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4), bigints(5, 6)});
    server.node.on_query(query).reply_once(pages).reply_once(answer{pages}.held("gate")).reply(pages);
    auto s = stream(1);
    ASSERT_TRUE(get(s.next_page()));
    ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 2; }));
    auto waiting = start(s.next_page());
    s.close();
    EXPECT_FALSE(waiting.get());
    EXPECT_FALSE(get(s.next_page()));
    server.node.release("gate");
    EXPECT_EQ(requests_at_rest(), 2U);
    EXPECT_EQ(s.page_number(), 1U);
    s.close();
}

TEST_P(streaming, a_stream_that_is_dropped_asks_for_nothing_more)
{
    give_ten_pages();
    {
        auto s = stream(1);
        ASSERT_TRUE(get(s.next_page()));
        ASSERT_TRUE(eventually([&] { return server.queries_of(query) == 2; }));
    }
    EXPECT_EQ(requests_at_rest(), 2U);
    // Pages stay good when their stream is gone.
    std::optional<page> kept;
    {
        auto s = stream(1);
        kept = get(s.next_page());
    }
    EXPECT_THAT(values_of(*kept), ElementsAre(0, 1));
}

TEST_P(streaming, a_moved_stream_goes_on_and_the_one_assigned_over_ends)
{
    give_ten_pages();
    auto first = stream(1);
    ASSERT_TRUE(get(first.next_page()));
    streaming_result_set second = std::move(first);
    EXPECT_THAT(values_of(*get(second.next_page())), ElementsAre(2, 3));
    second = stream(1);
    EXPECT_THAT(values_of(*get(second.next_page())), ElementsAre(0, 1));
}

TEST_P(streaming, each_page_has_the_timeout_to_itself)
{
    const auto pages =
        reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4), bigints(5, 6), bigints(7, 8)});
    server.node.on_query(query)
        .reply_once(answer{pages}.after(150ms))
        .reply_once(answer{pages}.after(150ms))
        .reply_once(answer{pages}.after(150ms))
        .reply(no_reply());
    stream_config config;
    config.pages_ahead = 0;
    auto s = server.session.execute_stream(statement{query}.timeout(400ms), config);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(get(s.next_page()));
    }
    failure_of<operation_timed_out>(s.next_page());
}

TEST_P(streaming, many_rows_in_many_streams_at_once)
{
    constexpr std::size_t rows = 20'000;
    server.node.on_query(query).reply(reply_generated(one_bigint(), rows, [](std::size_t i) {
        return row{cells::bigint(static_cast<std::int64_t>(i))};
    }));
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 4; ++reader) {
        readers.emplace_back([&] {
            auto s = server.session.execute_stream(statement{query}.page_size(500));
            std::int64_t next = 0;
            while (auto page = get(s.next_page())) {
                for (const std::int64_t k : values_of(*page)) {
                    ASSERT_EQ(k, next++);
                }
            }
            EXPECT_EQ(next, static_cast<std::int64_t>(rows));
        });
    }
    for (std::thread& reader : readers) {
        reader.join();
    }
}

INSTANTIATE_TEST_SUITE_P(
    versions, streaming, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

}  // namespace
}  // namespace async_cassandra::testing
