// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::integration {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

// What every error of a server has: where it came from, and one attempt that says the same.
void expect_from_server(const error& e, server_code code, request_effect effect)
{
    EXPECT_EQ(to_server_code(e.code()), code);
    EXPECT_EQ(e.effect(), effect);
    EXPECT_EQ(e.node(), node_endpoint());
    ASSERT_NE(e.details().server, nullptr);
    EXPECT_EQ(e.details().server->code, code);
    EXPECT_FALSE(e.details().server->message.empty());
    EXPECT_THAT(e.what(), HasSubstr(e.details().server->message));
    ASSERT_THAT(e.attempts(), SizeIs(1));
    EXPECT_EQ(e.attempts().front().node, node_endpoint());
    EXPECT_EQ(e.attempts().front().code, e.code());
    EXPECT_THAT(e.details().describe(), HasSubstr(to_string(node_endpoint())));
}

class errors : public real_node_test {};

AC_BOTH_VERSIONS(errors);

TEST_P(errors, a_syntax_error_tells_the_position)
{
    const auto e = thrown_by<syntax_error>([&] { db().execute("SELEC * FROM nothing"); });
    expect_from_server(*e, server_code::syntax_error, request_effect::rejected);
    EXPECT_THAT(e->what(), AllOf(HasSubstr("SYNTAX"), HasSubstr("line 1:0"), HasSubstr("SELEC")));
}

TEST_P(errors, an_unknown_table_is_named)
{
    const auto e = thrown_by<invalid_request>([&] { db().execute("SELECT * FROM nothing"); });
    expect_from_server(*e, server_code::invalid, request_effect::rejected);
    EXPECT_THAT(e->what(), HasSubstr("nothing"));
}

TEST_P(errors, preparing_tells_the_same_errors)
{
    const auto e = thrown_by<syntax_error>([&] { (void)db().prepare("SELEC * FROM nothing"); });
    expect_from_server(*e, server_code::syntax_error, request_effect::rejected);
    const auto unknown = thrown_by<invalid_request>([&] { (void)db().prepare("SELECT * FROM nothing"); });
    expect_from_server(*unknown, server_code::invalid, request_effect::rejected);
}

TEST_P(errors, streams_and_try_execute_tell_the_same_errors)
{
    streaming_result_set stream = db().sessions().execute_stream("SELECT * FROM nothing");
    for (int call = 0; call < 2; ++call) {
        const auto e = thrown_by<invalid_request>([&] { (void)next_page(stream); });
        expect_from_server(*e, server_code::invalid, request_effect::rejected);
    }
    const result<result_set> tried = db().try_execute("SELECT * FROM nothing");
    ASSERT_TRUE(tried.has_error());
    EXPECT_EQ(to_server_code(tried.error()->code), server_code::invalid);
    const auto e = thrown_by<invalid_request>([&] { (void)tried.value(); });
    expect_from_server(*e, server_code::invalid, request_effect::rejected);
}

TEST_P(errors, connecting_to_a_keyspace_that_does_not_exist_names_it_and_the_cluster_goes_on)
{
    const closed_cluster where{config()};
    const auto e = thrown_by<invalid_request>([&] { (void)connect(where, "no_such_keyspace"); });
    EXPECT_EQ(to_server_code(e->code()), server_code::invalid);
    EXPECT_EQ(e->node(), node_endpoint());
    EXPECT_THAT(e->what(), HasSubstr("no_such_keyspace"));
    EXPECT_NO_THROW((void)connect(where, keyspace_name));
}

TEST_P(errors, a_keyspace_is_taken_literally)
{
    const std::string name = unique_name("Mixed_Case");
    const std::string replication =
        " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";
    db().execute("CREATE KEYSPACE \"" + name + "\"" + replication);
    const closed_cluster where{config()};
    const session there = connect(where, name);
    EXPECT_EQ(there.keyspace(), name);
    for (const std::string& bad : {name + "\"", "\"" + name + "\"", name + "; SELECT"}) {
        const auto e = thrown_by<invalid_request>([&] { (void)connect(where, bad); });
        EXPECT_THAT(e->what(), HasSubstr(name)) << bad;
    }
}

TEST_P(errors, what_exists_already_is_named)
{
    const std::string table = new_table("id int PRIMARY KEY");
    const auto e =
        thrown_by<already_exists>([&] { db().execute("CREATE TABLE " + table + " (id int PRIMARY KEY)"); });
    expect_from_server(*e, server_code::already_exists, request_effect::rejected);
    EXPECT_EQ(e->details().server->keyspace, keyspace_name);
    EXPECT_EQ(e->details().server->table, table);

    const auto again = thrown_by<already_exists>([&] {
        db().execute(
            "CREATE KEYSPACE " + std::string{keyspace_name} +
            " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
        );
    });
    EXPECT_EQ(again->details().server->keyspace, keyspace_name);
    EXPECT_EQ(again->details().server->table, "");
}

TEST_P(errors, a_setting_that_makes_no_sense_is_a_config_error)
{
    const auto e = thrown_by<config_error>([&] {
        db().execute(
            "CREATE KEYSPACE " + unique_name("k") + " WITH replication = {'class': 'NoSuchStrategy'}"
        );
    });
    expect_from_server(*e, server_code::config_error, request_effect::rejected);
}

TEST_P(errors, a_bound_value_that_does_not_fit_is_told_before_anything_is_sent)
{
    const std::string table = new_table("id int PRIMARY KEY, name text");
    const prepared_statement insert = db().prepare("INSERT INTO " + table + " (id, name) VALUES (?, ?)");
    for (const auto& [bad, text] : std::vector<std::pair<statement, std::string>>{
             {insert.bind("one", "Ada"), "'id'"},
             {insert.bind(1, 2), "'name'"},
             {insert.bind(std::int64_t{1} << 40, "Ada"), "does not fit CQL type int"},
             {insert.bind(1), "2"},
             {insert.bind(1, "Ada", 3), "3"}}) {
        const auto e = thrown_by<query_error>([&] { db().execute(bad); });
        EXPECT_EQ(e->effect(), request_effect::not_sent);
        EXPECT_THAT(e->what(), HasSubstr(text));
        EXPECT_EQ(e->code(), errc::bad_query);
    }
    EXPECT_TRUE(db().execute("SELECT * FROM " + table).empty());
}

TEST_P(errors, values_of_unprepared_statements_are_checked_by_the_server)
{
    const std::string table = new_table("id int PRIMARY KEY, name text");
    const std::string insert = "INSERT INTO " + table + " (id, name) VALUES (?, ?)";
    for (const statement& bad :
         {statement{insert}.bind(std::int64_t{1}, "Ada"),
          statement{insert}.bind(1),
          statement{insert}.bind(1, "Ada", 3),
          statement{insert}}) {
        const auto e = thrown_by<invalid_request>([&] { db().execute(bad); });
        expect_from_server(*e, server_code::invalid, request_effect::rejected);
    }
}

TEST_P(errors, unset_is_refused_for_a_key)
{
    const std::string table = new_table("id int PRIMARY KEY, name text");
    const prepared_statement insert = db().prepare("INSERT INTO " + table + " (id, name) VALUES (?, ?)");
    const auto e = thrown_by<invalid_request>([&] { db().execute(insert.bind(unset, "Ada")); });
    expect_from_server(*e, server_code::invalid, request_effect::rejected);
    EXPECT_THAT(e->what(), HasSubstr("id"));
}

TEST_P(errors, too_few_replicas_are_unavailable_with_their_counts)
{
    const std::string table = new_table("id int PRIMARY KEY, name text");
    const std::string counters = new_table("id int PRIMARY KEY, n counter");
    struct attempted {
        std::string cql;
        request_effect effect;
    };
    for (const auto& [cql, effect] : std::vector<attempted>{
             {"INSERT INTO " + table + " (id, name) VALUES (1, 'Ada')", request_effect::rejected},
             {"SELECT * FROM " + table + " WHERE id = 1", request_effect::rejected},
             {"UPDATE " + counters + " SET n = n + 1 WHERE id = 1", request_effect::maybe_applied}}) {
        SCOPED_TRACE(cql);
        const auto e =
            thrown_by<unavailable>([&] { db().execute(statement{cql}.consistency(consistency::three)); });
        expect_from_server(*e, server_code::unavailable, effect);
        EXPECT_EQ(e->details().server->level, consistency::three);
        EXPECT_EQ(e->details().server->required, 3);
        EXPECT_EQ(e->details().server->alive, 1);
    }
}

TEST_P(errors, a_consistency_that_a_statement_cannot_have_is_refused)
{
    const std::string table = new_table("id int PRIMARY KEY");
    const auto read = thrown_by<invalid_request>([&] {
        db().execute(statement{"SELECT * FROM " + table}.consistency(consistency::any));
    });
    expect_from_server(*read, server_code::invalid, request_effect::rejected);
    const auto serial = thrown_by<invalid_request>([&] {
        db().execute(statement{"INSERT INTO " + table + " (id) VALUES (1)"}.consistency(consistency::serial));
    });
    expect_from_server(*serial, server_code::invalid, request_effect::rejected);
}

TEST_P(errors, settings_of_a_statement_that_make_no_sense_are_not_sent)
{
    const statement select{"SELECT key FROM system.local"};
    for (const auto& [bad, text] : std::vector<std::pair<statement, std::string>>{
             {statement{select}.timeout(0ms), "timeout"},
             {statement{select}.timeout(-1s), "timeout"},
             {statement{select}.page_size(0), "page_size"},
             {statement{select}.serial_consistency(consistency::quorum), "serial_consistency"}}) {
        const auto e = thrown_by<query_error>([&] { db().execute(bad); });
        EXPECT_EQ(e->effect(), request_effect::not_sent);
        EXPECT_THAT(e->what(), HasSubstr(text));
    }
}

TEST_P(errors, a_conditional_statement_tells_whether_it_was_applied)
{
    const std::string table = new_table("id int PRIMARY KEY, name text");
    const statement insert =
        statement{"INSERT INTO " + table + " (id, name) VALUES (1, 'Ada') IF NOT EXISTS"}.serial_consistency(
            consistency::local_serial
        );
    const result_set first = db().execute(insert);
    EXPECT_TRUE(first.one()->get<bool>("[applied]"));
    const result_set second = db().execute(insert);
    EXPECT_FALSE(second.one()->get<bool>("[applied]"));
    EXPECT_EQ(second.one()->get<std::string>("name"), "Ada");
}

TEST_P(errors, a_function_that_throws_is_named_with_its_arguments)
{
    const std::string function = unique_name("fails");
    const std::string table = new_table("id int PRIMARY KEY");
    db().execute("INSERT INTO " + table + " (id) VALUES (1)");
    db().execute(
        "CREATE FUNCTION " + function +
        " (a int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS "
        "$$ throw new RuntimeException(\"on purpose\"); $$"
    );
    const auto e =
        thrown_by<function_failure>([&] { db().execute("SELECT " + function + "(id) FROM " + table); });
    expect_from_server(*e, server_code::function_failure, request_effect::maybe_applied);
    EXPECT_EQ(e->details().server->keyspace, keyspace_name);
    EXPECT_EQ(e->details().server->function, function);
    EXPECT_THAT(e->details().server->argument_types, testing::ElementsAre("int"));
}

// The real node needs longer than this for a scan; the answer that comes later disturbs nobody.
TEST_P(errors, a_request_ends_at_its_time_limit_and_the_connection_goes_on)
{
    const std::string table = new_table("id int PRIMARY KEY, filler blob");
    const prepared_statement insert = db().prepare("INSERT INTO " + table + " (id, filler) VALUES (?, ?)");
    for (int id = 0; id < 200; ++id)
        db().execute(insert.bind(id, blob(10'000)));
    const statement scan = statement{"SELECT * FROM " + table}.timeout(1ms);
    const auto begin = std::chrono::steady_clock::now();
    const auto e = thrown_by<operation_timed_out>([&] { db().execute(scan); });
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
    EXPECT_EQ(e->code(), errc::request_timeout);
    EXPECT_EQ(e->effect(), request_effect::maybe_applied);
    EXPECT_EQ(e->node(), node_endpoint());
    EXPECT_THAT(e->what(), AllOf(HasSubstr("1 ms"), HasSubstr(to_string(node_endpoint()))));
    ASSERT_THAT(e->attempts(), SizeIs(1));
    EXPECT_EQ(e->attempts().front().node, node_endpoint());
    const result_set counted = db().execute("SELECT count(*) FROM " + table);
    EXPECT_EQ(counted.one()->get<std::int64_t>(0), 200);
}

TEST_P(errors, a_closed_session_refuses_every_call)
{
    const session other = connect(db().clusters(), keyspace_name);
    db().close();
    EXPECT_TRUE(db().sessions().is_closed());
    const auto e = thrown_by<connection_error>([&] { db().execute("SELECT key FROM system.local"); });
    EXPECT_EQ(e->code(), errc::closed);
    EXPECT_EQ(e->effect(), request_effect::not_sent);
    EXPECT_THAT(e->what(), HasSubstr("Session is closed"));
    EXPECT_FALSE(other.is_closed());
}

TEST_P(errors, warnings_of_the_server_come_with_the_result)
{
    const std::string table = new_table("id int PRIMARY KEY");
    const result_set rows = db().execute("SELECT count(*) FROM " + table);
    EXPECT_THAT(
        rows.warnings(), testing::Contains(HasSubstr("Aggregation query used without partition key"))
    );
}

}  // namespace
}  // namespace async_cassandra::integration
