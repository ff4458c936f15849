// SPDX-License-Identifier: Apache-2.0
#include "component/served_cluster.hpp"
#include "component/served_node.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <iterator>
#include <optional>
#include <thread>
#include <vector>

// Which threads there are, and what they cost when nothing is to be done.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;

[[nodiscard]] std::ptrdiff_t running_threads()
{
    const std::filesystem::directory_iterator tasks{"/proc/self/task"};
    return std::distance(begin(tasks), end(tasks));
}

[[nodiscard]] std::chrono::nanoseconds used_cpu()
{
    std::timespec used{};
    EXPECT_EQ(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), 0);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

class threads_of_a_cluster : public ::testing::TestWithParam<unsigned> {};

// SP7, R42
TEST_P(threads_of_a_cluster, are_as_many_as_asked_for_whatever_is_in_flight)
{
    constexpr std::size_t many = 10'000;
    served_node server;
    server.node.on_query(query).reply(no_reply());
    cluster_config config = server.config();
    config.io_threads = GetParam();
    config.request_timeout = patience;
    config.max_in_flight = 16'384;
    const std::ptrdiff_t before = running_threads();
    std::vector<call<result_set>> running;
    {
        const closed_cluster client{config};
        const session s = get(client.connect());
        EXPECT_EQ(running_threads(), before + static_cast<std::ptrdiff_t>(GetParam()));
        running.reserve(many);
        for (std::size_t i = 0; i < many; ++i) {
            running.push_back(start(s.execute(query)));
        }
        EXPECT_TRUE(eventually([&] { return client.stats().requests == many; }));
        EXPECT_EQ(running_threads(), before + static_cast<std::ptrdiff_t>(GetParam()));
    }
    EXPECT_TRUE(eventually([&] { return running_threads() == before; }));
}

INSTANTIATE_TEST_SUITE_P(io_threads, threads_of_a_cluster, ::testing::Values(1U, 2U, 4U, 8U, 16U));

// What a session has on another thread comes there by message. A call that is made on that thread may come before.
TEST(new_session, is_of_use_on_every_thread_at_once)
{
    connected_node server{[](cluster_config& c) { c.io_threads = 2; }};
    server.node.on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
    std::promise<std::thread::id> begun;
    std::promise<void> second_is_busy;
    std::promise<session> made;
    std::promise<std::size_t> rows;
    std::future<void> may_go_on = second_is_busy.get_future();
    std::future<session> made_soon = made.get_future();
    // On the first thread, which connects, and then does nothing more until the second has come as far as below.
    server.client.connect("", [&](std::exception_ptr, const session&) {
        server.client.connect("", [&](std::exception_ptr, session s) { made.set_value(std::move(s)); });
        begun.set_value(std::this_thread::get_id());
        EXPECT_EQ(may_go_on.wait_for(patience), std::future_status::ready);
    });
    const std::thread::id first = begun.get_future().get();
    std::atomic<bool> taken{false};
    for (int i = 0; i < 2; ++i) {
        server.session.execute(query, [&](std::exception_ptr, const result_set&) {
            if (std::this_thread::get_id() == first || taken.exchange(true))
                return;
            second_is_busy.set_value();
            ASSERT_EQ(made_soon.wait_for(patience), std::future_status::ready);
            made_soon.get().execute(query, [&](std::exception_ptr e, const result_set& got) {
                e ? rows.set_exception(e) : rows.set_value(got.size());
            });
        });
    }
    std::future<std::size_t> got = rows.get_future();
    ASSERT_EQ(got.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(got.get(), 1U);
    get(server.client.close());
}

class idle_cluster : public threads_of_a_cluster {};

// SP7: less than 0.5 %; where other tests run beside it, ten times that. The loop of the played node is counted, too.
TEST_P(idle_cluster, takes_next_to_no_cpu)
{
    connected_node server{[](cluster_config& c) { c.io_threads = GetParam(); }};
    std::this_thread::sleep_for(100ms);
    const std::chrono::nanoseconds before = used_cpu();
    std::this_thread::sleep_for(1s);
    const std::chrono::nanoseconds used = used_cpu() - before;
    EXPECT_LT(used, 50ms) << "ten times 0.5 % of a second";
    RecordProperty("idle_cpu_percent", std::to_string(std::chrono::duration<double>(used) / 1s * 100));
}

INSTANTIATE_TEST_SUITE_P(io_threads, idle_cluster, ::testing::Values(1U, 2U, 4U, 8U, 16U));

/// A cluster with two threads and one node; the second thread can be held up while it takes a list of nodes.
class two_threads {
    // Outlive the client, which looks at them.
    std::thread::id first_;
    std::atomic<bool> closed_{false};
    std::atomic<bool> waits_{false};

public:
    two_threads()
    {
        servers.nodes.node(0).on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
        cluster_config config = servers.config();
        config.io_threads = 2;
        config.reconnect_base_delay = config.reconnect_max_delay = 1h;
        config.load_balancing.filter = [this](const node_identity&) {
            if (closed_ && std::this_thread::get_id() != first_) {
                waits_ = true;
                while (closed_)
                    std::this_thread::sleep_for(1ms);
            }
            return true;
        };
        client.emplace(config);
        session = get(client->connect());
    }

    two_threads(const two_threads&) = delete;
    two_threads& operator=(const two_threads&) = delete;
    ~two_threads()
    {
        if (client)
            expect_closes(*client);
    }

    /// Its handler runs there.
    void run_on_first_thread(const std::function<void()>& what) const
    {
        std::promise<void> done;
        client->check_host_health(uuid{}, [&](const std::exception_ptr&, const host_health&) {
            what();
            done.set_value();
        });
        done.get_future().get();
    }
    /// True when the one that is left is the second thread's.
    [[nodiscard]] bool end_one_connection(std::size_t which)
    {
        fake_node& node = servers.nodes.node(0);
        EXPECT_TRUE(eventually([&] { return node.open_connections() == 3; }));
        std::vector<std::size_t> pools{0, 1, 2};
        std::erase(pools, node.requests(protocol::opcode::register_).front().connection);
        node.end_connection(pools[which], peer_ending::reset);
        EXPECT_TRUE(eventually([&] { return client->stats().connections == 2; }));
        run_on_first_thread([this] { first_ = std::this_thread::get_id(); });
        std::optional<std::thread::id> connected;
        while (!connected) {
            std::promise<void> done;
            session.execute(query, [&](const std::exception_ptr& e, const result_set&) {
                if (!e)
                    connected = std::this_thread::get_id();
                done.set_value();
            });
            done.get_future().get();
        }
        return *connected != first_;
    }
    void hold_up_the_second()
    {
        closed_ = true;
        servers.nodes.add_node("dc1", "rack1");
        EXPECT_TRUE(eventually([&] { return waits_.load(); }));
    }
    void let_go() { closed_ = false; }

    served_cluster servers{{.nodes = {1}}};
    std::optional<cluster> client;
    class session session;
};

// AddressSanitizer sees what it touches.
TEST(threads_that_end, a_health_check_that_nobody_waits_for_may_end_behind_the_thread_that_it_tells)
{
    std::optional<two_threads> subject;
    std::size_t tries = 0;
    do {
        subject.emplace();
    } while (!subject->end_one_connection(tries % 2) && ++tries < 20);
    ASSERT_LT(tries, 20U);
    subject->session = {};  // its half on the second thread is forgotten there
    subject->hold_up_the_second();
    asio::cancellation_signal cancel;
    std::promise<std::exception_ptr> told;
    subject->client->check_host_health(
        subject->servers.nodes.host_id(0),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](const std::exception_ptr& e, const host_health&) { told.set_value(e); }
        )
    );
    subject->run_on_first_thread([&] { cancel.emit(asio::cancellation_type::terminal); });
    EXPECT_TRUE(told.get_future().get());
    const std::ptrdiff_t with_both = running_threads();
    subject->client.reset();
    EXPECT_TRUE(eventually([&] { return running_threads() == with_both - 1; }));
    subject->let_go();
    EXPECT_TRUE(eventually([&] { return running_threads() == with_both - 2; }));
}

}  // namespace
}  // namespace async_cassandra::testing
