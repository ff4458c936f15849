// SPDX-License-Identifier: Apache-2.0
#include "protocol/crc.hpp"

#include <libdeflate.h>

#include <array>

namespace async_cassandra::protocol {
namespace {

constexpr std::uint32_t crc24_polynomial = 0x197'4F0B;
constexpr std::uint32_t crc24_initial = 0x87'5060;
constexpr std::uint32_t crc24_mask = 0xFF'FFFF;

constexpr std::uint32_t shift_byte(std::uint32_t crc) noexcept
{
    for (int bit = 0; bit < 8; ++bit) {
        crc <<= 1U;
        if ((crc & 0x100'0000U) != 0)
            crc ^= crc24_polynomial;
    }
    return crc;
}

// [k][b]: what byte b contributes when k more bytes follow it. Three tables take the three bytes of a header at once.
constexpr std::array<std::array<std::uint32_t, 256>, 3> crc24_tables = [] {
    std::array<std::array<std::uint32_t, 256>, 3> tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        tables[0][b] = shift_byte(b << 16U);
        tables[1][b] = shift_byte(tables[0][b]);
        tables[2][b] = shift_byte(tables[1][b]);
    }
    return tables;
}();

}  // namespace

std::uint32_t crc24(std::span<const std::byte> bytes) noexcept
{
    std::uint32_t crc = crc24_initial;
    const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
    while (bytes.size() >= 3) {
        crc ^= byte(0) << 16U | byte(1) << 8U | byte(2);
        crc = crc24_tables[2][crc >> 16U] ^ crc24_tables[1][crc >> 8U & 0xFFU] ^ crc24_tables[0][crc & 0xFFU];
        bytes = bytes.subspan(3);
    }
    for (std::size_t i = 0; i < bytes.size(); ++i)
        crc = (crc << 8U & crc24_mask) ^ crc24_tables[0][(crc >> 16U ^ byte(i)) & 0xFFU];
    return crc;
}

std::uint32_t crc32_update(std::uint32_t crc, std::span<const std::byte> bytes) noexcept
{
    // A null pointer would mean "start anew" to libdeflate.
    return bytes.empty() ? crc : libdeflate_crc32(crc, bytes.data(), bytes.size());
}

}  // namespace async_cassandra::protocol
