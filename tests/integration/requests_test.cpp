// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include <gmock/gmock.h>

#include <array>
#include <future>
#include <thread>

// What a request can say, and prepared statements while the schema changes.
namespace async_cassandra::integration {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class requests : public real_node_test {
protected:
    [[nodiscard]] static bool v5() { return GetParam() == protocol_version::v5; }

    [[nodiscard]] std::int64_t write_time_of(const std::string& table) const
    {
        const result_set rows = db().execute("SELECT writetime(v) FROM " + table + " WHERE k = 1");
        return rows.one().value().get<std::int64_t>(0);
    }
};

AC_BOTH_VERSIONS(requests);

/// The first cell.
template <class T>
T value_of(const result_set& rows)
{
    return rows.one().value().get<T>(0);
}

/// Rows 0 … 99 with v = 10 k.
void fill(const blocking_client& db, const std::string& table)
{
    const prepared_statement insert = db.prepare("INSERT INTO " + table + " (k, v) VALUES (?, ?)");
    for (std::int32_t k = 0; k < 100; ++k)
        db.execute(insert.bind(k, k * 10));
}

// R24: a column of every answer is what its name says, whichever columns there are at that time.
void expect_row(const result_set& rows, std::int32_t key)
{
    ASSERT_EQ(rows.size(), 1U);
    const row found = *rows.one();
    ASSERT_EQ(found.get<std::int32_t>("k"), key);
    ASSERT_EQ(found.get<std::int32_t>("v"), key * 10);
    for (const column& c : rows.columns()) {
        if (c.name == "a_text")
            ASSERT_EQ(found.get<std::optional<std::string>>("a_text"), std::nullopt);
        else if (c.name == "m_big")
            ASSERT_EQ(found.get<std::optional<std::int64_t>>("m_big"), std::nullopt);
        else
            ASSERT_TRUE(c.name == "k" || c.name == "v") << c.name;
    }
}

// R24
TEST_P(requests, altering_the_table_under_a_thousand_prepared_selects_in_flight)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    fill(db(), table);
    const prepared_statement select = db().prepare("SELECT * FROM " + table + " WHERE k = ?");
    const blocking_client other{config(), keyspace_name};
    const std::array<std::string, 4> changes{
        "ADD a_text text", "ADD m_big bigint", "DROP a_text", "DROP m_big"};
    std::size_t answers = 0;
    std::size_t seen_columns = 0;
    for (const std::string& change : changes) {
        auto altered =
            std::async(std::launch::async, [&] { other.execute("ALTER TABLE " + table + " " + change); });
        do {
            std::vector<std::future<result_set>> in_flight;
            for (int i = 0; i < 1000; ++i)
                in_flight.push_back(db().begin_execute(select.bind(i % 100)));
            for (int i = 0; i < 1000; ++i) {
                const result_set rows = in_flight[static_cast<std::size_t>(i)].get();
                expect_row(rows, i % 100);
                if (HasFatalFailure())
                    return;
                seen_columns |= std::size_t{1} << rows.columns().size();
                ++answers;
            }
        } while (altered.wait_for(0s) != std::future_status::ready);
        altered.get();
    }
    EXPECT_GE(answers, 4000U);
    expect_row(db().execute(select.bind(1)), 1);
    EXPECT_EQ(db().execute(select.bind(1)).columns().names(), "k, v");
    EXPECT_EQ(seen_columns & 0b11100U, 0b11100U) << "two, three and four columns must have been seen";
    RecordProperty("answers", static_cast<int>(answers));
}

// R24
TEST_P(requests, a_dropped_table_is_an_invalid_request)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    const prepared_statement select = db().prepare("SELECT * FROM " + table + " WHERE k = ?");
    const prepared_statement insert = db().prepare("INSERT INTO " + table + " (k, v) VALUES (?, ?)");
    db().execute("DROP TABLE " + table);
    for (const statement& what : {select.bind(1), insert.bind(1, 1)}) {
        const auto e = thrown_by<invalid_request>([&] { db().execute(what); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->effect(), request_effect::rejected);
        EXPECT_THAT(e->what(), HasSubstr(table));
    }
}

// R24
TEST_P(requests, a_table_made_anew_with_other_types_is_told)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    const prepared_statement select = db().prepare("SELECT * FROM " + table + " WHERE k = ?");
    const prepared_statement insert = db().prepare("INSERT INTO " + table + " (k, v) VALUES (?, ?)");
    db().execute("DROP TABLE " + table);
    db().execute("CREATE TABLE " + table + " (k int PRIMARY KEY, v text)");
    db().execute("INSERT INTO " + table + " (k, v) VALUES (1, 'one')");
    const result_set anew = db().execute(select.bind(1));
    EXPECT_EQ(anew.one().value().get<std::string>("v"), "one");
    const auto e = thrown_by<query_error>([&] { db().execute(insert.bind(1, 1)); });
    ASSERT_TRUE(e);
    EXPECT_THAT(e->what(), HasSubstr("types of the prepared statement's markers"));
}

TEST_P(requests, conditional_statements_show_the_columns_they_have)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    const prepared_statement insert =
        db().prepare("INSERT INTO " + table + " (k, v) VALUES (?, ?) IF NOT EXISTS");
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(db().execute(insert.bind(i, 1)).columns().names(), "[applied]");
        const result_set second = db().execute(insert.bind(i, 2));
        EXPECT_EQ(second.columns().names(), "[applied], k, v");
        EXPECT_FALSE(second.one()->get<bool>("[applied]"));
        EXPECT_EQ(second.one()->get<std::int32_t>("v"), 1);
    }
}

TEST_P(requests, write_times_are_the_clients)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    const auto micros = [] {
        return std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::system_clock::now().time_since_epoch()
        )
            .count();
    };
    const std::int64_t before = micros();
    db().execute("INSERT INTO " + table + " (k, v) VALUES (1, 1)");
    const std::int64_t written = write_time_of(table);
    EXPECT_GE(written, before);
    EXPECT_LE(written, micros());
    const prepared_statement insert = db().prepare("INSERT INTO " + table + " (k, v) VALUES (?, ?)");
    const std::chrono::sys_time<std::chrono::microseconds> later{
        std::chrono::microseconds{micros() + 3'600'000'000}};
    db().execute(insert.bind(1, 2).timestamp(later));
    EXPECT_EQ(write_time_of(table), later.time_since_epoch().count());
    db().execute(insert.bind(1, 3));
    EXPECT_EQ(value_of<std::int32_t>(db().execute("SELECT v FROM " + table)), 2) << "the later write wins";
}

TEST_P(requests, keyspace_and_now_in_seconds)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    const blocking_client elsewhere{config()};
    const auto select = statement{"SELECT v FROM " + table}.keyspace(keyspace_name);
    if (!v5()) {
        EXPECT_TRUE(thrown_by<query_error>([&] { elsewhere.execute(select); }));
        EXPECT_TRUE(thrown_by<query_error>([&] {
            db().execute(statement{"SELECT v FROM " + table}.now_in_seconds(std::chrono::sys_seconds{1s}));
        }));
        return;
    }
    db().execute("INSERT INTO " + table + " (k, v) VALUES (1, 1) USING TTL 1000");
    EXPECT_EQ(elsewhere.execute(select).size(), 1U);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    EXPECT_EQ(db().execute(statement{select}.now_in_seconds(now + 900s)).size(), 1U);
    EXPECT_EQ(db().execute(statement{select}.now_in_seconds(now + 1100s)).size(), 0U);
}

TEST_P(requests, values_by_name)
{
    const std::string table = new_table("k int PRIMARY KEY, v int, t text");
    const prepared_statement insert =
        db().prepare("INSERT INTO " + table + " (k, v, t) VALUES (:key, ?, :words)");
    db().execute(insert.bind_named("words", "hello").bind_named("key", 1).bind_named("v", 5));
    db().execute(insert.bind_named("v", unset).bind_named("key", 1).bind_named("words", null));
    const result_set rows = db().execute(
        statement{"SELECT v, t FROM " + table + " WHERE k = :key"}.bind_named("key", std::int32_t{1})
    );
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.one()->get<std::int32_t>("v"), 5);
    EXPECT_EQ(rows.one()->get<std::optional<std::string>>("t"), std::nullopt);
}

TEST_P(requests, a_traced_statement_leaves_a_trace)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    const prepared_statement insert = db().prepare("INSERT INTO " + table + " (k, v) VALUES (?, ?)");
    const std::optional<uuid> id = db().execute(insert.bind(1, 1).tracing()).tracing_id();
    ASSERT_TRUE(id);
    EXPECT_FALSE(db().execute(insert.bind(1, 1)).tracing_id());
    EXPECT_TRUE(db().execute(statement{"SELECT * FROM " + table}.tracing()).tracing_id());
    const auto until = std::chrono::steady_clock::now() + 20s;
    const auto session =
        statement{"SELECT command FROM system_traces.sessions WHERE session_id = ?"}.bind(*id).consistency(
            consistency::one
        );
    while (db().execute(session).empty() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(20ms);
    EXPECT_EQ(value_of<std::string>(db().execute(session)), "QUERY");
}

TEST_P(requests, a_custom_payload_is_taken)
{
    const std::string table = new_table("k int PRIMARY KEY, v int");
    const custom_payload payload{{"who", {std::byte{1}, std::byte{2}}}};
    db().execute(statement{"INSERT INTO " + table + " (k, v) VALUES (1, 1)"}.custom_payload(payload));
    const prepared_statement select = db().prepare("SELECT v FROM " + table + " WHERE k = ?");
    const result_set rows = db().execute(select.bind(1).custom_payload(payload));
    EXPECT_EQ(rows.one()->get<std::int32_t>("v"), 1);
    EXPECT_TRUE(rows.custom_payload().empty()) << "Cassandra's own handler sends none";
}

}  // namespace
}  // namespace async_cassandra::integration
