// SPDX-License-Identifier: Apache-2.0
#include "protocol/crc.hpp"

#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

// The checksum bit by bit, as the specification describes it.
std::uint32_t slow_crc24(std::span<const std::byte> data)
{
    std::uint32_t crc = 0x87'5060;
    for (const std::byte b : data) {
        crc ^= std::to_integer<std::uint32_t>(b) << 16U;
        for (int bit = 0; bit < 8; ++bit) {
            crc <<= 1U;
            if ((crc & 0x100'0000U) != 0)
                crc ^= 0x197'4F0BU;
        }
    }
    return crc;
}

TEST(crc24, equals_the_bitwise_definition_for_every_length)
{
    test::bytes data;
    for (unsigned i = 0; i < 40; ++i) {
        EXPECT_EQ(protocol::crc24(data), slow_crc24(data)) << i << " bytes";
        data.push_back(static_cast<std::byte>(i * 89U + 7U));
    }
}

TEST(crc32, may_be_computed_piece_by_piece)
{
    test::bytes data(1000);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<std::byte>(i * 7);
    const std::span<const std::byte> all{data};
    for (std::size_t cut = 0; cut <= data.size(); ++cut) {
        const std::uint32_t first = protocol::crc32(all.first(cut));
        ASSERT_EQ(protocol::crc32_update(first, all.subspan(cut)), protocol::crc32(data)) << cut;
    }
}

}  // namespace
}  // namespace async_cassandra
