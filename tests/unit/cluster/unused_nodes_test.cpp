// SPDX-License-Identifier: Apache-2.0
#include "cluster/unused_nodes.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

#include <utility>
#include <vector>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class unused_nodes_test : public ::testing::Test {
protected:
    [[nodiscard]] static uuid host(std::uint8_t number) { return uuid{{number}}; }

    void answer(const boost::system::error_code& code)
    {
        const auto done = std::exchange(running, nullptr);
        if (code)
            done(failure_ptr{base::make_failure(code, "no")});
        else
            done(host_health{});
    }

    base::time_point now{1000h};
    std::vector<uuid> asked;
    health_check::callback running;
    unused_nodes subject{30s, [this](const uuid& host_id, health_check::callback done) {
                             asked.push_back(host_id);
                             running = std::move(done);
                         }};
};

TEST_F(unused_nodes_test, one_that_nothing_is_known_of_may_be_up)
{
    EXPECT_TRUE(subject.may_be_up(host(1), false, now));
    EXPECT_THAT(asked, IsEmpty());
    EXPECT_TRUE(subject.may_be_up(host(1), true, now));
    EXPECT_TRUE(subject.may_be_up(host(1), true, now)) << "it has not answered yet";
    EXPECT_THAT(asked, ElementsAre(host(1)));
}

TEST_F(unused_nodes_test, one_that_gave_no_sign_of_life_is_down_for_a_while)
{
    static_cast<void>(subject.may_be_up(host(1), true, now));
    answer(errc::request_timeout);
    EXPECT_FALSE(subject.may_be_up(host(1), true, now + 29s));
    EXPECT_FALSE(subject.may_be_up(host(1), false, now + 29s));
    EXPECT_TRUE(subject.may_be_up(host(2), false, now));
    EXPECT_TRUE(subject.may_be_up(host(1), true, now + 30s));
    EXPECT_THAT(asked, ElementsAre(host(1), host(1)));
}

TEST_F(unused_nodes_test, one_that_answers_in_whatever_way_lives)
{
    for (const boost::system::error_code code :
         {boost::system::error_code{},
          make_error_code(errc::not_authenticated),
          make_error_code(server_code::bad_credentials),
          make_error_code(errc::protocol_violation),
          make_error_code(errc::tls_failed)}) {
        subject.forget(host(1));
        static_cast<void>(subject.may_be_up(host(1), true, now));
        answer(code);
        EXPECT_TRUE(subject.may_be_up(host(1), true, now)) << code;
    }
}

TEST_F(unused_nodes_test, what_others_say_comes_before_what_was_found)
{
    static_cast<void>(subject.may_be_up(host(1), true, now));
    subject.forget(host(1));
    answer(errc::connection_failed);
    EXPECT_TRUE(subject.may_be_up(host(1), false, now)) << "the answer is older";
}

TEST_F(unused_nodes_test, an_answer_may_come_at_once)
{
    unused_nodes at_once{30s, [](const uuid&, const health_check::callback& done) {
                             done(failure_ptr{base::make_failure(errc::connection_failed, "no")});
                         }};
    EXPECT_FALSE(at_once.may_be_up(host(1), true, now));
}

}  // namespace
}  // namespace async_cassandra::detail
