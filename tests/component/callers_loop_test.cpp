// SPDX-License-Identifier: Apache-2.0
#include "component/caller_loop.hpp"
#include "component/slow_resolver.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <thread>

// What the library does to the caller's loop: it never keeps it, never blocks it, and lives through its exceptions; names
// that do not resolve included.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;

class callers_loop : public ::testing::Test {
protected:
    callers_loop() { server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 3))); }
    void TearDown() override { EXPECT_THAT(server.node.violations(), IsEmpty()); }

    [[nodiscard]] cluster make() { return cluster{context.get_executor(), server.config()}; }

    served_node server;
    asio::io_context context{1};
};

// Contract: an error of the configuration names the setting, the value and the legal range.
TEST_F(callers_loop, has_no_threads_of_the_library_beside_it)
{
    cluster_config config = server.config();
    config.io_threads = 4;
    const failure f = failure_thrown_by<configuration_error>([&] {
        const cluster client{context.get_executor(), config};
    });
    EXPECT_EQ(f.code, errc::bad_configuration);
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_THAT(
        f.what, AllOf(HasSubstr("cluster_config::io_threads is 4"), HasSubstr("leave the executor out"))
    );
}

TEST_F(callers_loop, runs_out_when_the_last_handle_is_gone)
{
    run_on(context, [this]() -> asio::awaitable<void> {
        const cluster client = make();
        const session s = co_await client.connect();
        co_await s.execute(query);
    });
    expect_runs_out(context);
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
}

TEST_F(callers_loop, runs_out_after_close_while_handles_live)
{
    const cluster client = make();
    session s;
    run_on(context, [&]() -> asio::awaitable<void> {
        s = co_await client.connect();
        co_await s.execute(query);
        EXPECT_NE(client.stats(), cluster_stats{});
        co_await client.close();
        EXPECT_EQ(client.stats(), cluster_stats{});
    });
    expect_runs_out(context);
    EXPECT_TRUE(s.is_closed());
}

TEST_F(callers_loop, last_handle_dropped_inside_a_handler)
{
    auto client = std::make_unique<cluster>(make());
    bool done = false;
    const cluster& calls = *client;
    calls.connect("", [&, client = std::move(client)](std::exception_ptr e, session s) mutable {
        EXPECT_FALSE(e);
        client.reset();
        const session calls_too = s;
        calls_too.execute(query, [&, s = std::move(s)](std::exception_ptr failed, result_set r) mutable {
            EXPECT_TRUE(!failed && r.size() == 3);
            s = {};
            done = true;
        });
    });
    expect_runs_out(context);
    EXPECT_TRUE(done);
}

TEST_F(callers_loop, of_the_awaiting_side_is_not_kept_by_a_session)
{
    const closed_cluster client{server.config()};
    session s;
    asio::io_context mine{1};
    bool done = false;
    asio::co_spawn(
        mine,
        [&]() -> asio::awaitable<void> {
            s = co_await client.connect();
            co_await s.execute(query);
            auto stream = s.execute_stream(query);
            co_await stream.next_page();
        },
        [&](std::exception_ptr e) { done = !e; }
    );
    mine.run();
    EXPECT_TRUE(done);
    EXPECT_EQ(get(s.execute(query)).size(), 3U);
}

TEST_F(callers_loop, handles_dropped_on_another_thread)
{
    std::optional<cluster> client{make()};
    session s;
    run_on(context, [&]() -> asio::awaitable<void> { s = co_await client->connect(); });
    std::thread{[client = std::move(client), s = std::exchange(s, {})]() mutable {
        s = {};
        client.reset();
    }}.join();
    expect_runs_out(context);
    EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
}

TEST_F(callers_loop, gets_what_a_handler_throws_and_every_other_handler_still_runs)
{
    const cluster client = make();
    session s;
    run_on(context, [&]() -> asio::awaitable<void> { s = co_await client.connect(); });
    int ran = 0;
    int thrown = 0;
    for (int i = 0; i < 100; ++i) {
        s.execute(query, [&, i](std::exception_ptr, result_set) {
            if (++ran == 100) {
                context.stop();
            }
            if (i % 10 == 0) {
                throw std::runtime_error("thrown by a handler");
            }
        });
    }
    context.restart();
    while (!context.stopped()) {
        try {
            context.run_for(patience);
        } catch (const std::runtime_error&) {
            ++thrown;
        }
    }
    EXPECT_EQ(ran, 100);
    EXPECT_EQ(thrown, 10);
    run_on(context, [&]() -> asio::awaitable<void> {
        const result_set r = co_await s.execute(query);
        EXPECT_EQ(r.size(), 3U);
    });
    EXPECT_EQ(server.node.connections_accepted(), 2U);
}

TEST_F(callers_loop, of_a_handler_gets_what_that_handler_throws)
{
    const closed_cluster client{server.config()};
    const session s = get(client.connect());
    asio::io_context mine{1};
    int ran = 0;
    int thrown = 0;
    for (int i = 0; i < 100; ++i) {
        s.execute(query, asio::bind_executor(mine, [&, i](std::exception_ptr, result_set) {
                      ++ran;
                      if (i % 10 == 0) {
                          throw std::runtime_error("thrown by a handler");
                      }
                  }));
    }
    while (ran < 100) {
        try {
            mine.run_for(patience);
            break;
        } catch (const std::runtime_error&) {
            ++thrown;
        }
    }
    EXPECT_EQ(ran, 100);
    EXPECT_EQ(thrown, 10);
    EXPECT_EQ(get(s.execute(query)).size(), 3U);
}

TEST_F(callers_loop, closing_while_connecting)
{
    server.node.on_request(protocol::opcode::startup).reply(no_reply());
    const cluster client = make();
    std::exception_ptr failed;
    bool closed = false;
    client.connect("", [&](std::exception_ptr e, session) { failed = e; });
    context.poll();
    client.close([&](std::exception_ptr) { closed = true; });
    const stopwatch time;
    expect_runs_out(context);
    EXPECT_LT(time.elapsed(), at_once);
    EXPECT_TRUE(closed);
    const failure f = failure_thrown_by<connection_error>([&] { std::rethrow_exception(failed); });
    EXPECT_EQ(f.code, errc::closed);
}

TEST_F(callers_loop, no_handler_runs_inside_a_call_made_from_it)
{
    const cluster client = make();
    session s;
    run_on(context, [&]() -> asio::awaitable<void> { s = co_await client.connect(); });
    bool inside = false;
    int ran = 0;
    asio::cancellation_signal signal;
    const auto handler = [&](auto&&...) {
        EXPECT_FALSE(inside);
        ++ran;
    };
    asio::post(context, [&] {
        inside = true;
        client.connect("", handler);
        s.execute(query, handler);
        s.execute(statement{query}.page_size(0), handler);
        s.try_execute(query, handler);
        s.prepare(query, handler);
        s.execute(query, asio::bind_cancellation_slot(signal.slot(), handler));
        signal.emit(asio::cancellation_type::terminal);
        auto closed = s.execute_stream(query);
        closed.next_page(handler);
        closed.close();
        {
            auto dropped = s.execute_stream(query);
            dropped.next_page(handler);
        }
        s.close(handler);
        client.close(handler);
        s = {};
        inside = false;
    });
    expect_runs_out(context);
    EXPECT_EQ(ran, 10);
}

// "names go to a resolver thread that no cluster joins"
class stuck_name : public ::testing::Test {
protected:
    [[nodiscard]] static cluster_config config()
    {
        cluster_config c;
        c.contact_points = {"a-name-that-hangs.example"};
        c.connect_timeout = 200ms;
        return c;
    }

    stuck_resolver resolver;
};

TEST_F(stuck_name, connect_ends_at_its_time_limit_and_names_it)
{
    const closed_cluster client{config()};
    const stopwatch time;
    const failure f = failure_of<no_host_available>(client.connect());
    EXPECT_LT(time.elapsed(), 2s);
    EXPECT_THAT(f.what, AllOf(HasSubstr("a-name-that-hangs.example"), HasSubstr("still being resolved")));
}

TEST_F(stuck_name, does_not_hold_up_the_contact_points_behind_it)
{
    const served_node server;
    cluster_config c = config();
    c.contact_points.push_back(server.address());
    c.connect_timeout = 30s;
    const closed_cluster client{c};
    EXPECT_NO_THROW(static_cast<void>(get(client.connect())));
}

TEST_F(stuck_name, cluster_closes_at_once)
{
    cluster_config c = config();
    c.connect_timeout = 30s;
    const closed_cluster client{c};
    auto connecting = start(client.connect());
    resolver.wait_for_look_up();
    const stopwatch time;
    get(client.close());
    EXPECT_LT(time.elapsed(), at_once);
    EXPECT_EQ(failure_of<connection_error>(std::move(connecting)).code, errc::closed);
}

TEST_F(stuck_name, callers_loop_runs_out_after_close)
{
    asio::io_context context{1};
    const cluster client{context.get_executor(), config()};
    bool ended = false;
    client.connect("", [&](std::exception_ptr e, session) { ended = e != nullptr; });
    context.poll();
    resolver.wait_for_look_up();
    client.close([](std::exception_ptr) {});
    const stopwatch time;
    expect_runs_out(context);
    EXPECT_LT(time.elapsed(), at_once);
    EXPECT_TRUE(ended);
}

TEST_F(stuck_name, loop_and_cluster_are_destroyed_at_once_in_any_order)
{
    for (const bool loop_first : {true, false}) {
        auto context = std::make_unique<asio::io_context>(1);
        std::optional<cluster> client{std::in_place, context->get_executor(), config()};
        const auto witness = std::make_shared<int>(0);
        client->connect("", [witness](std::exception_ptr, session) { ADD_FAILURE() << "invoked"; });
        context->poll();
        resolver.wait_for_look_up();
        const stopwatch time;
        if (loop_first) {
            context.reset();
            client.reset();
        } else {
            client.reset();
            context.reset();
        }
        EXPECT_LT(time.elapsed(), at_once);
        EXPECT_EQ(witness.use_count(), 1);
    }
}

TEST_F(stuck_name, cluster_with_threads_of_its_own_is_destroyed_at_once)
{
    const stopwatch time;
    {
        auto connecting = std::make_unique<call<session>>(start(cluster{config()}.connect()));
        resolver.wait_for_look_up();
    }
    EXPECT_LT(time.elapsed(), at_once);
}

TEST(name_without_address, is_named)
{
    cluster_config config;
    config.contact_points = {"nowhere.example", "nor-here.example:1"};
    config.connect_timeout = 200ms;
    const stopwatch time;
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_LT(time.elapsed(), 2s);
    EXPECT_THAT(
        f.what,
        AllOf(HasSubstr("nowhere.example"), HasSubstr("nor-here.example"), HasSubstr("could not be resolved"))
    );
}

}  // namespace
}  // namespace async_cassandra::testing
