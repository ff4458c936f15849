// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/cluster.hpp>

#include "cluster/cluster_core.hpp"
#include "support/fake_node.hpp"
#include "support/print_stats.hpp"
#include "support/simulated_world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// How a request's end is told: code, words, effect, node and attempts.
namespace async_cassandra {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const endpoint node_address = testing::loopback_address();

class request_failure : public ::testing::Test {
protected:
    request_failure()
    {
        world.network().listen(node_address, node);
        node.on_query("SELECT 1").reply(testing::reply_void());
        node.on_query("silence").reply(testing::no_reply());
        node.add_keyspace("shop");
    }

    /// Closes the cluster: nothing is left of it.
    void TearDown() override
    {
        if (!client)
            return;
        bool closed = false;
        turn([&] { client->close([&](std::exception_ptr) { closed = true; }); });
        EXPECT_TRUE(world.run_until([&] { return closed; }, 1min));
        EXPECT_EQ(client->stats(), cluster_stats{});
    }

    void turn(const std::function<void()>& work)
    {
        asio::post(world.environment()->executor(), work);
        world.run_for(0ns);
    }

    void connect(std::string keyspace = {})
    {
        std::vector<std::unique_ptr<base::environment>> environments;
        environments.push_back(world.make_environment());
        client.emplace(detail::cluster_core::create(std::move(environments), config));
        connect_again(std::move(keyspace));
    }
    void connect_again(std::string keyspace = {})
    {
        ended = false;
        error = {};
        turn([&] {
            client->connect(std::move(keyspace), [this](std::exception_ptr e, session s) {
                take(e);
                opened = std::move(s);
            });
        });
    }

    void execute(statement what)
    {
        ended = false;
        error = {};
        turn([&] {
            opened.execute(
                std::move(what),
                asio::bind_cancellation_slot(
                    cancel.slot(), [this](std::exception_ptr e, result_set) { take(e); }
                )
            );
        });
    }

    void take(std::exception_ptr e)
    {
        ended = true;
        ended_at = world.elapsed();
        try {
            if (e)
                std::rethrow_exception(e);
        } catch (const async_cassandra::error& caught) {
            error = caught.shared_details();
        }
    }

    const failure& wait(std::chrono::nanoseconds limit = 1min)
    {
        EXPECT_TRUE(world.run_until([&] { return ended; }, limit));
        static const failure none;
        return error ? *error : none;
    }

    testing::fake_node node;
    testing::simulated_world world;
    cluster_config config;
    std::optional<cluster> client;
    session opened;
    asio::cancellation_signal cancel;
    bool ended = false;
    std::chrono::nanoseconds ended_at{};
    failure_ptr error;
};

TEST_F(request_failure, a_timeout_names_limit_and_node)
{
    connect();
    wait();
    execute(statement{"silence"}.timeout(700ms));
    const auto sent = world.elapsed();
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::request_timeout);
    EXPECT_EQ(f.what, "request timed out after 700 ms without an answer from 127.0.0.1:9042");
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    EXPECT_EQ(f.node, node_address);
    ASSERT_EQ(f.attempts.size(), 1U);
    EXPECT_EQ(f.attempts[0].code, errc::request_timeout);
    EXPECT_GE(f.attempts[0].duration, 700ms);
    EXPECT_LE(f.attempts[0].duration, 701ms);
    EXPECT_GE(ended_at - sent, 700ms);
    EXPECT_LE(ended_at - sent, 701ms);
}

TEST_F(request_failure, a_timeout_in_the_queue_was_not_sent)
{
    config.max_in_flight = 1;
    connect();
    wait();
    turn([&] { opened.execute("silence", [](std::exception_ptr, result_set) {}); });
    execute(statement{"SELECT 1"}.timeout(300ms));
    const failure& f = wait();
    EXPECT_EQ(f.what, "request timed out after 300 ms while it waited to be sent to 127.0.0.1:9042");
    EXPECT_EQ(f.effect, request_effect::not_sent);
}

TEST_F(request_failure, the_servers_error_arrives_in_its_words)
{
    connect();
    wait();
    node.on_query("odd").reply(
        testing::reply_error(server_code::syntax_error, "line 1:0 no viable alternative")
    );
    execute("odd");
    const failure& f = wait();
    EXPECT_EQ(f.code, make_error_code(server_code::syntax_error));
    EXPECT_EQ(f.what, "SYNTAX_ERROR: line 1:0 no viable alternative");
    EXPECT_EQ(f.effect, request_effect::rejected);
    EXPECT_EQ(f.node, node_address);
    ASSERT_EQ(f.attempts.size(), 1U);
    EXPECT_EQ(f.attempts[0].effect, request_effect::rejected);
}

TEST_F(request_failure, a_lost_connection_is_told_with_node_and_reason)
{
    connect();
    wait();
    execute("silence");
    world.run_for(10ms);
    world.network().reset(node_address);
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::connection_lost);
    EXPECT_THAT(f.what, HasSubstr("connection to 127.0.0.1:9042 lost with the request on it: read: "));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    ASSERT_EQ(f.attempts.size(), 1U);
}

TEST_F(request_failure, a_node_that_is_down_is_told_with_the_reason_of_its_loss)
{
    connect();
    wait();
    world.network().stop_listening(node_address);
    world.network().reset(node_address);
    world.run_for(1s);
    execute("SELECT 1");
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::no_host_available);
    EXPECT_THAT(f.what, HasSubstr("no node could take the request: 127.0.0.1:9042: connect: "));
    EXPECT_EQ(f.effect, request_effect::not_sent);
    ASSERT_EQ(f.attempts.size(), 1U);
}

TEST_F(request_failure, a_full_queue_is_told_with_its_settings)
{
    config.max_in_flight = 1;
    config.max_queued_requests = 1;
    connect();
    wait();
    turn([&] {
        opened.execute("silence", [](std::exception_ptr, result_set) {});
        opened.execute("silence", [](std::exception_ptr, result_set) {});
    });
    execute("SELECT 1");
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::overloaded);
    EXPECT_THAT(f.what, HasSubstr("127.0.0.1:9042"));
    EXPECT_THAT(f.what, HasSubstr("max_queued_requests"));
    EXPECT_EQ(f.effect, request_effect::not_sent);
}

TEST_F(request_failure, a_malformed_answer_names_node_and_rule)
{
    connect();
    wait();
    node.on_query("odd").reply(testing::reply_envelope(protocol::opcode::result, {std::byte{0}}));
    execute("odd");
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::protocol_violation);
    EXPECT_EQ(
        f.what, "malformed answer from 127.0.0.1:9042: a number reaches beyond the end (byte 0 of the body)"
    );
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    node.on_query("odder").reply(testing::reply_envelope(protocol::opcode::ready, {}));
    execute("odder");
    EXPECT_THAT(wait().what, HasSubstr("unexpected READY message, expected RESULT"));
}

TEST_F(request_failure, options_out_of_range_are_refused_before_anything_is_sent)
{
    connect();
    wait();
    const auto before = node.request_count();
    execute(statement{"SELECT 1"}.timeout(0ms));
    EXPECT_EQ(wait().code, errc::bad_query);
    EXPECT_THAT(wait().what, HasSubstr("statement::timeout"));
    execute(statement{"SELECT 1"}.timeout(std::chrono::milliseconds::max()));
    EXPECT_THAT(wait().what, HasSubstr("statement::timeout"));
    execute(statement{"SELECT 1"}.page_size(0));
    EXPECT_THAT(wait().what, HasSubstr("statement::page_size"));
    execute(statement{"SELECT 1"}.serial_consistency(consistency::quorum));
    EXPECT_THAT(wait().what, HasSubstr("statement::serial_consistency"));
    EXPECT_EQ(wait().effect, request_effect::not_sent);
    EXPECT_EQ(node.request_count(), before);
}

TEST_F(request_failure, cancelling_is_operation_aborted_with_what_may_have_happened)
{
    connect();
    wait();
    execute("silence");
    world.run_for(10ms);
    turn([&] {
        cancel.emit(asio::cancellation_type::total);
        EXPECT_FALSE(ended);
    });
    EXPECT_FALSE(ended) << "total ends only what is unsent";
    turn([&] {
        cancel.emit(asio::cancellation_type::terminal);
        EXPECT_FALSE(ended) << "the handler may not run within emit";
    });
    const failure& f = wait();
    EXPECT_EQ(f.code, boost::asio::error::operation_aborted);
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    EXPECT_EQ(f.what, "cancelled by the caller");
}

TEST_F(request_failure, a_cancelled_connect_does_not_end_another)
{
    world.network().set_connect_fate(node_address, testing::connect_fate::refused);
    connect();
    failure_ptr given_up;
    turn([&] {
        client->connect("", asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e, session) {
                            try {
                                std::rethrow_exception(e);
                            } catch (const async_cassandra::error& caught) {
                                given_up = caught.shared_details();
                            }
                        }));
    });
    world.run_for(1s);
    turn([&] { cancel.emit(asio::cancellation_type::total); });
    world.run_for(1ms);
    ASSERT_TRUE(given_up);
    EXPECT_EQ(given_up->code, boost::asio::error::operation_aborted);
    EXPECT_FALSE(ended);
    world.network().set_connect_fate(node_address, testing::connect_fate::accepted);
    wait();
    EXPECT_FALSE(error);
}

TEST_F(request_failure, a_closed_session_says_so)
{
    connect();
    wait();
    turn([&] { opened.close([](std::exception_ptr) {}); });
    execute("SELECT 1");
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::closed);
    EXPECT_EQ(f.what, "Session is closed");
    EXPECT_EQ(f.effect, request_effect::not_sent);
}

TEST_F(request_failure, closing_ends_what_does_not_finish_in_time)
{
    config.drain_timeout = 2000ms;
    connect();
    wait();
    execute("silence");
    world.run_for(10ms);
    const auto closing = world.elapsed();
    turn([&] { opened.close([](std::exception_ptr) {}); });
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::closed);
    EXPECT_THAT(f.what, HasSubstr("drain_timeout"));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    EXPECT_LE(ended_at - closing, 2001ms);
}

// The code operation_aborted means that the caller cancelled, and nothing else.
TEST_F(request_failure, a_connect_that_takes_too_long_says_what_it_waited_for)
{
    config.connect_timeout = 1000ms;
    node.on_query("SELECT key FROM system.local").reply(testing::no_reply());
    connect("shop");
    const failure& f = wait();
    EXPECT_EQ(f.code, errc::no_host_available);
    EXPECT_THAT(f.what, HasSubstr("connect took longer than 1000 ms"));
    EXPECT_THAT(f.what, HasSubstr("keyspace"));
}

TEST_F(request_failure, a_connect_whose_pools_do_not_open_says_so)
{
    config.connect_timeout = 1000ms;
    connect();
    wait();
    opened = {};
    // The control connection stays, new ones hang.
    config.protocol = protocol_version::v4;
    world.network().set_connect_fate(node_address, testing::connect_fate::accepted);
    client.reset();
    world.run_for(1s);
    connect();
    wait();
    world.network().set_connect_fate(node_address, testing::connect_fate::ignored);
    connect_again("shop");
    const failure& f = wait();
    EXPECT_THAT(f.what, HasSubstr("connect took longer than 1000 ms"));
    EXPECT_THAT(f.what, HasSubstr("127.0.0.1:9042"));
    EXPECT_THAT(f.what, ::testing::Not(HasSubstr("no contact point could be reached")));
}

}  // namespace
}  // namespace async_cassandra
