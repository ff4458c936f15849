// SPDX-License-Identifier: Apache-2.0
#include "net/shard.hpp"

#include <async_cassandra/asio_inet.hpp>

#include "base/asio_environment.hpp"
#include "net/shard_call.hpp"
#include "support/simulated_world.hpp"
#include "unit/types/one_value.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace async_cassandra::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using handler_type = asio::any_completion_handler<void(std::string)>;

/// What happened, in order; from any thread.
class diary {
public:
    void add(const std::string& what)
    {
        const std::lock_guard lock{mutex_};
        lines_.push_back(what);
    }
    [[nodiscard]] std::vector<std::string> lines() const
    {
        const std::lock_guard lock{mutex_};
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// An operation that ends when it starts, or when it is told.
class call final : public operation {
public:
    call(shard& home, bool waits, handler_type&& handler)
        : operation(home), handler_(std::move(handler)), waits_(waits)
    {
        adopt(handler_);
    }

    void start() noexcept override
    {
        if (on_start)
            on_start();
        if (!waits_)
            end("done");
    }
    void cancel(asio::cancellation_type) noexcept override { end("cancelled"); }
    void refuse() noexcept override { result_ = "refused"; }
    void detach() noexcept override { ended_ = true; }
    void end(const char* result) noexcept
    {
        if (std::exchange(ended_, true))
            return;
        result_ = result;
        home().finish(*this);
    }
    void invoke() override
    {
        let_go(handler_);
        handler_type handler{std::move(handler_)};
        const std::string result = result_;
        release();
        std::move(handler)(result);
    }
    void abandon() noexcept override
    {
        let_go(handler_);
        const handler_type dropped{std::move(handler_)};
        release();
    }

    std::function<void()> on_start;

private:
    ~call() override = default;

    handler_type handler_;
    std::string result_;
    bool waits_;
    bool ended_ = false;
};

class shard_test : public ::testing::Test {
protected:
    template <class Handler>
    call& begin(Handler&& handler, bool waits = false)
    {
        auto* const one = new call{*home, waits, handler_type{std::forward<Handler>(handler)}};
        home->submit(*one);
        return *one;
    }
    auto noting(const std::string& name)
    {
        return [this, name](const std::string& result) { log.add(name + " " + result); };
    }

    diary log;
    asio::io_context context{1};
    std::shared_ptr<shard> home = shard::create(base::make_asio_environment(context.get_executor()));
};

// Contract: handlers never run inside the initiating function.
TEST_F(shard_test, no_handler_runs_within_submit_from_elsewhere_or_from_the_loop)
{
    begin(noting("outside"));
    EXPECT_THAT(log.lines(), IsEmpty());
    asio::post(context, [&] {
        begin(noting("inside"));
        log.add("begun");
    });
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("outside done", "begun", "inside done"));
}

TEST_F(shard_test, knows_its_thread_in_turns_within_turns_and_behind_them)
{
    const std::shared_ptr<shard> other = shard::create(base::make_asio_environment(context.get_executor()));
    asio::io_context elsewhere{1};
    const std::shared_ptr<shard> far = shard::create(base::make_asio_environment(elsewhere.get_executor()));
    EXPECT_FALSE(home->on_thread());
    asio::post(context, [&] {
        home->turn([&] {
            other->turn([&] {
                EXPECT_TRUE(home->on_thread());
                EXPECT_TRUE(other->on_thread());
                EXPECT_FALSE(far->on_thread());
                std::thread{[&] { EXPECT_FALSE(other->on_thread()); }}.join();
            });
            EXPECT_TRUE(home->on_thread());
            EXPECT_FALSE(far->on_thread());
            log.add("done");
        });
    });
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("done"));
    EXPECT_FALSE(home->on_thread());
    EXPECT_FALSE(other->on_thread());
}

TEST_F(shard_test, a_handler_may_begin_the_next_call)
{
    int count = 0;
    std::function<void(std::string)> next = [&](const std::string&) {
        if (++count < 1000)
            begin(next);
    };
    begin(next);
    context.run();
    EXPECT_EQ(count, 1000);
}

// Contract: the handlers run per loop turn are bounded (256).
TEST_F(shard_test, other_work_of_the_loop_gets_its_turn_between_many_handlers)
{
    int count = 0;
    std::vector<int> seen;
    std::function<void()> watch = [&] {
        seen.push_back(count);
        if (count < 1000)
            asio::post(context, watch);
    };
    for (int i = 0; i < 1000; ++i)
        begin([&](const std::string&) { ++count; });
    asio::post(context, watch);
    context.run();
    EXPECT_EQ(count, 1000);
    for (std::size_t i = 1; i < seen.size(); ++i)
        EXPECT_LE(seen[i] - seen[i - 1], 256);
}

TEST_F(shard_test, a_throwing_handler_goes_out_through_run_and_its_neighbours_still_run)
{
    begin([](const std::string&) { throw std::runtime_error{"of the user"}; });
    begin(noting("second"));
    begin([](const std::string&) { throw std::runtime_error{"of the user"}; });
    begin(noting("fourth"));
    EXPECT_THROW(context.run(), std::runtime_error);
    EXPECT_THROW(context.run(), std::runtime_error);
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("second done", "fourth done"));
}

// Handlers elsewhere.

TEST_F(shard_test, handlers_of_another_executor_travel_together)
{
    asio::io_context elsewhere;
    for (int i = 0; i < 50; ++i)
        begin(asio::bind_executor(elsewhere, noting(std::to_string(i))));
    context.run();
    EXPECT_THAT(log.lines(), IsEmpty());
    EXPECT_EQ(elsewhere.poll_one(), 1U);
    EXPECT_EQ(log.lines().size(), 50U);
    EXPECT_EQ(log.lines().back(), "49 done");
}

TEST_F(shard_test, a_loop_elsewhere_is_kept_running_while_a_call_is_under_way)
{
    asio::io_context elsewhere;
    call& one = begin(asio::bind_executor(elsewhere, noting("one")), true);
    context.run();
    context.restart();
    EXPECT_EQ(elsewhere.poll(), 0U);
    EXPECT_FALSE(elsewhere.stopped());
    asio::post(context, [&] { one.end("ended"); });
    context.run();
    elsewhere.run();
    EXPECT_THAT(log.lines(), ElementsAre("one ended"));
}

TEST_F(shard_test, a_loop_elsewhere_may_end_behind_its_handler_whoever_still_knows_the_call)
{
    asio::io_context elsewhere;
    call& one = begin(asio::bind_executor(elsewhere, noting("one")), true);
    const boost::intrusive_ptr<operation> known{&one};
    context.run();
    context.restart();
    asio::post(context, [&] { one.end("ended"); });
    context.run();
    EXPECT_EQ(elsewhere.poll(), 1U);
    EXPECT_TRUE(elsewhere.stopped()) << "it is kept running for a call that is over";
    EXPECT_THAT(log.lines(), ElementsAre("one ended"));
}

TEST_F(shard_test, neighbours_of_a_handler_that_throws_elsewhere_still_run)
{
    asio::io_context elsewhere;
    for (int i = 0; i < 3; ++i) {
        begin(asio::bind_executor(elsewhere, [](const std::string&) {
            throw std::runtime_error{"of the user"};
        }));
        begin(asio::bind_executor(elsewhere, noting(std::to_string(i))));
    }
    context.run();
    int thrown = 0;
    for (bool again = true; again;) {
        try {
            elsewhere.run();
            again = false;
        } catch (const std::runtime_error&) {
            ++thrown;
        }
    }
    EXPECT_EQ(thrown, 3);
    EXPECT_THAT(log.lines(), ElementsAre("0 done", "1 done", "2 done"));
}

TEST_F(shard_test, handlers_for_a_loop_that_is_gone_are_dropped)
{
    auto elsewhere = std::make_unique<asio::io_context>();
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = held;
    begin(asio::bind_executor(*elsewhere, [held, this](const std::string&) { log.add("ran"); }));
    held.reset();
    context.run();
    EXPECT_FALSE(watch.expired());
    elsewhere.reset();
    EXPECT_TRUE(watch.expired());
    EXPECT_THAT(log.lines(), IsEmpty());
}

/// Runs what it is given at once, and lets exceptions through.
struct inline_executor {
    int number;
    template <class Function>
    void execute(Function&& f) const
    {
        std::forward<Function>(f)();
    }
    friend bool operator==(const inline_executor&, const inline_executor&) = default;
};

TEST_F(shard_test, an_exception_that_an_executor_lets_through_costs_no_other_call_its_end)
{
    for (int i = 0; i < 20; ++i) {
        begin(asio::bind_executor(inline_executor{i}, [this, i](const std::string&) {
            log.add(std::to_string(i));
            if (i == 3)
                throw std::runtime_error{"of the user"};
        }));
    }
    EXPECT_THROW(context.run(), std::runtime_error);
    context.run();
    EXPECT_EQ(log.lines().size(), 20U);
}

/// Runs what it is given at once, and counts the shares of its work, by which a loop knows that it may not end.
class counting_executor {
public:
    explicit counting_executor(int& shares) : shares_(&shares) {}
    counting_executor(const counting_executor& other) noexcept
        : counting_executor(other.shares_, other.tracks_)
    {}
    counting_executor& operator=(const counting_executor&) = delete;
    ~counting_executor() { *shares_ -= tracks_ ? 1 : 0; }

    [[nodiscard]] counting_executor require(asio::execution::outstanding_work_t::tracked_t) const
    {
        return {shares_, true};
    }
    [[nodiscard]] counting_executor require(asio::execution::outstanding_work_t::untracked_t) const
    {
        return {shares_, false};
    }
    [[nodiscard]] asio::execution::outstanding_work_t query(asio::execution::outstanding_work_t
    ) const noexcept
    {
        if (tracks_)
            return asio::execution::outstanding_work.tracked;
        return asio::execution::outstanding_work.untracked;
    }
    template <class Function>
    void execute(Function&& f) const
    {
        std::forward<Function>(f)();
        EXPECT_GT(*shares_, 0) << "its loop may have ended, and be gone, while this still wakes it";
    }
    friend bool operator==(const counting_executor&, const counting_executor&) noexcept { return true; }

private:
    counting_executor(int* shares, bool tracks) noexcept : shares_(shares), tracks_(tracks)
    {
        *shares_ += tracks_ ? 1 : 0;
    }

    int* shares_;
    bool tracks_ = false;
};

TEST_F(shard_test, an_executor_elsewhere_has_work_until_the_call_that_hands_over_has_returned)
{
    int shares = 0;
    begin(asio::bind_executor(counting_executor{shares}, noting("one")));
    EXPECT_GT(shares, 0);
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("one done"));
    EXPECT_EQ(shares, 0);
}

// Cancelling.

TEST_F(shard_test, no_handler_runs_within_emit)
{
    asio::cancellation_signal signal;
    begin(asio::bind_cancellation_slot(signal.slot(), noting("one")), true);
    asio::post(context, [&] {
        signal.emit(asio::cancellation_type::terminal);
        log.add("emitted");
    });
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("emitted", "one cancelled"));
}

TEST_F(shard_test, a_cancellation_from_elsewhere_travels_to_the_shard)
{
    asio::io_context elsewhere;
    asio::cancellation_signal signal;
    begin(asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(elsewhere, noting("one"))), true);
    asio::post(elsewhere, [&] { signal.emit(asio::cancellation_type::terminal); });
    elsewhere.poll();
    context.run();
    elsewhere.run();
    EXPECT_THAT(log.lines(), ElementsAre("one cancelled"));
}

TEST_F(shard_test, a_cancellation_that_comes_too_late_is_nothing)
{
    asio::cancellation_signal signal;
    begin(asio::bind_cancellation_slot(signal.slot(), noting("one")));
    asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    context.run();
    signal.emit(asio::cancellation_type::terminal);
    EXPECT_THAT(log.lines(), ElementsAre("one done"));
}

TEST_F(shard_test, a_cancellation_on_the_shards_thread_waits_for_an_operation_that_has_not_begun)
{
    asio::cancellation_signal signal;
    asio::post(context, [&] {
        signal.emit(asio::cancellation_type::terminal);
        log.add("emitted");
    });
    call& one = begin(asio::bind_cancellation_slot(signal.slot(), noting("one")), true);
    one.on_start = [this] { log.add("started"); };
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("emitted", "started", "one cancelled"));
}

TEST_F(shard_test, a_cancellation_of_an_operation_that_a_closed_shard_refuses_is_nothing)
{
    asio::io_context elsewhere;
    asio::cancellation_signal signal;
    home->close_inbox();
    asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    begin(asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(elsewhere, noting("one"))));
    context.run();
    elsewhere.run();
    EXPECT_THAT(log.lines(), ElementsAre("one refused"));
}

// Work of the library's own.

TEST_F(shard_test, a_function_runs_at_once_on_the_shards_thread_and_travels_otherwise)
{
    run_on(*home, [&] { log.add("from elsewhere"); });
    EXPECT_THAT(log.lines(), IsEmpty());
    asio::post(context, [&] {
        run_on(*home, [&] { log.add("from the loop"); });
        log.add("back");
    });
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("from elsewhere", "from the loop", "back"));
}

TEST_F(shard_test, a_function_run_from_the_loop_runs_no_handler_of_others)
{
    asio::post(context, [&] {
        begin(noting("one"));
        run_on(*home, [] {});
        log.add("back");
    });
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("back", "one done"));
}

class dirty final : public flushable {
public:
    explicit dirty(diary& log) : log_(log) {}
    void flush() noexcept override { log_.add("flush"); }

private:
    diary& log_;
};

TEST_F(shard_test, what_gathered_is_written_once_at_the_end_of_the_turn)
{
    dirty output{log};
    asio::post(context, [&] {
        home->turn([&] {
            home->gathered(output);
            home->gathered(output);
            log.add("work");
        });
        home->gathered(output);
        log.add("outside a turn");
    });
    context.run();
    EXPECT_THAT(log.lines(), ElementsAre("work", "flush", "outside a turn", "flush"));
}

TEST_F(shard_test, what_gathered_is_written_though_a_handler_throws)
{
    dirty output{log};
    begin([&](const std::string&) {
        home->gathered(output);
        throw std::runtime_error{"of the user"};
    });
    EXPECT_THROW(context.run(), std::runtime_error);
    EXPECT_THAT(log.lines(), ElementsAre("flush"));
}

TEST_F(shard_test, a_context_has_nothing_to_do_when_a_shard_is_idle)
{
    begin(noting("one"));
    context.run();
    context.restart();
    EXPECT_EQ(context.poll(), 0U);
    EXPECT_TRUE(context.stopped());
}

// Going away.

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
        return handler_type{
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
            *home, false, handler_type{[held = std::make_shared<token>(log, "one")](const std::string&) {}}});
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
    raw.submit(*new call{raw, true, handler_type{[home](const std::string&) {}}});
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
        *home, false, handler_type{[&](std::string result) {
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
        *home, false, handler_type{asio::bind_executor(elsewhere, [&](const std::string& result) {
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
                home->submit(*new call{*home, false, handler_type{[&](const std::string&) { ++on_shard; }}});
                home->submit(*new call{
                    *home, false, handler_type{asio::bind_executor(own, [&](const std::string&) {
                        ++mine;
                        ++elsewhere;
                    })}});
                signals.push_back(std::make_unique<asio::cancellation_signal>());
                home->submit(*new call{
                    *home,
                    true,
                    handler_type{asio::bind_cancellation_slot(
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
                home->submit(*new call{*home, false, handler_type{[&](const std::string& result) {
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

// Addresses of Asio as values: here, because only few units may include Asio.
namespace async_cassandra {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using boost::asio::ip::make_address;
using boost::asio::ip::make_address_v4;
using boost::asio::ip::make_address_v6;
using test::bound;
using test::expect_bytes;
using test::read_error;

TEST(asio_inet, addresses_are_bound_and_read)
{
    expect_bytes(type_kind::inet, make_address("127.0.0.1"), "7f000001");
    expect_bytes(type_kind::inet, make_address("2001:db8::ff00:42:8329"), "20010db8000000000000ff0000428329");
    expect_bytes(type_kind::inet, make_address_v4("127.0.0.1"), "7f000001");
    expect_bytes(type_kind::inet, make_address_v6("::1"), "00000000000000000000000000000001");
    EXPECT_EQ(
        bound(data_type::list_of(type_kind::inet), std::vector{make_address("1.2.3.4")}),
        "000000010000000401020304"
    );
}

TEST(asio_inet, what_would_be_lost_is_refused)
{
    EXPECT_EQ(
        bound(type_kind::inet, address{address_v6{{}, 3}}),
        "marker 'v' (position 0): ::%3 has a scope, which CQL type inet cannot keep"
    );
    EXPECT_EQ(
        read_error<address_v4>(type_kind::inet, "00000000000000000000000000000001"),
        "column 'v' (position 0): ::1 is no IPv4 address"
    );
    EXPECT_EQ(
        read_error<address_v6>(type_kind::inet, "7f000001"),
        "column 'v' (position 0): 127.0.0.1 is no IPv6 address"
    );
}

}  // namespace
}  // namespace async_cassandra
