// SPDX-License-Identifier: Apache-2.0
#include "component/caller_loop.hpp"

#include <boost/asio/detached.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <thread>

// Going away in every order. Leaks and uses of freed memory are found by running this under AddressSanitizer.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;

constexpr const char* held = "SELECT k FROM ks.held";

// "io_context destroyed first": pending handlers are destroyed uninvoked.
class loop_destroyed_first : public ::testing::TestWithParam<protocol_version> {
protected:
    loop_destroyed_first()
    {
        fake_node_settings settings;
        settings.keyspaces = {"ks"};
        server = std::make_unique<served_node>(std::move(settings));
        server->node.on_query(query).reply(reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4)}));
        server->node.on_query(held).reply(no_reply());
    }

    /// A handler that must never run, and is seen to be destroyed.
    auto never_invoked()
    {
        return [alive = witness](auto&&...) { ADD_FAILURE() << "invoked"; };
    }

    void connect(cluster_config config)
    {
        client.emplace(context->get_executor(), std::move(config));
        run_on(*context, [this]() -> asio::awaitable<void> { s = co_await client->connect(); });
    }
    void connect() { connect(server->config(GetParam())); }

    template <class Condition>
    void run_until(Condition condition)
    {
        const stopwatch time;
        context->restart();
        while (!condition() && time.elapsed() < patience) {
            context->run_one_for(5ms);
        }
        EXPECT_TRUE(condition());
    }

    void destroy_loop(std::size_t handlers_pending)
    {
        EXPECT_EQ(static_cast<std::size_t>(witness.use_count()), 1 + handlers_pending);
        const stopwatch time;
        context.reset();
        EXPECT_LT(time.elapsed(), at_once);
        EXPECT_EQ(witness.use_count(), 1) << "a handler was not destroyed";
        EXPECT_TRUE(eventually([&] { return server->node.open_connections() == 0; }));
    }

    std::unique_ptr<served_node> server;
    std::shared_ptr<int> witness = std::make_shared<int>(0);
    std::unique_ptr<asio::io_context> context = std::make_unique<asio::io_context>(1);
    std::optional<cluster> client;
    session s;
};

TEST_P(loop_destroyed_first, with_requests_that_wait_for_answers)
{
    connect();
    s.execute(held, never_invoked());
    s.execute_page(held, {}, never_invoked());
    s.try_execute(held, never_invoked());
    server->node.on_prepare(held).reply(no_reply());
    s.prepare(held, never_invoked());
    run_until([&] { return server->node.request_count(protocol::opcode::prepare) == 1; });
    destroy_loop(4);
}

TEST_P(loop_destroyed_first, with_requests_that_are_queued_or_not_begun)
{
    cluster_config config = server->config(GetParam());
    config.max_in_flight = 1;
    connect(config);
    for (int i = 0; i < 10; ++i) {
        s.execute(held, never_invoked());
    }
    run_until([&] { return server->queries_of(held) == 1; });
    for (int i = 0; i < 10; ++i) {
        s.execute(held, never_invoked());
    }
    destroy_loop(20);
}

TEST_P(loop_destroyed_first, with_answers_that_are_here_and_not_told)
{
    connect();
    // From another thread: the loop learns of the calls and never runs again.
    std::thread{[&] {
        for (int i = 0; i < 10; ++i) {
            s.execute(query, never_invoked());
        }
    }}.join();
    // These fail at once; their handlers wait for the loop.
    for (int i = 0; i < 10; ++i) {
        s.execute(statement{query}.page_size(0), never_invoked());
    }
    destroy_loop(20);
}

TEST_P(loop_destroyed_first, with_streams_under_way)
{
    connect();
    server->node.on_query(held)
        .reply_once(reply_pages(one_bigint(), {bigints(1, 1), bigints(2, 2)}))
        .reply(no_reply());
    auto fetching_ahead = s.execute_stream(held);
    run_on(*context, [&]() -> asio::awaitable<void> { co_await fetching_ahead.next_page(); });
    run_until([&] { return server->queries_of(held) == 2; });
    auto waited_for = s.execute_stream(held);
    waited_for.next_page(never_invoked());
    waited_for.try_next_page(never_invoked());
    auto with_unread_pages = s.execute_stream(query);
    run_on(*context, [&]() -> asio::awaitable<void> { co_await with_unread_pages.next_page(); });
    run_until([&] { return server->queries_of(query) == 2 && server->queries_of(held) == 3; });
    const auto not_begun = s.execute_stream(query);
    destroy_loop(2);
}

TEST_P(loop_destroyed_first, with_a_connect_that_waits_for_the_handshake)
{
    server->node.on_request(protocol::opcode::startup).reply(no_reply());
    client.emplace(context->get_executor(), server->config(GetParam()));
    client->connect("", never_invoked());
    client->connect("ks", never_invoked());
    run_until([&] { return server->node.request_count(protocol::opcode::startup) == 1; });
    destroy_loop(2);
}

TEST_P(loop_destroyed_first, with_a_connect_that_opens_its_pool)
{
    server->node.on_request(protocol::opcode::startup).reply_once(as_usual()).reply(no_reply());
    client.emplace(context->get_executor(), server->config(GetParam()));
    client->connect("", never_invoked());
    run_until([&] { return server->node.request_count(protocol::opcode::startup) == 2; });
    destroy_loop(1);
}

TEST_P(loop_destroyed_first, with_a_connect_that_checks_its_keyspace)
{
    server->node.on_request(protocol::opcode::query).reply(no_reply());
    client.emplace(context->get_executor(), server->config(GetParam()));
    client->connect("ks", never_invoked());
    run_until([&] { return server->node.request_count(protocol::opcode::query) == 1; });
    destroy_loop(1);
}

TEST_P(loop_destroyed_first, before_it_ran_at_all)
{
    client.emplace(context->get_executor(), server->config(GetParam()));
    client->connect("", never_invoked());
    client->close(never_invoked());
    destroy_loop(2);
}

TEST_P(loop_destroyed_first, with_closes_that_wait)
{
    connect();
    s.execute(held, never_invoked());
    run_until([&] { return server->queries_of(held) == 1; });
    s.close(never_invoked());
    client->close(never_invoked());
    s.close(never_invoked());
    context->poll();
    destroy_loop(4);
}

TEST_P(loop_destroyed_first, with_a_lost_connection_that_waits_for_its_next_attempt)
{
    connect();
    server->server.kill();
    run_until([&] { return server->node.open_connections() == 0; });
    run_on(*context, [&]() -> asio::awaitable<void> {
        while ((co_await s.try_execute(query)).has_value()) {}
    });
    destroy_loop(0);
}

TEST_P(loop_destroyed_first, frees_coroutines_and_all_they_own)
{
    // Each coroutine owns the only handles of what it waits for.
    const auto spawn = [&](auto body) { asio::co_spawn(*context, std::move(body), asio::detached); };
    const cluster_config config = server->config(GetParam());
    asio::io_context& loop = *context;
    std::size_t waiting = 0;
    spawn([&loop, &waiting, config, alive = witness]() -> asio::awaitable<void> {
        const cluster mine{loop.get_executor(), config};
        const session own = co_await mine.connect();
        ++waiting;
        co_await own.execute(held);
    });
    spawn([&loop, &waiting, config, alive = witness]() -> asio::awaitable<void> {
        const cluster mine{loop.get_executor(), config};
        const session own = co_await mine.connect();
        auto stream = own.execute_stream(held);
        ++waiting;
        co_await stream.next_page();
    });
    spawn([&loop, &waiting, config, alive = witness]() -> asio::awaitable<void> {
        auto mine = std::make_unique<cluster>(loop.get_executor(), config);
        const session own = co_await mine->connect();
        mine.reset();
        auto stream = own.execute_stream(query);
        const auto first = co_await stream.next_page();
        ++waiting;
        co_await own.execute(held);
    });
    run_until([&] { return waiting == 3 && server->queries_of(held) == 3; });
    server->node.on_request(protocol::opcode::startup).reply(no_reply());
    spawn([&loop, config, alive = witness]() -> asio::awaitable<void> {
        const cluster mine{loop.get_executor(), config};
        co_await mine.connect();
    });
    context->poll();
    destroy_loop(4);
}

TEST_P(loop_destroyed_first, and_handles_later_in_any_order)
{
    connect();
    prepared_statement select;
    std::optional<streaming_result_set> stream;
    std::optional<result_set> rows;
    run_on(*context, [&]() -> asio::awaitable<void> {
        select = co_await s.prepare(query);
        rows = co_await s.execute(select.bind());
        stream = s.execute_stream(query);
        co_await stream->next_page();
    });
    destroy_loop(0);
    session copy = s;
    EXPECT_FALSE(s.is_closed());
    client.reset();
    stream.reset();
    s = {};
    copy = {};
    const statement bound = select.bind();
    EXPECT_EQ(bound.text(), query);
    EXPECT_THAT(values_of(*rows), ElementsAre(1, 2, 3, 4));
}

INSTANTIATE_TEST_SUITE_P(
    versions,
    loop_destroyed_first,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    version_name
);

// "The last handle may drop inside one of its own threads."
class last_handle : public ::testing::TestWithParam<unsigned> {
protected:
    last_handle()
    {
        server.node.on_query(query).reply(reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4)}));
        server.node.on_query(held).reply(reply_rows(one_bigint(), bigints(1, 1)).held("gate"));
    }

    [[nodiscard]] cluster make() const
    {
        cluster_config config = server.config();
        config.io_threads = GetParam();
        return cluster{config};
    }

    [[nodiscard]] static std::size_t threads()
    {
        const std::filesystem::directory_iterator tasks{"/proc/self/task"};
        return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
    }

    /// Nobody waits for the network in a destructor.
    template <class Action>
    static void expect_at_once(Action drop)
    {
        const stopwatch time;
        drop();
        EXPECT_LT(time.elapsed(), at_once);
    }

    void expect_gone()
    {
        EXPECT_TRUE(eventually([&] { return server.node.open_connections() == 0; }));
        // Fewer when a thread of an earlier test was still on its way out.
        EXPECT_TRUE(eventually([&] { return threads() <= threads_before; })) << threads();
        EXPECT_THAT(server.node.violations(), IsEmpty());
    }

    served_node server;
    std::size_t threads_before = threads();
};

TEST_P(last_handle, dropped_outside)
{
    std::optional<cluster> client{make()};
    std::optional<session> s{get(client->connect())};
    EXPECT_EQ(get(s->execute(query)).size(), 4U);
    expect_at_once([&] {
        s.reset();
        client.reset();
    });
    expect_gone();
}

TEST_P(last_handle, dropped_while_the_node_stands_still)
{
    std::optional<cluster> client{make()};
    std::optional<session> s{get(client->connect())};
    EXPECT_EQ(get(s->execute(query)).size(), 4U);
    server.node.freeze();
    expect_at_once([&] {
        s.reset();
        client.reset();
    });
    EXPECT_TRUE(eventually([&] { return threads() <= threads_before; })) << threads();
    server.node.thaw();
    expect_gone();
}

TEST_P(last_handle, dropped_while_a_connect_waits_for_a_silent_node)
{
    server.node.freeze();
    std::optional<cluster> client{make()};
    auto connecting = start(client->connect());
    ASSERT_TRUE(eventually([&] { return server.node.connections_accepted() != 0; }));
    expect_at_once([&] { client.reset(); });
    server.node.thaw();
    connecting.get();
    expect_gone();
}

TEST_P(last_handle, dropped_inside_a_handler_of_its_own_thread)
{
    for (int round = 0; round < 20; ++round) {
        auto client = std::make_unique<cluster>(make());
        auto s = std::make_unique<session>(get(client->connect()));
        const session& calls = *s;
        std::promise<void> done;
        calls.execute(query, [client = std::move(client), s = std::move(s), &done](auto e, auto r) mutable {
            EXPECT_TRUE(!e && r.size() == 4);
            client.reset();
            s.reset();
            done.set_value();
        });
        ASSERT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
    }
    expect_gone();
}

TEST_P(last_handle, dropped_inside_the_handler_of_connect)
{
    std::promise<void> done;
    make().connect("", [&](std::exception_ptr e, session s) {
        EXPECT_FALSE(e);
        s = {};
        done.set_value();
    });
    ASSERT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
    expect_gone();
}

TEST_P(last_handle, dropped_while_connecting_lets_the_connect_finish)
{
    auto connecting = start(make().connect());
    {
        const session s = connecting.get();
        EXPECT_EQ(get(s.execute(query)).size(), 4U);
    }
    expect_gone();
}

TEST_P(last_handle, dropped_with_requests_under_way_lets_them_finish)
{
    std::vector<call<result_set>> running;
    {
        const session s = get(make().connect());
        for (int i = 0; i < 100; ++i) {
            running.push_back(start(s.execute(held)));
        }
    }
    ASSERT_TRUE(eventually([&] { return server.queries_of(held) == 100; }));
    server.node.release("gate");
    for (auto& one : running) {
        EXPECT_EQ(one.get().size(), 1U);
    }
    expect_gone();
}

TEST_P(last_handle, dropped_with_streams_under_way_ends_them)
{
    {
        const session s = get(make().connect());
        auto ahead = s.execute_stream(query);
        get(ahead.next_page());
        auto waits = s.execute_stream(held);
        auto waiting = start(waits.next_page());
        ASSERT_TRUE(eventually([&] { return server.queries_of(held) == 1; }));
        waits.close();
        EXPECT_FALSE(waiting.get());
    }
    expect_gone();
}

TEST_P(last_handle, session_outlives_its_cluster)
{
    std::optional<cluster> client{make()};
    const session s = get(client->connect());
    client.reset();
    EXPECT_EQ(get(s.execute(query)).size(), 4U);
    get(s.close());
}

TEST_P(last_handle, statements_and_rows_outlive_everything)
{
    prepared_statement select;
    statement bound{query};
    std::optional<result_set> rows;
    std::optional<page> kept;
    {
        const session s = get(make().connect());
        select = get(s.prepare(query));
        bound = select.bind();
        rows = get(s.execute(bound));
        auto stream = s.execute_stream(query);
        kept = get(stream.next_page());
    }
    expect_gone();
    std::thread{[&] {
        EXPECT_THAT(values_of(*rows), ElementsAre(1, 2, 3, 4));
        EXPECT_THAT(values_of(*kept), ElementsAre(1, 2));
        rows.reset();
    }}.join();
    const session other = get(make().connect());
    EXPECT_EQ(get(other.execute(bound)).size(), 4U);
    EXPECT_EQ(get(other.execute(select.bind())).size(), 4U);
}

TEST_P(last_handle, a_closed_cluster_gives_its_threads_back_while_handles_live)
{
    const cluster client = make();
    const session s = get(client.connect());
    get(client.close());
    expect_gone();
    EXPECT_EQ(failure_of<connection_error>(s.execute(query)).code, errc::closed);
    auto stream = s.execute_stream(query);
    EXPECT_EQ(failure_of<connection_error>(stream.next_page()).code, errc::closed);
    get(s.close());
    get(client.close());
}

INSTANTIATE_TEST_SUITE_P(io_threads, last_handle, ::testing::Values(1U, 4U));

}  // namespace
}  // namespace async_cassandra::testing
