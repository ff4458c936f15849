// SPDX-License-Identifier: Apache-2.0
#include "session/server_failure.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {
namespace {

constexpr auto not_sent = request_effect::not_sent;
constexpr auto rejected = request_effect::rejected;
constexpr auto maybe_applied = request_effect::maybe_applied;

constexpr std::string_view plain = "INSERT INTO users (id, name) VALUES (?, ?)";

// Contract: what a request may have done when the server answered it with an error.
TEST(effect_of, errors_found_before_anything_is_done_are_rejections)
{
    for (const auto code : {
             server_code::protocol_error,
             server_code::bad_credentials,
             server_code::syntax_error,
             server_code::unauthorized,
             server_code::invalid,
             server_code::config_error,
             server_code::already_exists,
             server_code::unprepared,
             server_code::is_bootstrapping,
         }) {
        EXPECT_EQ(effect_of(code, plain), rejected) << to_string(code);
        EXPECT_EQ(effect_of(code, "BEGIN BATCH INSERT INTO a (b) VALUES (1) APPLY BATCH"), rejected)
            << to_string(code);
        EXPECT_EQ(effect_of(code, "UPDATE c SET n = n + 1 WHERE k = 1"), rejected) << to_string(code);
    }
}

TEST(effect_of, everything_else_may_have_been_applied)
{
    for (const auto code : {
             server_code::server_error,
             server_code::truncate_error,
             server_code::write_timeout,
             server_code::read_timeout,
             server_code::read_failure,
             server_code::function_failure,
             server_code::write_failure,
             server_code::cdc_write_failure,
             server_code::cas_write_unknown,
             static_cast<server_code>(0xF000),
             static_cast<server_code>(-1),
         })
        EXPECT_EQ(effect_of(code, plain), maybe_applied) << static_cast<int>(code);
}

void expect_for_unavailable(request_effect expected, const std::vector<std::string_view>& statements)
{
    for (const std::string_view cql : statements)
        for (const auto code : {server_code::unavailable, server_code::overloaded})
            EXPECT_EQ(effect_of(code, cql), expected) << to_string(code) << ": " << cql;
}

TEST(effect_of, unavailable_rejects_a_single_plain_statement)
{
    expect_for_unavailable(
        rejected,
        {
            "",
            plain,
            "SELECT * FROM t WHERE k = 1",
            "  select v from t",
            "\n\tInsert INTO t (k) VALUES (1);",
            "DELETE FROM t WHERE k = 1",
            "delete v from t where k = ?",
            "UPDATE t SET v = 1 WHERE k = 2",
            "UPDATE t USING TTL 5 SET v = ? WHERE k = ?",
            "INSERT INTO t (k, v) VALUES (1, 'what IF it is text')",
            "INSERT INTO t (k, v) VALUES (1, 'it''s IF text')",
            "UPDATE t SET v = 'a + b - c' WHERE k = 1",
            R"(UPDATE t SET "a-b IF c" = 1 WHERE k = 1)",
            "INSERT INTO t (k, v) VALUES (1, $$what IF it's text$$)",
            "INSERT INTO iffy (k, gif) VALUES (1, 2)",
            "-- a comment IF ever\nINSERT INTO t (k) VALUES (1)",
            "// another's\nINSERT INTO t (k) VALUES (1)",
            "/* what IF */ INSERT INTO t (k) VALUES (1)",
        }
    );
}

TEST(effect_of, unavailable_may_leave_something_of_a_conditional_statement)
{
    expect_for_unavailable(
        maybe_applied,
        {
            "INSERT INTO t (k) VALUES (1) IF NOT EXISTS",
            "insert into t (k) values (1) if not exists",
            "INSERT INTO t (k) VALUES (1)IF NOT EXISTS",
            "INSERT INTO t (k) VALUES (1)\nIF\tNOT EXISTS",
            "UPDATE t SET v = 1 WHERE k = 2 IF v = 3",
            "UPDATE t SET v = 1 WHERE k = 'a'IF EXISTS",
            R"(UPDATE t SET v = 1 WHERE k = 2 IF"V"= 3)",
            "UPDATE t SET v = 1 WHERE k = 2 IF/* now */v = 3",
            "DELETE FROM t WHERE k = 2 IF EXISTS",
            "DELETE FROM t WHERE k = 2 IF--now\nEXISTS",
            "UPDATE t /* don't */ SET v = 1 WHERE k = 2 IF EXISTS",
            "UPDATE t -- don't\nSET v = 1 WHERE k = 2 IF EXISTS",
            "UPDATE t // don't\nSET v = 1 WHERE k = 2 IF EXISTS",
            "UPDATE t SET v = $$don't$$ WHERE k = 2 IF EXISTS",
            "UPDATE t SET v = 'it''s' WHERE k = 2 IF EXISTS",
        }
    );
}

TEST(effect_of, unavailable_may_leave_something_of_a_counter_or_a_batch)
{
    expect_for_unavailable(
        maybe_applied,
        {
            "UPDATE c SET n = n + 1 WHERE k = 1",
            "UPDATE c SET n = n - ? WHERE k = 1",
            "UPDATE c SET n += 1 WHERE k = 1",
            "update c set n=n+1 where k='a'",
            "BEGIN BATCH INSERT INTO t (k) VALUES (1) APPLY BATCH",
            "BEGIN COUNTER BATCH UPDATE c SET n = n + 1 WHERE k = 1 APPLY BATCH",
            "begin unlogged batch delete from t where k = 1 apply batch",
        }
    );
}

TEST(effect_of, unavailable_may_leave_something_of_what_is_not_understood)
{
    expect_for_unavailable(
        maybe_applied,
        {"TRUNCATE t",
         "CREATE TABLE t (k int PRIMARY KEY)",
         "MERGE INTO t",
         "'INSERT'",
         "INSERTED",
         "/* open",
         "'open"}
    );
}

TEST(to_failure, leads_with_the_codes_name_and_keeps_all_fields)
{
    auto details = std::make_shared<server_error_details>();
    details->code = server_code::unavailable;
    details->message = "Cannot achieve consistency level ALL";
    details->required = 3;
    details->alive = 2;
    const failure f = to_failure(details, plain);
    EXPECT_EQ(f.code, make_error_code(server_code::unavailable));
    EXPECT_EQ(f.what, "UNAVAILABLE: Cannot achieve consistency level ALL");
    EXPECT_EQ(f.effect, rejected);
    EXPECT_EQ(f.server, details);
    EXPECT_NE(f.effect, not_sent);
}

TEST(to_failure, an_unknown_code_is_told_by_its_number)
{
    auto details = std::make_shared<server_error_details>();
    details->code = static_cast<server_code>(61440);
    details->message = "Per-partition rate limit reached";
    const failure f = to_failure(details, plain);
    EXPECT_EQ(f.what, "server error code 61440: Per-partition rate limit reached");
    EXPECT_EQ(f.effect, maybe_applied);
}

}  // namespace
}  // namespace async_cassandra::detail
