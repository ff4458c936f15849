// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <system_error>

#include <unistd.h>

namespace async_cassandra::cli {
namespace {

class output_to_a_pipe : public ::testing::Test {
protected:
    output_to_a_pipe()
    {
        std::signal(SIGPIPE, SIG_IGN);  // as the command does
        EXPECT_EQ(::pipe(ends_.data()), 0);
    }
    ~output_to_a_pipe() override
    {
        for (const int end : ends_)
            if (end >= 0)
                ::close(end);
    }

    void close_reader() { ::close(std::exchange(ends_[0], -1)); }

    [[nodiscard]] std::string read_some() const
    {
        std::array<char, 256> text{};
        const ssize_t count = ::read(ends_[0], text.data(), text.size());
        return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

    std::array<int, 2> ends_{-1, -1};
};

TEST_F(output_to_a_pipe, holds_text_back_until_it_is_flushed)
{
    output out{ends_[1]};
    out.buffer() += "one";
    out.flush_block();
    EXPECT_EQ(out.buffer(), "one");
    out.flush();
    EXPECT_EQ(out.buffer(), "");
    EXPECT_EQ(read_some(), "one");
}

TEST_F(output_to_a_pipe, says_so_when_the_reader_went_away)
{
    output out{ends_[1]};
    close_reader();
    out.buffer() += "one";
    EXPECT_THROW(out.flush(), output_closed);
}

TEST_F(output_to_a_pipe, throws_what_the_system_says_of_any_other_failure)
{
    output out{-1};
    out.buffer() += "one";
    EXPECT_THROW(out.flush(), std::system_error);
}

}  // namespace
}  // namespace async_cassandra::cli
