// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/uuid.hpp>

#include <gtest/gtest.h>

#include <unordered_set>

namespace async_cassandra {
namespace {

using namespace std::chrono_literals;

TEST(uuid, text_and_bytes_have_the_same_order)
{
    const auto id = uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->bytes()[0], 0xf4);
    EXPECT_EQ(id->bytes()[15], 0x79);
    EXPECT_EQ(id->to_string(), "f47ac10b-58cc-4372-a567-0e02b2c3d479");
    EXPECT_EQ(id->version(), 4);
}

TEST(uuid, reads_upper_case_and_writes_lower_case)
{
    const auto id = uuid::parse("F47AC10B-58CC-4372-A567-0E02B2C3D479");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->to_string(), "f47ac10b-58cc-4372-a567-0e02b2c3d479");
}

TEST(uuid, refuses_text_that_is_no_uuid)
{
    for (const char* text :
         {"",
          "f47ac10b-58cc-4372-a567-0e02b2c3d47",
          "f47ac10b-58cc-4372-a567-0e02b2c3d4790",
          "f47ac10b58cc-4372-a567-0e02b2c3d4790",
          "f47ac10b-58cc-4372-a567-0e02b2c3d47g",
          "{47ac10b-58cc-4372-a567-0e02b2c3d47}",
          "f47ac10-b58cc-4372-a567-0e02b2c3d479"})
        EXPECT_FALSE(uuid::parse(text)) << text;
}

TEST(uuid, tells_when_a_version_1_uuid_was_made)
{
    const auto id = uuid::parse("5b9a8a20-7c1e-11ee-b962-0242ac120002");
    ASSERT_TRUE(id);
    ASSERT_TRUE(id->timestamp());
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(*id->timestamp());
    EXPECT_EQ(ms, std::chrono::sys_days{std::chrono::year{2023} / 11 / 5} + 21h + 32s + 278ms);
}

TEST(uuid, the_unix_epoch_is_version_1_timestamp_01b21dd213814000)
{
    const auto id = uuid::parse("13814000-1dd2-11b2-8000-000000000000");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->timestamp(), uuid::time_point{});
}

TEST(uuid, has_no_timestamp_when_it_is_not_version_1)
{
    EXPECT_FALSE(uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479")->timestamp());
    EXPECT_FALSE(uuid{}.timestamp());
}

TEST(uuid, compares_as_its_text_does)
{
    const uuid low = *uuid::parse("00000000-0000-0000-0000-000000000001");
    const uuid high = *uuid::parse("10000000-0000-0000-0000-000000000000");
    EXPECT_LT(low, high);
    EXPECT_EQ(low, low);
    EXPECT_TRUE(uuid{}.is_nil());
    EXPECT_FALSE(low.is_nil());
}

TEST(uuid, hashes_uuids_that_differ_in_one_byte_apart)
{
    std::unordered_set<std::size_t> seen;
    for (std::size_t i = 0; i < 16; ++i) {
        std::array<std::uint8_t, 16> bytes{};
        bytes[i] = 1;
        seen.insert(std::hash<uuid>{}(uuid{bytes}));
    }
    EXPECT_EQ(seen.size(), 16U);
}

}  // namespace
}  // namespace async_cassandra
