// SPDX-License-Identifier: Apache-2.0
#include "unit/net/shard_fixture.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

// Handlers that complete on executors of their own.
namespace async_cassandra::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace async_cassandra::net
