// SPDX-License-Identifier: Apache-2.0
#include "component/caller_loop.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <optional>
#include <thread>

// Every asynchronous function, with every kind of completion token, wherever the cluster runs.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

/// Where a cluster runs.
enum class home : std::uint8_t {
    own_thread,
    four_own_threads,
    io_context,
    strand_of_four_threads,
    strand_of_pool
};

/// Threads for an executor of the caller, from construction to destruction.
class caller_threads {
public:
    explicit caller_threads(home where)
    {
        const int count = where == home::io_context ? 1 : where == home::strand_of_four_threads ? 4 : 0;
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this] { context_.run(); });
        }
    }
    caller_threads(const caller_threads&) = delete;
    caller_threads& operator=(const caller_threads&) = delete;
    ~caller_threads()
    {
        work_.reset();
        for (std::thread& t : threads_) {
            t.join();
        }
        pool_.join();
    }

    [[nodiscard]] cluster make(home where, cluster_config config)
    {
        switch (where) {
        case home::io_context: return cluster{context_.get_executor(), std::move(config)};
        case home::strand_of_four_threads: return cluster{asio::make_strand(context_), std::move(config)};
        case home::strand_of_pool: return cluster{asio::make_strand(pool_), std::move(config)};
        case home::four_own_threads: config.io_threads = 4; break;
        case home::own_thread: break;
        }
        return cluster{std::move(config)};
    }

private:
    asio::io_context context_;
    asio::thread_pool pool_{2};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{context_.get_executor()};
    std::vector<std::thread> threads_;
};

thread_local int initiating = 0;

/// Calls an asynchronous function; its handler must not run before it has returned.
template <class Operation, class Handler>
void initiate(Operation operation, Handler handler)
{
    ++initiating;
    std::move(operation)([handler = std::move(handler)](auto&&... results) mutable {
        EXPECT_EQ(initiating, 0) << "the handler runs inside the initiating function";
        handler(std::forward<decltype(results)>(results)...);
    });
    --initiating;
}

class tokens : public ::testing::TestWithParam<home> {
protected:
    tokens()
    {
        server.node.on_query(query).reply(reply_pages(one_bigint(), {bigints(1, 2), bigints(3, 4)}));
        client.emplace(threads.make(GetParam(), server.config()));
    }
    void TearDown() override { EXPECT_THAT(server.node.violations(), IsEmpty()); }

    served_node server;
    caller_threads threads{GetParam()};
    std::optional<closed_cluster> client;
};

/// Counts handlers of calls made from a thread of the cluster's.
struct handler_count {
    std::atomic<int> ran = 0;
    std::atomic<int> failed = 0;
    auto expect_success()
    {
        return [this](std::exception_ptr e, auto&&...) {
            failed += e ? 1 : 0;
            ++ran;
        };
    }
};

TEST_P(tokens, callbacks_of_calls_from_another_thread)
{
    handler_count count;
    const session s = get(client->connect());
    initiate(client->connect(), count.expect_success());
    initiate(s.execute(query), count.expect_success());
    initiate(s.execute_page(query), count.expect_success());
    initiate(s.prepare(query), count.expect_success());
    initiate(s.try_execute(query), [&](result<result_set> r) {
        count.expect_success()(nullptr, r.value().size());
    });
    auto stream = s.execute_stream(query);
    initiate(stream.next_page(), count.expect_success());
    initiate(stream.try_next_page(), [&](auto r) { count.expect_success()(nullptr, r.value()); });
    EXPECT_TRUE(eventually([&] { return count.ran == 7; }));
    initiate(s.close(), count.expect_success());
    initiate(client->close(), count.expect_success());
    EXPECT_TRUE(eventually([&] { return count.ran == 9; }));
    EXPECT_EQ(count.failed, 0);
}

TEST_P(tokens, callbacks_of_calls_from_the_clusters_own_thread)
{
    handler_count count;
    const session s = get(client->connect());
    auto stream = s.execute_stream(query);
    initiate(s.execute(query), [&](std::exception_ptr, result_set) {
        initiate(client->connect(), count.expect_success());
        initiate(s.execute(query), count.expect_success());
        initiate(s.execute_page(query), count.expect_success());
        initiate(s.prepare(query), count.expect_success());
        initiate(s.try_execute(query), [&](result<result_set> r) {
            count.expect_success()(nullptr, r.value().size());
        });
        initiate(stream.next_page(), count.expect_success());
        initiate(stream.try_next_page(), [&](auto r) { count.expect_success()(nullptr, r.value()); });
        // Calls that fail at once.
        initiate(s.execute(statement{query}.page_size(0)), [&](std::exception_ptr e, result_set) {
            EXPECT_TRUE(e);
            ++count.ran;
        });
    });
    EXPECT_TRUE(eventually([&] { return count.ran == 8; }));
    initiate(s.execute(query), [&](std::exception_ptr, result_set) {
        initiate(s.close(), count.expect_success());
        initiate(client->close(), count.expect_success());
    });
    EXPECT_TRUE(eventually([&] { return count.ran == 10; }));
    EXPECT_EQ(count.failed, 0);
}

TEST_P(tokens, futures)
{
    const session s = client->connect("", asio::use_future).get();
    EXPECT_EQ(s.execute(query, asio::use_future).get().size(), 4U);
    EXPECT_EQ(s.execute_page(query, {}, asio::use_future).get().size(), 2U);
    EXPECT_EQ(s.try_execute(query, asio::use_future).get()->size(), 4U);
    const prepared_statement select = s.prepare(query, asio::use_future).get();
    EXPECT_EQ(s.execute(select.bind(), asio::use_future).get().size(), 4U);
    auto stream = s.execute_stream(query);
    EXPECT_EQ(stream.next_page(asio::use_future).get()->size(), 2U);
    EXPECT_EQ(stream.try_next_page(asio::use_future).get().value()->size(), 2U);
    EXPECT_FALSE(stream.next_page(asio::use_future).get());
    EXPECT_THROW(s.execute("SELEC", asio::use_future).get(), syntax_error);
    s.close(asio::use_future).get();
    client->close(asio::use_future).get();
    EXPECT_THROW(s.execute(query, asio::use_future).get(), connection_error);
}

asio::awaitable<void> await_every_function(const cluster& client, asio::io_context& loop)
{
    const auto here = [&] { return loop.get_executor().running_in_this_thread(); };
    const session s = co_await client.connect();
    EXPECT_TRUE(here());
    const result_set all = co_await s.execute(query);
    EXPECT_EQ(all.size(), 4U);
    const result_set one = co_await s.execute_page(query);
    EXPECT_EQ(one.size(), 2U);
    const auto tried = co_await s.try_execute(query);
    EXPECT_TRUE(tried.has_value());
    const prepared_statement select = co_await s.prepare(query);
    const result_set again = co_await s.execute(select.bind().timeout(2s));
    EXPECT_EQ(again.size(), 4U);
    auto stream = s.execute_stream(query);
    std::size_t pages = 0;
    while (auto page = co_await stream.next_page()) {
        pages += 1;
        EXPECT_TRUE(here());
    }
    EXPECT_EQ(pages, 2U);
    const auto end = co_await stream.try_next_page();
    EXPECT_FALSE(end.value());
    bool refused = false;
    try {
        co_await s.execute("SELEC");
    } catch (const syntax_error&) {
        refused = here();
    }
    EXPECT_TRUE(refused);
    co_await s.close();
    co_await client.close();
    EXPECT_TRUE(here());
}

TEST_P(tokens, coroutines_go_on_where_they_were_spawned)
{
    asio::io_context mine;
    auto ended = asio::co_spawn(mine, await_every_function(*client, mine), asio::use_future);
    // It runs out by itself, and not before the cluster's threads have let go of it.
    mine.run();
    ended.get();
}

TEST_P(tokens, handlers_complete_on_their_own_executor)
{
    const session s = get(client->connect());
    asio::io_context other;
    asio::thread_pool pool{2};
    auto strand = asio::make_strand(pool);
    std::atomic<int> on_strand = 0;
    std::atomic<int> running = 0;
    int on_other = 0;
    for (int i = 0; i < 500; ++i) {
        s.execute(query, asio::bind_executor(other, [&](std::exception_ptr e, result_set r) {
                      EXPECT_TRUE(!e && r.size() == 4 && other.get_executor().running_in_this_thread());
                      ++on_other;
                  }));
        s.execute(query, asio::bind_executor(strand, [&](std::exception_ptr e, result_set r) {
                      EXPECT_TRUE(!e && r.size() == 4 && strand.running_in_this_thread());
                      EXPECT_EQ(++running, 1);
                      --running;
                      ++on_strand;
                  }));
    }
    // Calls under way are work of the executors that their handlers run on.
    other.run();
    pool.join();
    EXPECT_EQ(on_other, 500);
    EXPECT_EQ(on_strand, 500);
}

/// Several connections would have no order among them.
class tokens_on_one_connection : public tokens {};

TEST_P(tokens_on_one_connection, results_come_in_the_order_of_the_answers)
{
    const session s = get(client->connect());
    std::vector<int> order;
    std::promise<void> all;
    for (int i = 0; i < 2'000; ++i) {
        s.execute_page(query, {}, [&, i](std::exception_ptr, result_set) {
            order.push_back(i);
            if (order.size() == 2'000) {
                all.set_value();
            }
        });
    }
    ASSERT_EQ(all.get_future().wait_for(patience), std::future_status::ready);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

/// Answers with the value that was bound.
answer echo(const request_record& request)
{
    return reply_rows(one_bigint(), {{cell{request.parameters.values.at(0).bytes}}});
}

TEST_P(tokens, ten_thousand_requests_in_flight)
{
    server.node.on_query("SELECT k FROM ks.t WHERE k = ?")
        .markers(one_bigint())
        .returns(one_bigint())
        .reply_with([](const request_record& r) { return echo(r).held("gate"); });
    cluster_config config = server.config();
    config.max_in_flight = 10'000;
    config.request_timeout = 20s;
    const closed_cluster wide{threads.make(GetParam(), config)};
    const session s = get(wide.connect());
    const prepared_statement select = get(s.prepare("SELECT k FROM ks.t WHERE k = ?"));
    std::vector<call<result_set>> calls;
    for (std::int64_t i = 0; i < 10'000; ++i) {
        calls.push_back(start(s.execute(select.bind(i))));
    }
    EXPECT_TRUE(eventually([&] { return server.node.pending_answers() == 10'000; }));
    server.node.release("gate");
    for (std::int64_t i = 0; i < 10'000; ++i) {
        const result_set r = calls[static_cast<std::size_t>(i)].get();
        ASSERT_THAT(values_of(r), ::testing::ElementsAre(i));
    }
}

TEST_P(tokens, more_requests_than_a_connection_carries_wait_their_turn)
{
    server.node.on_query("SELECT k FROM ks.t WHERE k = ?")
        .markers(one_bigint())
        .returns(one_bigint())
        .reply_with(echo);
    cluster_config config = server.config();
    config.max_in_flight = 16;
    const closed_cluster narrow{threads.make(GetParam(), config)};
    const session s = get(narrow.connect());
    const prepared_statement select = get(s.prepare("SELECT k FROM ks.t WHERE k = ?"));
    std::vector<call<result_set>> calls;
    for (std::int64_t i = 0; i < 5'000; ++i) {
        calls.push_back(start(s.execute(select.bind(i))));
    }
    for (std::int64_t i = 0; i < 5'000; ++i) {
        const result_set r = calls[static_cast<std::size_t>(i)].get();
        ASSERT_THAT(values_of(r), ::testing::ElementsAre(i));
    }
}

std::string home_name(const ::testing::TestParamInfo<home>& tested)
{
    switch (tested.param) {
    case home::own_thread: return "own_thread";
    case home::four_own_threads: return "four_own_threads";
    case home::io_context: return "io_context";
    case home::strand_of_four_threads: return "strand_of_four_threads";
    case home::strand_of_pool: break;
    }
    return "strand_of_pool";
}

INSTANTIATE_TEST_SUITE_P(
    homes,
    tokens,
    ::testing::Values(
        home::own_thread,
        home::four_own_threads,
        home::io_context,
        home::strand_of_four_threads,
        home::strand_of_pool
    ),
    home_name
);
INSTANTIATE_TEST_SUITE_P(
    homes,
    tokens_on_one_connection,
    ::testing::Values(home::own_thread, home::io_context, home::strand_of_four_threads, home::strand_of_pool),
    home_name
);

}  // namespace
}  // namespace async_cassandra::testing
