// SPDX-License-Identifier: Apache-2.0
#include "cluster/pool_openings.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::detail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const net::close_reason closing{make_error_code(errc::closed), "enough", nullptr};

class pool_openings_test : public ::testing::Test {
protected:
    void add(int host)
    {
        subject.add(id(host), "ks", [this, host](const net::close_reason* reason) {
            told.push_back(std::to_string(host) + (reason == nullptr ? "" : ": " + reason->text));
        });
    }
    static uuid id(int host) { return uuid{{static_cast<std::uint8_t>(host)}}; }
    void end_first(const net::close_reason* reason = nullptr)
    {
        const auto done = std::move(running.front());
        running.erase(running.begin());
        done(reason);
    }

    std::vector<int> begun;
    std::vector<pool::open_callback> running;
    std::vector<std::string> told;
    bool at_once = false;
    pool_openings subject{2, [this](const uuid& host, const std::string& keyspace, pool::open_callback done) {
                              EXPECT_EQ(keyspace, "ks");
                              begun.push_back(host.bytes()[0]);
                              if (at_once)
                                  done(nullptr);
                              else
                                  running.push_back(std::move(done));
                          }};
};

TEST_F(pool_openings_test, so_many_run_at_once_and_the_others_follow_in_order)
{
    for (int i = 0; i < 5; ++i)
        add(i);
    EXPECT_THAT(begun, ElementsAre(0, 1));
    end_first();
    EXPECT_THAT(begun, ElementsAre(0, 1, 2));
    end_first(&closing);
    EXPECT_THAT(begun, ElementsAre(0, 1, 2, 3));
    while (!running.empty())
        end_first();
    EXPECT_THAT(told, ElementsAre("0", "1: enough", "2", "3", "4"));
}

TEST_F(pool_openings_test, a_thousand_that_are_open_already_take_no_stack)
{
    add(0);
    add(1);
    at_once = true;
    for (int i = 0; i < 100'000; ++i)
        subject.add(id(2), "ks", nullptr);
    end_first();
    EXPECT_THAT(begun, SizeIs(100'002));
}

TEST_F(pool_openings_test, those_that_nobody_asked_for_are_forgotten)
{
    add(0);
    add(1);
    subject.add(id(2), "ks", nullptr);
    add(3);
    subject.forget_unasked();
    end_first();
    end_first();
    EXPECT_THAT(begun, ElementsAre(0, 1, 3));
}

TEST_F(pool_openings_test, after_close_those_that_wait_are_told_and_nothing_begins)
{
    for (int i = 0; i < 4; ++i)
        add(i);
    subject.close(closing);
    EXPECT_THAT(told, ElementsAre("2: enough", "3: enough"));
    end_first(&closing);
    EXPECT_THAT(begun, ElementsAre(0, 1));
}

TEST_F(pool_openings_test, after_close_what_is_added_is_told_at_once)
{
    subject.close(closing);
    add(7);
    subject.add(id(8), "ks", nullptr);
    EXPECT_THAT(told, ElementsAre("7: enough"));
    EXPECT_THAT(begun, IsEmpty());
}

TEST_F(pool_openings_test, dropping_tells_nobody)
{
    for (int i = 0; i < 4; ++i)
        add(i);
    subject.drop();
    EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace async_cassandra::detail
