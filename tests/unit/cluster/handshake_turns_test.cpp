// SPDX-License-Identifier: Apache-2.0
#include "cluster/handshake_turns.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace async_cassandra::detail {
namespace {

using ::testing::ElementsAre;
using rank = handshake_turns::rank;

class handshake_turns_test : public ::testing::Test {
protected:
    class turn final : public handshake_turn {
    public:
        turn(handshake_turns_test& test, int number) : test_(test), number_(number) {}
        void begin() noexcept override
        {
            test_.begun.push_back(number_);
            if (test_.fails_at_once)
                test_.all[static_cast<std::size_t>(number_)].reset();
        }

    private:
        handshake_turns_test& test_;
        int number_;
    };

    void ask(rank as = rank::first)
    {
        all.push_back(std::make_unique<turn>(*this, static_cast<int>(all.size())));
        subject.ask(*all.back(), as);
    }
    void end(std::size_t number) { all[number].reset(); }

    handshake_turns subject{2};
    std::vector<int> begun;
    std::vector<std::unique_ptr<turn>> all;
    bool fails_at_once = false;
};

TEST_F(handshake_turns_test, so_many_run_at_once_and_the_others_follow_in_order)
{
    for (int i = 0; i < 5; ++i)
        ask();
    EXPECT_THAT(begun, ElementsAre(0, 1));
    end(1);
    EXPECT_THAT(begun, ElementsAre(0, 1, 2));
    end(0);
    end(2);
    EXPECT_THAT(begun, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(handshake_turns_test, first_connections_go_before_others)
{
    ask();
    ask();
    ask(rank::later);
    ask(rank::later);
    ask();
    end(0);
    EXPECT_THAT(begun, ElementsAre(0, 1, 4));
    end(1);
    end(4);
    EXPECT_THAT(begun, ElementsAre(0, 1, 4, 2, 3));
}

TEST_F(handshake_turns_test, one_that_waits_may_be_put_before_others)
{
    ask();
    ask();
    ask(rank::later);
    ask(rank::later);
    subject.ask(*all[3], rank::first);
    end(0);
    end(1);
    EXPECT_THAT(begun, ElementsAre(0, 1, 3, 2));
}

TEST_F(handshake_turns_test, one_that_waits_keeps_its_place_when_it_asks_again_for_no_better_rank)
{
    ask();
    ask();
    ask();
    ask();
    ask(rank::later);
    subject.ask(*all[2], rank::first);
    subject.ask(*all[2], rank::later);
    end(0);
    EXPECT_THAT(begun, ElementsAre(0, 1, 2));
    end(1);
    end(2);
    EXPECT_THAT(begun, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(handshake_turns_test, a_quarter_more_are_for_nodes_that_are_up)
{
    ask();
    ask();
    ask();
    ask(rank::sure);
    ask(rank::sure);
    EXPECT_THAT(begun, ElementsAre(0, 1, 3)) << "at least one";
    end(0);
    EXPECT_THAT(begun, ElementsAre(0, 1, 3, 4)) << "and they go first";
    end(1);
    EXPECT_THAT(begun, ElementsAre(0, 1, 3, 4)) << "as many as two are under way still";
    end(3);
    EXPECT_THAT(begun, ElementsAre(0, 1, 3, 4, 2));
}

TEST_F(handshake_turns_test, one_that_gives_up_while_it_waits_is_passed_over)
{
    for (int i = 0; i < 4; ++i)
        ask();
    end(2);
    EXPECT_THAT(begun, ElementsAre(0, 1));
    end(0);
    EXPECT_THAT(begun, ElementsAre(0, 1, 3));
}

TEST_F(handshake_turns_test, those_that_fail_at_once_take_no_stack)
{
    ask();
    ask();
    for (int i = 0; i < 100'000; ++i)
        ask();
    fails_at_once = true;
    end(0);
    EXPECT_EQ(begun.size(), 100'002U);
}

TEST_F(handshake_turns_test, after_close_none_begins)
{
    for (int i = 0; i < 3; ++i)
        ask();
    subject.close();
    end(0);
    end(1);
    ask();
    EXPECT_THAT(begun, ElementsAre(0, 1));
}

}  // namespace
}  // namespace async_cassandra::detail
