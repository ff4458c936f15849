// SPDX-License-Identifier: Apache-2.0
#include "base/byte_order.hpp"

#include <gtest/gtest.h>

#include <array>

namespace async_cassandra {
namespace {

TEST(byte_order, loads_and_stores_at_any_alignment)
{
    std::array<std::byte, 9> data{};
    base::store_big_endian(data.data() + 1, std::uint64_t{0x0102030405060708});
    EXPECT_EQ(data[1], std::byte{1});
    EXPECT_EQ(data[8], std::byte{8});
    EXPECT_EQ(base::load_big_endian<std::uint64_t>(data.data() + 1), 0x0102030405060708U);
    EXPECT_EQ(base::load_big_endian<std::uint16_t>(data.data() + 3), 0x0304U);
    EXPECT_EQ(base::load_big_endian<std::uint8_t>(data.data() + 8), 8U);
    EXPECT_EQ(base::load_little_endian<std::uint32_t>(data.data() + 5), 0x08070605U);
    base::store_little_endian(data.data(), std::uint32_t{0x0A0B0C0D});
    EXPECT_EQ(data[0], std::byte{0x0D});
    EXPECT_EQ(data[3], std::byte{0x0A});
}

}  // namespace
}  // namespace async_cassandra
