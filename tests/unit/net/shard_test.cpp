// SPDX-License-Identifier: Apache-2.0
#include "unit/net/shard_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// Turns of a shard: when handlers run, what a cancellation does, what is written when.
namespace async_cassandra::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace async_cassandra::net
