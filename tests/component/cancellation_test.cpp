// SPDX-License-Identifier: Apache-2.0
#include "component/caller_loop.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <memory>

// Calls that the caller ends before they are done.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using type = asio::cancellation_type;

constexpr const char* by_key = "SELECT k FROM ks.t WHERE k = ?";
constexpr const char* unblocked = "SELECT key FROM system.local";

/// A call with a cancellation signal of its own.
template <class T>
struct cancellable_call {
    asio::cancellation_signal signal;
    bool ended = false;
    std::exception_ptr failed;
    std::optional<T> value;

    auto token()
    {
        return asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr e, T v) {
            ended = true;
            failed = e;
            value.emplace(std::move(v));
        });
    }

    failure cancelled() const
    {
        const failure f = failure_thrown_by<error>([&] {
            if (failed) {
                std::rethrow_exception(failed);
            }
        });
        EXPECT_EQ(f.code, asio::error::operation_aborted);
        return f;
    }
};

class cancellation : public ::testing::TestWithParam<protocol_version> {
protected:
    void TearDown() override { EXPECT_THAT(server.node.violations(), IsEmpty()); }

    void connect(std::uint16_t max_in_flight = 2'048)
    {
        cluster_config config = server.config(GetParam());
        config.max_in_flight = max_in_flight;
        client.emplace(context.get_executor(), config);
        run_on(context, [this]() -> asio::awaitable<void> { s = co_await client->connect(); });
    }

    /// Runs the loop until something is so.
    template <class Condition>
    void run_until(Condition condition)
    {
        const stopwatch time;
        context.restart();
        while (!condition() && time.elapsed() < patience) {
            context.run_one_for(5ms);
        }
        EXPECT_TRUE(condition());
    }

    /// What is posted next is what the loop does next.
    void finish_turns()
    {
        context.restart();
        context.poll();
    }

    /// One round trip, behind everything that was sent before.
    void round_trip()
    {
        run_on(context, [this]() -> asio::awaitable<void> { co_await s.execute(unblocked); });
    }

    void expect_orderly_end()
    {
        EXPECT_EQ(server.node.connections_accepted(), 2U) << "a connection was lost";
        run_on(context, [this]() -> asio::awaitable<void> { co_await client->close(); });
        EXPECT_EQ(client->stats(), cluster_stats{});
        s = {};
        client.reset();
        expect_runs_out(context);
    }

    served_node server;
    asio::io_context context{1};
    std::optional<cluster> client;
    session s;
};

TEST_P(cancellation, terminal_and_partial_end_a_request_that_was_sent)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    connect();
    for (const type how : {type::terminal, type::partial}) {
        const std::size_t before = server.queries_of(query);
        cancellable_call<result_set> c;
        s.execute(query, c.token());
        run_until([&] { return server.queries_of(query) == before + 1; });
        c.signal.emit(how);
        EXPECT_FALSE(c.ended) << "inside emit";
        run_until([&] { return c.ended; });
        const failure f = c.cancelled();
        EXPECT_EQ(f.effect, request_effect::maybe_applied);
        EXPECT_EQ(f.node, server.server.endpoint());
    }
    server.node.release("gate");
    round_trip();
    expect_orderly_end();
}

TEST_P(cancellation, total_leaves_a_request_that_was_sent)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    connect();
    cancellable_call<result_set> c;
    s.execute(query, c.token());
    run_until([&] { return server.queries_of(query) == 1; });
    c.signal.emit(type::total);
    round_trip();
    EXPECT_FALSE(c.ended);
    server.node.release("gate");
    run_until([&] { return c.ended; });
    EXPECT_FALSE(c.failed);
    EXPECT_EQ(c.value->size(), 1U);
    expect_orderly_end();
}

TEST_P(cancellation, every_type_ends_a_request_that_is_not_sent_yet)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    connect(1);
    cancellable_call<result_set> first;
    s.execute(query, first.token());
    run_until([&] { return server.queries_of(query) == 1; });
    std::deque<cancellable_call<result_set>> queued(3);
    cancellable_call<result_set> last;
    for (auto& c : queued) {
        s.execute("SELECT never FROM ks.t", c.token());
    }
    s.execute(unblocked, last.token());
    const type types[] = {type::terminal, type::partial, type::total};
    for (std::size_t i = 0; i < queued.size(); ++i) {
        context.poll();
        queued[i].signal.emit(types[i]);
    }
    run_until([&] { return queued[0].ended && queued[1].ended && queued[2].ended; });
    for (const auto& c : queued) {
        EXPECT_EQ(c.cancelled().effect, request_effect::not_sent);
    }
    server.node.release("gate");
    run_until([&] { return first.ended && last.ended; });
    EXPECT_EQ(last.value->size(), 1U);
    EXPECT_EQ(server.queries_of("SELECT never FROM ks.t"), 0U);
    expect_orderly_end();
}

TEST_P(cancellation, a_request_cancelled_in_the_turn_it_began_in_is_never_written)
{
    connect();
    std::deque<cancellable_call<result_set>> calls(300);
    asio::post(context, [&] {
        for (std::size_t i = 0; i < calls.size(); ++i) {
            s.execute(i % 3 == 1 ? unblocked : "SELECT never FROM ks.t", calls[i].token());
        }
        for (std::size_t i = 0; i < calls.size(); ++i) {
            if (i % 3 != 1) {
                calls[i].signal.emit(i % 3 == 0 ? type::total : type::terminal);
                EXPECT_FALSE(calls[i].ended) << "inside emit";
            }
        }
    });
    run_until([&] { return std::ranges::all_of(calls, [](const auto& c) { return c.ended; }); });
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (i % 3 == 1) {
            EXPECT_FALSE(calls[i].failed);
            EXPECT_EQ(calls[i].value->size(), 1U);
        } else {
            EXPECT_EQ(calls[i].cancelled().effect, request_effect::not_sent);
        }
    }
    EXPECT_EQ(server.queries_of("SELECT never FROM ks.t"), 0U);
    expect_orderly_end();
}

// The loop has the caller's emit to run before it takes in calls that were made outside it.
TEST_P(cancellation, that_comes_before_the_loop_has_taken_the_call_ends_it_unsent)
{
    connect();
    for (const type how : {type::terminal, type::partial, type::total}) {
        cancellable_call<result_set> c;
        finish_turns();
        asio::post(context, [&] { c.signal.emit(how); });
        s.execute("SELECT never FROM ks.t", c.token());
        run_until([&] { return c.ended; });
        EXPECT_EQ(c.cancelled().effect, request_effect::not_sent);
    }
    round_trip();
    EXPECT_EQ(server.queries_of("SELECT never FROM ks.t"), 0U);
    EXPECT_EQ(s.stats().requests, 0U);
    expect_orderly_end();
}

TEST_P(cancellation, of_next_page_that_comes_before_the_loop_has_taken_it_loses_no_page)
{
    server.node.on_query(query).reply(reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4)}));
    connect();
    auto stream = s.execute_stream(query);
    cancellable_call<std::optional<page>> c;
    finish_turns();
    asio::post(context, [&] { c.signal.emit(type::terminal); });
    stream.next_page(c.token());
    run_until([&] { return c.ended; });
    c.cancelled();
    run_on(context, [&]() -> asio::awaitable<void> {
        const auto first = co_await stream.next_page();
        EXPECT_THAT(values_of(*first), ElementsAre(1, 2));
        const auto second = co_await stream.next_page();
        EXPECT_THAT(values_of(*second), ElementsAre(3, 4));
    });
    expect_orderly_end();
}

TEST_P(cancellation, late_answers_reach_nobody)
{
    // Half of 4,000 calls are given up, by cancellation or by time limit, while answers come late and in disorder.
    server.node.on_query(by_key)
        .markers(one_bigint())
        .returns(one_bigint())
        .reply_with([](const request_record& r) {
            const cell k = r.parameters.values.at(0).bytes;
            const auto delay = std::chrono::milliseconds{*cells::as_bigint(*k) * 7 % 13};
            return reply_rows(one_bigint(), {{k}}).after(delay);
        });
    connect(64);
    prepared_statement select;
    run_on(context, [&]() -> asio::awaitable<void> { select = co_await s.prepare(by_key); });
    struct keyed_call : cancellable_call<result_set> {
        std::int64_t key = 0;
    };
    std::deque<keyed_call> calls(4'000);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        calls[i].key = static_cast<std::int64_t>(i);
        statement bound = select.bind(calls[i].key);
        if (i % 4 == 1) {
            bound.timeout(5ms);
        }
        s.execute(std::move(bound), calls[i].token());
        if (i % 4 == 3) {
            context.poll_one();
            calls[i - i % 8].signal.emit(type::terminal);
        }
    }
    run_until([&] { return std::ranges::all_of(calls, [](const auto& c) { return c.ended; }); });
    std::map<std::string, int> outcomes;
    for (const keyed_call& c : calls) {
        if (!c.failed) {
            EXPECT_THAT(values_of(*c.value), ElementsAre(c.key));
            ++outcomes["answered"];
            continue;
        }
        try {
            std::rethrow_exception(c.failed);
        } catch (const operation_timed_out&) {
            EXPECT_EQ(c.key % 4, 1);
            ++outcomes["timed out"];
        } catch (const error& e) {
            EXPECT_EQ(e.code(), asio::error::operation_aborted);
            EXPECT_EQ(c.key % 8, 0);
            ++outcomes["cancelled"];
        }
    }
    EXPECT_GE(outcomes["answered"], 2'000);
    EXPECT_GE(outcomes["timed out"], 1);
    EXPECT_GE(outcomes["cancelled"], 1);
    run_until([&] { return server.node.pending_answers() == 0; });
    round_trip();
    expect_orderly_end();
}

TEST_P(cancellation, of_a_call_whose_answer_is_here_changes_nothing)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    connect();
    // Answers of one read: the first handler cancels the calls behind it, which have their results already or do not.
    std::deque<cancellable_call<result_set>> calls(50);
    int ended = 0;
    for (auto& c : calls) {
        s.execute(
            query,
            asio::bind_cancellation_slot(
                c.signal.slot(),
                [&](std::exception_ptr e, result_set r) {
                    if (e) {
                        EXPECT_EQ(
                            failure_thrown_by<error>([&] { std::rethrow_exception(e); }).code,
                            asio::error::operation_aborted
                        );
                    } else {
                        EXPECT_EQ(r.size(), 1U);
                    }
                    ++ended;
                    for (auto& other : calls) {
                        other.signal.emit(type::terminal);
                    }
                }
            )
        );
    }
    run_until([&] { return ended == 50; });
    round_trip();
    expect_orderly_end();
}

TEST_P(cancellation, of_next_page_loses_no_page)
{
    const auto pages = reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4), bigints(5, 6)});
    connect();
    for (const type how : {type::terminal, type::partial, type::total}) {
        const std::string gate = std::to_string(static_cast<int>(how));
        server.node.on_query(query).reply_once(answer{pages}.held(gate)).reply(pages);
        auto stream = s.execute_stream(query);
        cancellable_call<std::optional<page>> first;
        cancellable_call<std::optional<page>> second;
        stream.next_page(first.token());
        stream.next_page(second.token());
        context.poll();
        first.signal.emit(how);
        run_until([&] { return first.ended; });
        first.cancelled();
        EXPECT_FALSE(second.ended);
        server.node.release(gate);
        run_on(context, [&]() -> asio::awaitable<void> {
            const auto page = co_await stream.next_page();
            EXPECT_THAT(values_of(*page), ElementsAre(3, 4));
            const auto last = co_await stream.next_page();
            EXPECT_THAT(values_of(*last), ElementsAre(5, 6));
            const auto end = co_await stream.next_page();
            EXPECT_FALSE(end);
        });
        EXPECT_THAT(values_of(**second.value), ElementsAre(1, 2));
    }
    expect_orderly_end();
}

TEST_P(cancellation, of_prepare)
{
    server.node.on_prepare(query).reply_once(no_reply());
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    connect();
    cancellable_call<prepared_statement> c;
    s.prepare(query, c.token());
    run_until([&] { return server.node.request_count(protocol::opcode::prepare) == 1; });
    c.signal.emit(type::terminal);
    run_until([&] { return c.ended; });
    c.cancelled();
    EXPECT_FALSE(*c.value);
    expect_orderly_end();
}

TEST_P(cancellation, of_connect_leaves_nothing_behind)
{
    for (const type how : {type::terminal, type::partial, type::total}) {
        server.node.on_request(protocol::opcode::startup).reply_once(no_reply());
        cancellable_call<session> c;
        const std::size_t before = server.node.request_count(protocol::opcode::startup);
        {
            const cluster unused{context.get_executor(), server.config(GetParam())};
            unused.connect("", c.token());
            run_until([&] { return server.node.request_count(protocol::opcode::startup) == before + 1; });
        }
        c.signal.emit(how);
        run_until([&] { return c.ended; });
        c.cancelled();
        const stopwatch time;
        expect_runs_out(context);
        EXPECT_LT(time.elapsed(), 500ms);
        EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
    }
}

// E10: it can be repeated.
TEST_P(cancellation, of_close_ends_the_wait_and_not_the_closing)
{
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    connect();
    cancellable_call<result_set> running;
    s.execute(query, running.token());
    asio::cancellation_signal signal;
    std::exception_ptr failed;
    s.close(asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) { failed = e; }));
    run_until([&] { return server.queries_of(query) == 1; });
    signal.emit(type::terminal);
    run_until([&] { return failed != nullptr; });
    EXPECT_EQ(
        failure_thrown_by<error>([&] { std::rethrow_exception(failed); }).code, asio::error::operation_aborted
    );
    EXPECT_FALSE(running.ended);
    EXPECT_TRUE(s.is_closed());
    server.node.release("gate");
    run_until([&] { return running.ended; });
    EXPECT_EQ(running.value->size(), 1U);
    run_on(context, [this]() -> asio::awaitable<void> { co_await s.close(); });
    expect_orderly_end();
}

TEST_P(cancellation, of_one_side_of_awaitable_operators)
{
    server.node.on_query(query).reply(no_reply());
    server.node.on_query("SELECT k FROM ks.fast").reply(reply_rows(one_bigint(), bigints(1, 1)));
    connect();
    run_on(context, [this]() -> asio::awaitable<void> {
        asio::steady_timer timer{context, 50ms};
        const auto first =
            co_await (s.execute(query, asio::use_awaitable) || timer.async_wait(asio::use_awaitable));
        EXPECT_EQ(first.index(), 1U);

        timer.expires_after(patience);
        const auto second = co_await (
            s.execute("SELECT k FROM ks.fast", asio::use_awaitable) || timer.async_wait(asio::use_awaitable)
        );
        EXPECT_EQ(second.index(), 0U);

        const auto both = co_await (
            s.execute("SELECT k FROM ks.fast", asio::use_awaitable) &&
            s.try_execute("SELECT k FROM ks.fast", asio::use_awaitable)
        );
        EXPECT_EQ(std::get<0>(both).size(), 1U);
        EXPECT_EQ(std::get<1>(both).value().size(), 1U);
    });
    expect_orderly_end();
}

INSTANTIATE_TEST_SUITE_P(
    versions, cancellation, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

TEST(cancellation_from_another_thread, meets_answers_on_their_way)
{
    // The cluster has its own threads; slots are used on the handlers' executor, as they must be.
    connected_node server{[](cluster_config& c) { c.io_threads = 2; }};
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    asio::io_context mine{1};
    int ended = 0;
    std::deque<cancellable_call<result_set>> calls(3'000);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        server.session.execute(
            query,
            asio::bind_executor(
                mine,
                asio::bind_cancellation_slot(
                    calls[i].signal.slot(), [&](auto e, auto r) { ended += e || r.size() == 1 ? 1 : 0; }
                )
            )
        );
        if (i >= 10) {
            calls[i - 10].signal.emit(i % 2 == 0 ? type::terminal : type::total);
        }
        mine.poll();
    }
    mine.restart();
    mine.run();
    EXPECT_EQ(ended, 3'000);
    EXPECT_THAT(server.node.violations(), IsEmpty());
    get(server.client.close());
}

}  // namespace
}  // namespace async_cassandra::testing
