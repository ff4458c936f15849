// SPDX-License-Identifier: Apache-2.0
#include "support/simulated_world.hpp"
#include "unit/net/shard_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// Shards that go away, and shards that many threads call.
namespace async_cassandra::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class visitor final : public shard::guest {
public:
    visitor(diary& log, std::string name) : log_(log), name_(std::move(name)) {}
    void on_shard_down() noexcept override { log_.add(name_ + " down"); }

private:
    diary& log_;
    std::string name_;
};

/// Says when it is destroyed.
struct token {
    token(diary& to, std::string n) : log(to), name(std::move(n)) {}
    token(const token&) = delete;
    token& operator=(const token&) = delete;
    ~token() { log.add(name + " dropped"); }
    diary& log;
    std::string name;
};

// Contract: a context that is destroyed first destroys pending handlers uninvoked.
TEST(shard_teardown, a_context_that_goes_first_drops_everything_uninvoked_guests_before_calls)
{
    diary log;
    auto context = std::make_unique<asio::io_context>(1);
    const auto home = shard::create(base::make_asio_environment(context->get_executor()));
    visitor first{log, "first"};
    visitor second{log, "second"};
    home->add_guest(first);
    home->add_guest(second);
    const auto handler = [&](const char* name) {
        return call_handler{
            [&log, held = std::make_shared<token>(log, name)](const std::string&) { log.add("ran"); }};
    };
    home->submit(*new call{*home, true, handler("waiting")});
    context->poll();
    context->restart();
    home->submit(*new call{*home, false, handler("in the inbox")});
    context.reset();
    EXPECT_THAT(
        log.lines(), ElementsAre("in the inbox dropped", "first down", "second down", "waiting dropped")
    );
    EXPECT_TRUE(home->is_dead());
    EXPECT_FALSE(home->on_thread());
}

TEST(shard_teardown, finished_calls_whose_turn_never_came_are_dropped)
{
    diary log;
    auto context = std::make_unique<asio::io_context>(1);
    const auto home = shard::create(base::make_asio_environment(context->get_executor()));
    asio::post(*context, [&] {
        home->submit(*new call{
            *home, false, call_handler{[held = std::make_shared<token>(log, "one")](const std::string&) {}}});
        context->stop();
    });
    context->run();
    EXPECT_THAT(log.lines(), IsEmpty());
    context.reset();
    EXPECT_THAT(log.lines(), ElementsAre("one dropped"));
}

TEST(shard_teardown, a_dropped_handler_may_hold_the_last_owner_of_the_shard)
{
    auto context = std::make_unique<asio::io_context>(1);
    auto home = shard::create(base::make_asio_environment(context->get_executor()));
    const std::weak_ptr<shard> watch = home;
    shard& raw = *home;
    raw.submit(*new call{raw, true, call_handler{[home](const std::string&) {}}});
    context->poll();
    home.reset();
    EXPECT_FALSE(watch.expired());
    context.reset();
    EXPECT_TRUE(watch.expired());
}

TEST(shard_teardown, a_timer_may_drop_the_last_owner_of_the_shard)
{
    testing::simulated_world world;
    struct last final : base::timer_node {
        void on_timer(base::time_point) noexcept override { owner.reset(); }
        std::shared_ptr<shard> owner;
    };
    auto node = std::make_unique<last>();
    node->owner = shard::create(world.make_environment());
    const std::weak_ptr<shard> watch = node->owner;
    asio::post(world.environment()->executor(), [&] {
        node->owner->turn([&] { node->owner->set_timer(*node, world.now() + 5ms); });
    });
    world.run_for(1s);
    EXPECT_TRUE(watch.expired());
}

TEST(shard_teardown, calls_to_a_shard_that_is_gone_are_refused_by_a_thread_of_the_system)
{
    auto context = std::make_unique<asio::io_context>(1);
    const auto home = shard::create(base::make_asio_environment(context->get_executor()));
    context.reset();
    std::promise<std::string> ended;
    home->submit(*new call{
        *home, false, call_handler{[&](std::string result) {
            ended.set_value(result + (std::this_thread::get_id() == std::thread::id{} ? "" : " elsewhere"));
        }}});
    EXPECT_EQ(ended.get_future().get(), "refused elsewhere");
    run_on(*home, [] { FAIL() << "ran on a shard that is gone"; });
}

TEST(shard_teardown, a_call_to_a_closed_inbox_is_refused_on_its_own_executor)
{
    asio::io_context context{1};
    asio::io_context elsewhere;
    const auto home = shard::create(base::make_asio_environment(context.get_executor()));
    std::vector<std::string> results;
    home->close_inbox();
    home->submit(*new call{
        *home, false, call_handler{asio::bind_executor(elsewhere, [&](const std::string& result) {
            results.push_back(result);
        })}});
    EXPECT_THAT(results, IsEmpty());
    elsewhere.run();
    EXPECT_THAT(results, ElementsAre("refused"));
}

// Threads: run under ThreadSanitizer.

TEST(shard_threads, calls_of_many_threads_end_where_they_want_and_each_once)
{
    constexpr int threads = 4;
    constexpr int each = 500;
    base::io_thread loop;
    const auto home = shard::create(base::make_asio_environment(loop.executor(), loop.context()));
    std::atomic<int> on_shard{0};
    std::atomic<int> elsewhere{0};
    std::atomic<int> cancelled{0};
    std::vector<std::thread> callers;
    for (int t = 0; t < threads; ++t) {
        callers.emplace_back([&] {
            asio::io_context own;
            int mine = 0;
            std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
            for (int i = 0; i < each; ++i) {
                home->submit(*new call{*home, false, call_handler{[&](const std::string&) { ++on_shard; }}});
                home->submit(*new call{
                    *home, false, call_handler{asio::bind_executor(own, [&](const std::string&) {
                        ++mine;
                        ++elsewhere;
                    })}});
                signals.push_back(std::make_unique<asio::cancellation_signal>());
                home->submit(*new call{
                    *home,
                    true,
                    call_handler{asio::bind_cancellation_slot(
                        signals.back()->slot(),
                        asio::bind_executor(
                            own, [&](const std::string& result) { cancelled += result == "cancelled"; }
                        )
                    )}});
                asio::post(own, [&signal = *signals.back()] {
                    signal.emit(asio::cancellation_type::terminal);
                });
                own.poll();
                own.restart();
            }
            own.run();
            EXPECT_EQ(mine, each);
        });
    }
    for (std::thread& t : callers)
        t.join();
    EXPECT_EQ(elsewhere, threads * each);
    EXPECT_EQ(cancelled, threads * each);
    std::promise<void> last;
    run_on(*home, [&] { last.set_value(); });
    last.get_future().wait();
    while (on_shard != threads * each)
        std::this_thread::yield();
}

TEST(shard_threads, closing_while_others_call_ends_every_call_once)
{
    constexpr int threads = 3;
    constexpr int each = 500;
    base::io_thread loop;
    const auto home = shard::create(base::make_asio_environment(loop.executor(), loop.context()));
    std::atomic<int> ended{0};
    std::atomic<int> refused{0};
    std::vector<std::thread> callers;
    for (int t = 0; t < threads; ++t) {
        callers.emplace_back([&] {
            for (int i = 0; i < each; ++i)
                home->submit(*new call{*home, false, call_handler{[&](const std::string& result) {
                                           refused += result == "refused";
                                           ++ended;
                                       }}});
        });
    }
    run_on(*home, [&] { home->close_inbox(); });
    for (std::thread& t : callers)
        t.join();
    while (ended != threads * each)
        std::this_thread::yield();
    EXPECT_LE(refused, threads * each);
}

TEST(shard_threads, the_last_owner_may_go_on_any_thread_while_alarms_ring)
{
    for (int round = 0; round < 200; ++round) {
        base::io_thread loop;
        auto home = shard::create(base::make_asio_environment(loop.executor(), loop.context()));
        struct ticking final : base::timer_node {
            void on_timer(base::time_point now) noexcept override { where->set_timer(*this, now + 1ms); }
            shard* where = nullptr;
        };
        const auto tick = std::make_shared<ticking>();
        tick->where = home.get();
        std::promise<void> set;
        run_on(*home, [&] {
            tick->where->set_timer(*tick, tick->where->now());
            set.set_value();
        });
        set.get_future().wait();
        std::promise<void> cleared;
        run_on(*home, [&] {
            base::timer_wheel::clear(*tick);
            cleared.set_value();
        });
        cleared.get_future().wait();
        home.reset();
    }
}

}  // namespace
}  // namespace async_cassandra::net
