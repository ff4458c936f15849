// SPDX-License-Identifier: Apache-2.0
#include "base/byte_buffer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace async_cassandra::base {
namespace {

std::span<const std::byte> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

std::string text_of(const byte_buffer& buffer)
{
    return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
}

byte_buffer buffer_of(std::string_view text)
{
    byte_buffer buffer;
    buffer.append(bytes_of(text));
    return buffer;
}

TEST(byte_buffer, begins_empty_and_allocates_nothing)
{
    const byte_buffer buffer;
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.size(), 0U);
    EXPECT_EQ(buffer.capacity(), 0U);
    EXPECT_TRUE(buffer.bytes().empty());
}

TEST(byte_buffer, appending_keeps_what_is_there_through_every_growth)
{
    byte_buffer buffer;
    std::string expected;
    for (int i = 0; i < 2000; ++i) {
        const std::string piece = std::to_string(i) + ";";
        buffer.append(bytes_of(piece));
        expected += piece;
    }
    EXPECT_EQ(text_of(buffer), expected);
    EXPECT_GE(buffer.capacity(), buffer.size());
    EXPECT_LE(buffer.capacity(), 2 * buffer.size());
}

TEST(byte_buffer, appending_nothing_does_nothing)
{
    byte_buffer buffer;
    buffer.append({});
    EXPECT_EQ(buffer.capacity(), 0U);
}

TEST(byte_buffer, extend_gives_room_behind_the_contents)
{
    byte_buffer buffer = buffer_of("abc");
    std::byte* at = buffer.extend(2);
    EXPECT_EQ(at, buffer.data() + 3);
    at[0] = std::byte{'d'};
    at[1] = std::byte{'e'};
    EXPECT_EQ(text_of(buffer), "abcde");
}

TEST(byte_buffer, truncate_only_shortens)
{
    byte_buffer buffer = buffer_of("abcdef");
    buffer.truncate(10);
    EXPECT_EQ(text_of(buffer), "abcdef");
    buffer.truncate(2);
    EXPECT_EQ(text_of(buffer), "ab");
    buffer.truncate(0);
    EXPECT_TRUE(buffer.empty());
}

TEST(byte_buffer, clear_keeps_the_memory_and_shrink_gives_much_of_it_back)
{
    byte_buffer buffer = buffer_of(std::string(1000, 'x'));
    buffer.shrink(10);
    EXPECT_EQ(buffer.size(), 1000U);
    buffer.clear();
    EXPECT_GE(buffer.capacity(), 1000U);
    buffer.shrink(1000000);
    EXPECT_GE(buffer.capacity(), 1000U);
    buffer.shrink(999);
    EXPECT_EQ(buffer.capacity(), 0U);
    buffer.append(bytes_of("again"));
    EXPECT_EQ(text_of(buffer), "again");
}

TEST(byte_buffer, moves_leave_an_empty_buffer_behind)
{
    byte_buffer from = buffer_of("abc");
    byte_buffer to{std::move(from)};
    EXPECT_EQ(text_of(to), "abc");
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): it says so
    from = std::move(to);
    EXPECT_EQ(text_of(from), "abc");
    EXPECT_EQ(to.capacity(), 0U);  // NOLINT(bugprone-use-after-move)
    byte_buffer& same = from;
    from = std::move(same);
    EXPECT_EQ(text_of(from), "abc");
    swap(from, to);
    EXPECT_EQ(text_of(to), "abc");
}

}  // namespace
}  // namespace async_cassandra::base
