// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"

#include <gmock/gmock.h>

#include <map>

// What statements give, v4 and v5 alike.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class results : public ::testing::TestWithParam<protocol_version> {
protected:
    void TearDown() override { EXPECT_THAT(server.node.violations(), IsEmpty()); }

    [[nodiscard]] std::vector<std::int32_t> page_sizes_asked() const
    {
        std::vector<std::int32_t> sizes;
        for (const request_record& r : server.node.requests()) {
            if (r.query == query && r.op != protocol::opcode::prepare) {
                sizes.push_back(r.parameters.page_size);
            }
        }
        return sizes;
    }

    connected_node server{GetParam()};
};

TEST_P(results, execute_gives_all_pages_in_order)
{
    std::size_t most_at_once = 0;
    server.node.on_query(query).reply(reply_generated(one_bigint(), 10'000, [&](std::size_t i) {
        most_at_once = std::max(most_at_once, server.node.pending_answers());
        return row{cells::bigint(static_cast<std::int64_t>(i))};
    }));
    const result_set all = get(server.session.execute(statement{query}.page_size(700)));
    EXPECT_EQ(all.size(), 10'000U);
    EXPECT_EQ(all.page_count(), 15U);
    EXPECT_FALSE(all.has_more_pages());
    EXPECT_TRUE(all.paging_state().empty());
    std::int64_t next = 0;
    for (auto [k] : all.as<std::int64_t>()) {
        ASSERT_EQ(k, next++);
    }
    EXPECT_EQ(next, 10'000);
    EXPECT_EQ(server.queries_of(query), 15U);
    EXPECT_THAT(page_sizes_asked(), ::testing::Each(700));
}

TEST_P(results, pages_without_rows_are_not_the_end)
{
    server.node.on_query(query).reply(
        reply_pages(one_bigint(), {{}, bigints(1, 2), {}, {}, bigints(3, 3), {}})
    );
    const result_set all = get(server.session.execute(query));
    EXPECT_THAT(values_of(all), ElementsAre(1, 2, 3));
    EXPECT_EQ(all.page_count(), 6U);
}

TEST_P(results, no_rows_at_all)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), {}));
    const result_set none = get(server.session.execute(query));
    EXPECT_EQ(none.kind(), result_kind::rows);
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.columns().size(), 1U);
    EXPECT_FALSE(none.one());
}

TEST_P(results, execute_page_gives_one_page_and_where_the_next_begins)
{
    server.node.on_query(query).reply(reply_generated(one_bigint(), 7, [](std::size_t i) {
        return row{cells::bigint(static_cast<std::int64_t>(i))};
    }));
    const statement by_three = statement{query}.page_size(3);
    paging_state where;
    std::vector<std::vector<std::int64_t>> pages;
    do {
        const result_set one = get(server.session.execute_page(by_three, where));
        pages.push_back(values_of(one));
        EXPECT_EQ(one.page_count(), 1U);
        EXPECT_EQ(one.has_more_pages(), !one.paging_state().empty());
        // The state may be kept as bytes, and used again.
        where = paging_state{one.paging_state().bytes()};
    } while (!where.empty());
    EXPECT_THAT(pages, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4, 5), ElementsAre(6)));
    EXPECT_EQ(server.queries_of(query), 3U);
}

TEST_P(results, a_paging_state_of_something_else_is_the_servers_error)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 3)));
    const std::vector<std::byte> bytes(5, std::byte{1});
    const failure f =
        failure_of<server_protocol_error>(server.session.execute_page(query, paging_state{bytes}));
    EXPECT_THAT(f.what, HasSubstr("paging state"));
}

TEST_P(results, prepared_statements_give_all_pages_too)
{
    server.node.on_query("SELECT k FROM ks.t WHERE p = ?")
        .markers(columns_of("ks", "t", "p text"), {0})
        .reply(reply_pages(one_bigint(), {bigints(1, 2), {}, bigints(3, 4)}));
    const prepared_statement select = get(server.session.prepare("SELECT k FROM ks.t WHERE p = ?"));
    EXPECT_EQ(select.markers().names(), "p");
    for (int i = 0; i < 3; ++i) {
        EXPECT_THAT(values_of(get(server.session.execute(select.bind("x")))), ElementsAre(1, 2, 3, 4));
    }
    const auto sent = server.node.requests(protocol::opcode::execute);
    ASSERT_EQ(sent.size(), 9U);
    for (const request_record& r : sent) {
        EXPECT_THAT(r.parameters.values, ElementsAre(protocol::decoded_value{{}, *cells::text("x")}));
    }
}

TEST_P(results, columns_that_changed_since_prepare)
{
    auto rule = server.node.on_query(query);
    rule.returns(one_bigint())
        .reply(reply_rows(
            columns_of("ks", "t", "k bigint, added text"),
            {
                {cells::bigint(1), cells::text("one")},
                {cells::bigint(2), cells::null()},
            }
        ));
    const prepared_statement select = get(server.session.prepare(query));
    const result_set wider = get(server.session.execute(select.bind()));
    EXPECT_EQ(wider.columns().names(), "k, added");
    std::map<std::int64_t, std::optional<std::string>> found;
    for (auto [k, added] : wider.as<std::int64_t, std::optional<std::string>>()) {
        found[k] = added;
    }
    EXPECT_EQ(found, (std::map<std::int64_t, std::optional<std::string>>{{1, "one"}, {2, std::nullopt}}));
}

TEST_P(results, more_than_execute_may_hold)
{
    connected_node small{[](cluster_config& c) { c.max_result_bytes = 10'000; }, GetParam()};
    small.node.on_query(query).reply(reply_generated(columns_of("ks", "t", "v blob"), 100, [](std::size_t) {
        return row{cells::blob(1'000, std::byte{7})};
    }));
    const failure f = failure_of<result_too_large>(small.session.execute(statement{query}.page_size(4)));
    EXPECT_THAT(f.what, AllOf(HasSubstr("10000"), HasSubstr("execute_stream")));
    EXPECT_EQ(small.queries_of(query), 3U);
    failure_of<result_too_large>(small.session.execute(statement{query}.page_size(100)));
    // One page is not bounded, nor is a stream.
    EXPECT_EQ(get(small.session.execute_page(statement{query}.page_size(100))).size(), 100U);
    auto stream = small.session.execute_stream(query);
    EXPECT_EQ(get(stream.next_page())->size(), 100U);
    // The connection went on through all of it.
    EXPECT_EQ(small.node.connections_accepted(), 2U);
    EXPECT_THAT(small.node.violations(), IsEmpty());
}

TEST_P(results, warnings_of_every_page)
{
    server.node.on_query(query)
        .reply_once(reply_pages(one_bigint(), {bigints(1, 1), bigints(2, 2)}).with_warning("tombstones"))
        .reply_once(reply_pages(one_bigint(), {bigints(1, 1), bigints(2, 2)}).with_warning("large partition")
        );
    EXPECT_THAT(get(server.session.execute(query)).warnings(), ElementsAre("tombstones", "large partition"));
    server.node.on_query("INSERT").reply(reply_void().with_warning("slow"));
    EXPECT_THAT(get(server.session.execute("INSERT")).warnings(), ElementsAre("slow"));
}

TEST_P(results, use_and_schema_changes)
{
    const result_set created = get(server.session.execute("CREATE KEYSPACE shop WITH replication = {}"));
    EXPECT_EQ(created.kind(), result_kind::schema_change);
    ASSERT_NE(created.change(), nullptr);
    EXPECT_EQ(created.change()->change, "CREATED");
    EXPECT_EQ(created.change()->target, "KEYSPACE");
    EXPECT_EQ(created.change()->keyspace, "shop");
    EXPECT_TRUE(created.empty());

    server.node.on_query("CREATE FUNCTION")
        .reply(reply_schema_change(
            {protocol::schema_change_kind::updated,
             protocol::schema_target::function,
             "shop",
             "f",
             {"int", "text"}}
        ));
    const result_set function = get(server.session.execute("CREATE FUNCTION"));
    ASSERT_NE(function.change(), nullptr);
    EXPECT_EQ(function.change()->change, "UPDATED");
    EXPECT_EQ(function.change()->target, "FUNCTION");
    EXPECT_EQ(function.change()->name, "f");
    EXPECT_THAT(function.change()->argument_types, ElementsAre("int", "text"));

    const result_set used = get(server.session.execute("USE shop"));
    EXPECT_EQ(used.kind(), result_kind::set_keyspace);
    EXPECT_EQ(used.keyspace(), "shop");
}

TEST_P(results, null_and_empty_cells_differ)
{
    server.node.on_query(query).reply(reply_rows(
        columns_of("ks", "t", "a text, b blob, c bigint"),
        {
            {cells::null(), cells::null(), cells::null()},
            {cells::text(""), cells::blob(0, {}), cells::bigint(0)},
        }
    ));
    const result_set two = get(server.session.execute(query));
    auto at = two.begin();
    EXPECT_EQ((*at).get<std::optional<std::string>>("a"), std::nullopt);
    EXPECT_EQ((*at).get<std::optional<std::int64_t>>("c"), std::nullopt);
    EXPECT_THROW(static_cast<void>((*at).get<std::int64_t>("c")), query_error);
    ++at;
    EXPECT_EQ((*at).get<std::optional<std::string>>("a"), "");
    EXPECT_EQ((*at).get<std::optional<std::int64_t>>("c"), 0);
}

TEST_P(results, a_row_larger_than_any_buffer)
{
    const std::size_t size = 5'000'000;
    server.node.on_query(query).reply(
        reply_rows(columns_of("ks", "t", "v blob"), {{cells::blob(size, std::byte{0x5A})}})
    );
    const result_set large = get(server.session.execute(query));
    const auto value = large.one()->get<std::span<const std::byte>>(0);
    ASSERT_EQ(value.size(), size);
    EXPECT_TRUE(std::ranges::all_of(value, [](std::byte b) { return b == std::byte{0x5A}; }));
}

TEST_P(results, a_statement_larger_than_any_buffer)
{
    const std::string long_text = "INSERT " + std::string(3'000'000, 'x');
    server.node.on_query_prefix("INSERT ").reply(reply_void());
    get(server.session.execute(long_text));
    EXPECT_EQ(server.node.requests(protocol::opcode::query).back().query, long_text);
}

TEST_P(results, statement_settings_reach_the_node)
{
    server.node.on_query(query).reply(reply_void());
    get(server.session.execute(statement{query}
                                   .consistency(consistency::each_quorum)
                                   .serial_consistency(consistency::local_serial)
                                   .page_size(3)));
    get(server.session.execute(query));
    const auto sent = server.node.requests();
    const auto& first = sent[sent.size() - 2].parameters;
    EXPECT_EQ(first.level, consistency::each_quorum);
    EXPECT_EQ(first.serial, consistency::local_serial);
    EXPECT_EQ(first.page_size, 3);
    const auto& second = sent.back().parameters;
    EXPECT_EQ(second.level, consistency::local_quorum);
    EXPECT_EQ(second.serial, std::nullopt);
    EXPECT_EQ(second.page_size, 5'000);
}

TEST_P(results, natural_values_of_plain_text_statements)
{
    server.node.on_query("INSERT INTO ks.t (a, b, c) VALUES (?, ?, ?)").reply(reply_void());
    get(server.session.execute(statement{"INSERT INTO ks.t (a, b, c) VALUES (?, ?, ?)"}.bind(
        std::int64_t{-2}, "text", std::optional<int>{}
    )));
    using state = protocol::decoded_value::state;
    EXPECT_THAT(
        server.node.requests().back().parameters.values,
        ElementsAre(
            protocol::decoded_value{state::set, *cells::bigint(-2)},
            protocol::decoded_value{state::set, *cells::text("text")},
            protocol::decoded_value{state::null, {}}
        )
    );
}

INSTANTIATE_TEST_SUITE_P(
    versions, results, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

}  // namespace
}  // namespace async_cassandra::testing
