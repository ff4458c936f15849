// SPDX-License-Identifier: Apache-2.0
#include "base/inbox.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace async_cassandra::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using put_result = inbox::put_result;

struct record {
    std::vector<int> taken;
    std::vector<int> dropped;
};

class letter final : public inbox_node {
public:
    letter(record& to, int number) : to_(to), number_(number) {}
    void on_taken() noexcept override
    {
        to_.taken.push_back(number_);
        if (reply_ != nullptr)
            reply_result_ = where_->put(*reply_);
    }
    void on_dropped() noexcept override { to_.dropped.push_back(number_); }

    void answers_with(letter& reply, inbox& where)
    {
        reply_ = &reply;
        where_ = &where;
    }
    [[nodiscard]] put_result reply_result() const { return reply_result_; }

private:
    record& to_;
    int number_;
    letter* reply_ = nullptr;
    inbox* where_ = nullptr;
    put_result reply_result_ = put_result::closed;
};

TEST(inbox, hands_over_in_order_of_arrival_and_only_the_first_wakes)
{
    record r;
    letter a{r, 1};
    letter b{r, 2};
    letter c{r, 3};
    inbox box;
    EXPECT_EQ(box.put(a), put_result::first);
    EXPECT_EQ(box.put(b), put_result::behind);
    EXPECT_EQ(box.put(c), put_result::behind);
    EXPECT_THAT(r.taken, IsEmpty());
    box.take_all();
    EXPECT_THAT(r.taken, ElementsAre(1, 2, 3));
    box.take_all();
    EXPECT_THAT(r.taken, ElementsAre(1, 2, 3));
    EXPECT_EQ(box.put(a), put_result::first);
    box.take_all();
    EXPECT_THAT(r.taken, ElementsAre(1, 2, 3, 1));
}

TEST(inbox, what_arrives_while_it_is_emptied_waits_for_the_next_time)
{
    record r;
    letter first{r, 1};
    letter second{r, 2};
    inbox box;
    first.answers_with(second, box);
    ASSERT_EQ(box.put(first), put_result::first);
    box.take_all();
    EXPECT_THAT(r.taken, ElementsAre(1));
    EXPECT_EQ(first.reply_result(), put_result::first);
    box.take_all();
    EXPECT_THAT(r.taken, ElementsAre(1, 2));
}

TEST(inbox, closing_hands_over_what_is_there_and_takes_nothing_more)
{
    record r;
    letter a{r, 1};
    letter b{r, 2};
    letter refused{r, 3};
    inbox box;
    a.answers_with(refused, box);
    ASSERT_EQ(box.put(a), put_result::first);
    ASSERT_EQ(box.put(b), put_result::behind);
    box.close(false);
    EXPECT_THAT(r.taken, ElementsAre(1, 2));
    EXPECT_THAT(r.dropped, IsEmpty());
    EXPECT_EQ(a.reply_result(), put_result::closed);
    EXPECT_EQ(box.put(refused), put_result::closed);
    box.take_all();
    box.close(true);
    EXPECT_THAT(r.taken, ElementsAre(1, 2));
    EXPECT_THAT(r.dropped, IsEmpty());
}

TEST(inbox, closing_may_drop_what_is_there)
{
    record r;
    letter a{r, 1};
    letter b{r, 2};
    inbox box;
    ASSERT_EQ(box.put(a), put_result::first);
    ASSERT_EQ(box.put(b), put_result::behind);
    box.close(true);
    EXPECT_THAT(r.taken, IsEmpty());
    EXPECT_THAT(r.dropped, ElementsAre(1, 2));
}

// The one test here that has threads: the order of memory is what an inbox is for.
TEST(inbox, many_threads_put_and_nothing_is_lost_or_doubled)
{
    constexpr int writers = 4;
    constexpr int each = 2000;
    struct numbered final : inbox_node {
        void on_taken() noexcept override { log->push_back(this); }
        void on_dropped() noexcept override { log->push_back(this); }
        std::vector<const numbered*>* log = nullptr;
        int writer = 0;
        int number = 0;
    };
    std::vector<std::vector<numbered>> letters;
    std::vector<const numbered*> log;
    for (int w = 0; w < writers; ++w) {
        letters.emplace_back(each);
        for (int i = 0; i < each; ++i) {
            numbered& n = letters.back()[static_cast<std::size_t>(i)];
            n.log = &log;
            n.writer = w;
            n.number = i;
        }
    }
    inbox box;
    std::atomic<int> wakes{0};
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w) {
        threads.emplace_back([&, w] {
            for (numbered& n : letters[static_cast<std::size_t>(w)]) {
                switch (box.put(n)) {
                case put_result::first: ++wakes; break;
                case put_result::behind: break;
                case put_result::closed: ++refused; break;
                }
            }
        });
    }
    // Each `first` is a wake-up owed to the taker.
    while (log.size() < static_cast<std::size_t>(writers * each / 2))
        if (wakes.exchange(0) > 0)
            box.take_all();
        else
            std::this_thread::yield();
    box.close(true);
    for (std::thread& t : threads)
        t.join();
    EXPECT_EQ(
        log.size() + static_cast<std::size_t>(refused.load()), static_cast<std::size_t>(writers * each)
    );
    std::vector<int> next(writers, 0);
    for (const numbered* n : log)
        EXPECT_EQ(n->number, next[static_cast<std::size_t>(n->writer)]++);
}

}  // namespace
}  // namespace async_cassandra::base
