// SPDX-License-Identifier: Apache-2.0
// What a session and a cluster hold, as they say it themselves. R5
#include "simulation/simulated_session.hpp"

#include <memory>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;

class simulated_stats : public simulated_session {
protected:
    using next_end = std::shared_ptr<call_end<std::optional<page>>>;

    simulated_stats()
    {
        node.on_query("held").reply(reply_void().held("gate"));
        node.on_query("silence").reply(no_reply());
        node.on_query("late").reply(reply_void().after(1s));
        node.on_query("pages").reply(reply_pages(number, {numbers(0, 10), numbers(10, 30), numbers(30, 35)}));
        node.on_query("slow pages")
            .reply_once(reply_pages(number, {numbers(0, 10), numbers(10, 30), numbers(30, 35)}))
            .reply(reply_pages(number, {numbers(0, 10), numbers(10, 30), numbers(30, 35)}).after(500ms));
    }

    static std::vector<row> numbers(std::int64_t first, std::int64_t end)
    {
        std::vector<row> rows;
        for (std::int64_t i = first; i < end; ++i)
            rows.push_back({cells::bigint(i)});
        return rows;
    }

    next_end ask(streaming_result_set& stream)
    {
        return start<std::optional<page>>([&](auto handler) { stream.next_page(std::move(handler)); });
    }
    page next_page(streaming_result_set& stream)
    {
        const next_end end = ask(stream);
        wait(*end);
        EXPECT_FALSE(end->error);
        return std::move(**end->value);
    }
    [[nodiscard]] session_stats stats() const { return opened->stats(); }
};

TEST_F(simulated_stats, count_requests_while_they_run)
{
    connect();
    EXPECT_EQ(stats(), session_stats{});
    const auto first = execute("held");
    const auto second = execute("held");
    const auto prepared =
        start<prepared_statement>([&](auto handler) { opened->prepare("held", std::move(handler)); });
    world.run_for(10ms);
    EXPECT_EQ(prepared->count, 1);
    EXPECT_EQ(stats(), session_stats{.requests = 2});
    EXPECT_EQ(client->stats().requests, 2U);
    node.release("gate");
    wait(*second);
    world.run_for(1ms);
    EXPECT_EQ(first->count, 1);
    EXPECT_EQ(stats(), session_stats{});
}

TEST_F(simulated_stats, count_a_request_no_more_when_it_timed_out_but_its_stream_id)
{
    connect();
    const auto end = execute(statement{"late"}.timeout(100ms));
    wait(*end);
    EXPECT_EQ(stats(), session_stats{});
    EXPECT_EQ(client->stats().orphaned_stream_ids, 1U);
    world.run_for(1s);
    EXPECT_EQ(client->stats().orphaned_stream_ids, 0U) << "the late answer has come";
    const auto never = execute(statement{"silence"}.timeout(100ms));
    wait(*never);
    EXPECT_EQ(client->stats().orphaned_stream_ids, 1U);
    node.end_connections(peer_ending::reset);
    world.run_for(1s);
    EXPECT_EQ(client->stats().orphaned_stream_ids, 0U) << "it went with its connection";
}

TEST_F(simulated_stats, count_streams_and_the_pages_that_wait_in_them)
{
    connect();
    auto stream = opened->execute_stream("pages");
    EXPECT_EQ(stats(), session_stats{}) << "nothing was asked for";
    const page first = next_page(stream);
    EXPECT_EQ(stats().streams, 1U);
    world.run_for(1s);
    session_stats now = stats();
    EXPECT_EQ(now.streams, 1U);
    EXPECT_EQ(now.pages, 1U);
    EXPECT_EQ(now.requests, 0U);
    const page second = next_page(stream);
    EXPECT_EQ(now.page_bytes, second.byte_size());
    world.run_for(1s);
    now = stats();
    EXPECT_EQ(now.streams, 1U) << "it is not at its end: a page waits";
    const page third = next_page(stream);
    EXPECT_EQ(now.page_bytes, third.byte_size());
    EXPECT_EQ(stats(), session_stats{}) << "what was handed over is the caller's";
    EXPECT_FALSE(third.has_more_pages());
    const next_end end = ask(stream);
    wait(*end);
    EXPECT_FALSE(end->error);
    EXPECT_FALSE(end->value->has_value());
    EXPECT_EQ(stats(), session_stats{});
}

TEST_F(simulated_stats, forget_a_stream_that_is_closed_or_destroyed)
{
    connect();
    auto closed = opened->execute_stream("pages");
    {
        auto destroyed = opened->execute_stream("pages");
        next_page(closed);
        next_page(destroyed);
        world.run_for(1s);
        EXPECT_EQ(stats().streams, 2U);
        EXPECT_EQ(stats().pages, 2U);
        closed.close();
        world.run_for(1ms);
        EXPECT_EQ(stats().streams, 1U);
        EXPECT_EQ(stats().pages, 1U);
    }
    world.run_for(1ms);
    EXPECT_EQ(stats(), session_stats{});
}

TEST_F(simulated_stats, count_the_pages_that_execute_gathers)
{
    connect();
    const auto end = execute("slow pages");
    world.run_for(100ms);
    EXPECT_EQ(stats().requests, 1U);
    EXPECT_EQ(stats().pages, 1U);
    const std::size_t first = stats().page_bytes;
    EXPECT_GT(first, 10U * 8U);
    world.run_for(500ms);
    EXPECT_EQ(stats().pages, 2U);
    EXPECT_GT(stats().page_bytes, first + 20U * 8U);
    wait(*end);
    EXPECT_EQ(end->value->size(), 35U);
    EXPECT_EQ(stats(), session_stats{}) << "the result is the caller's";
    const auto failing = execute(statement{"slow pages"}.timeout(700ms));
    world.run_for(600ms);
    EXPECT_EQ(stats().pages, 1U);
    wait(*failing);
    failure_of<operation_timed_out>(*failing);
    EXPECT_EQ(stats(), session_stats{});
}

// R5
TEST_F(simulated_stats, are_all_zero_when_the_session_has_closed)
{
    config.drain_timeout = 200ms;
    connect();
    auto idle = opened->execute_stream("pages");
    auto busy = opened->execute_stream("silence");
    next_page(idle);
    const next_end waiting = ask(busy);
    const auto held = execute("held");
    world.run_for(1s);
    EXPECT_EQ(stats().requests, 2U);
    EXPECT_EQ(stats().streams, 2U);
    EXPECT_EQ(stats().pages, 1U);
    close(*opened);
    EXPECT_EQ(stats(), session_stats{});
    world.run_for(1ms);
    EXPECT_EQ(failure_of<connection_error>(*held).code, errc::closed);
    EXPECT_EQ(failure_of<connection_error>(*waiting).code, errc::closed);
    const next_end later = ask(idle);
    wait(*later);
    EXPECT_EQ(failure_of<connection_error>(*later).what, "Session is closed") << "a page is missing";
    EXPECT_EQ(stats(), session_stats{});
    EXPECT_NE(client->stats().connections, 0U);
    EXPECT_EQ(client->stats().orphaned_stream_ids, 2U);
}

TEST_F(simulated_stats, of_a_stream_that_reads_while_its_session_closes)
{
    connect();
    const auto held = execute("held");
    auto stream = opened->execute_stream("pages");
    next_page(stream);
    world.run_for(1s);
    bool ended = false;
    opened->close([&](std::exception_ptr) { ended = true; });
    world.run_for(1ms);
    EXPECT_EQ(next_page(stream).size(), 20U) << "what is there can be read until the last request has ended";
    const next_end later = ask(stream);
    wait(*later);
    EXPECT_EQ(failure_of<connection_error>(*later).what, "Session is closed");
    node.release("gate");
    ASSERT_TRUE(world.run_until([&] { return ended; }, 10s));
    EXPECT_EQ(stats(), session_stats{});
    EXPECT_EQ(held->count, 1);
}

TEST_F(simulated_stats, of_a_cluster_are_the_sum_of_its_sessions_even_when_nobody_holds_them)
{
    connect();
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    wait(*end);
    std::optional<session> other{std::move(*end->value)};
    auto stream = other->execute_stream("pages");
    next_page(stream);
    const auto mine = execute("held");
    const auto others = start<result_set>([&](auto handler) { other->execute("held", std::move(handler)); });
    world.run_for(1s);
    other.reset();
    end->value.reset();
    cluster_stats now = client->stats();
    EXPECT_EQ(now.requests, 2U);
    EXPECT_EQ(now.streams, 1U);
    EXPECT_EQ(now.pages, 1U);
    EXPECT_EQ(now.connections, 2U) << "one for requests, and the control connection";
    EXPECT_GE(now.timers, now.requests + now.connections);
    node.release("gate");
    world.run_for(1ms);
    EXPECT_EQ(mine->count + others->count, 2);
    now = client->stats();
    EXPECT_EQ(now.requests, 0U);
    EXPECT_EQ(now.pages, 1U) << "the stream goes on without its session";
    close(*client);
    EXPECT_EQ(client->stats(), cluster_stats{});
    const next_end later = ask(stream);
    wait(*later);
    EXPECT_EQ(failure_of<connection_error>(*later).code, errc::closed);
}

TEST_F(simulated_stats, of_a_cluster_that_is_closed_in_the_middle_of_everything)
{
    config.io_threads = 3;
    config.connections_per_node = 2;
    config.drain_timeout = 100ms;
    connect();
    world.run_for(1s);
    EXPECT_EQ(client->stats().connections, 7U);
    for (int i = 0; i < 30; ++i)
        execute(statement{"silence"}.timeout(50ms));
    world.run_for(75ms);
    for (int i = 0; i < 30; ++i)
        execute("silence");
    world.run_for(1ms);
    EXPECT_EQ(stats().requests, 30U);
    EXPECT_EQ(client->stats().orphaned_stream_ids, 30U);
    close(*client);
    EXPECT_EQ(stats(), session_stats{});
    EXPECT_EQ(client->stats(), cluster_stats{});
}

TEST_F(simulated_stats, know_the_attempts_of_a_cluster_that_finds_nobody)
{
    world.network().set_connect_fate(address, connect_fate::ignored);
    client.emplace(make_simulated_cluster(world, config));
    EXPECT_EQ(client->stats(), cluster_stats{});
    const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
    world.run_for(1s);
    EXPECT_EQ(client->stats().connections, 1U);
    EXPECT_GE(client->stats().timers, 2U) << "of the call and of its connection";
    close(*client);
    EXPECT_EQ(client->stats(), cluster_stats{});
    world.run_for(1ms);
    EXPECT_EQ(end->count, 1);
}

}  // namespace
}  // namespace async_cassandra::testing
