// SPDX-License-Identifier: Apache-2.0
#include "bench_checksum.hpp"

#include <async_cassandra/types/values.hpp>

#include <bit>
#include <cstring>

namespace async_cassandra::cli {

namespace {

constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;

/// Each word times a factor of its place: independent multiplications, which the processor does side by side.
std::uint64_t sum_of(const void* bytes, std::size_t size) noexcept
{
    const auto* at = static_cast<const unsigned char*>(bytes);
    std::uint64_t sum = size;
    std::uint64_t factor = odd;
    for (; size >= sizeof(std::uint64_t); size -= sizeof(std::uint64_t), at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof(word));
        sum += word * factor;
        factor += 2 * odd;
    }
    std::uint64_t tail = 0;
    std::memcpy(&tail, at, size);
    return sum + tail * factor;
}

std::uint64_t mix(std::uint64_t value, std::uint64_t place) noexcept
{
    value *= odd * (2 * place + 1);
    return value ^ (value >> 32);
}

}  // namespace

std::uint64_t checksum_of(const page& rows)
{
    std::uint64_t sum = 0;
    for (const auto& [id, ts, name, value, payload] :
         rows.as<std::int64_t, timestamp, std::string_view, double, blob_view>()) {
        const std::uint64_t row = mix(static_cast<std::uint64_t>(id), 1) +
                                  mix(static_cast<std::uint64_t>(ts.time_since_epoch().count()), 2) +
                                  mix(sum_of(name.data(), name.size()), 3) +
                                  mix(std::bit_cast<std::uint64_t>(value), 4) +
                                  mix(sum_of(payload.data(), payload.size()), 5);
        sum += mix(row, 6);
    }
    return sum;
}

}  // namespace async_cassandra::cli
