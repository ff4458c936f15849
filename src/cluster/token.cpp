// SPDX-License-Identifier: Apache-2.0
#include "cluster/token.hpp"

#include "base/byte_order.hpp"

#include <bit>

namespace async_cassandra::detail {
namespace {

constexpr std::uint64_t c1 = 0x87c3'7b91'1142'53d5;
constexpr std::uint64_t c2 = 0x4cf5'ad43'2745'937f;
constexpr std::size_t block_size = 16;

constexpr std::uint64_t mixed(std::uint64_t k) noexcept
{
    k ^= k >> 33U;
    k *= 0xff51'afd7'ed55'8ccd;
    k ^= k >> 33U;
    k *= 0xc4ce'b9fe'1a85'ec53;
    return k ^ k >> 33U;
}

// Of the tail. Java's bytes are signed, and Cassandra adds them (by xor) shifted but with their signs: a negative one turns
// all bits above it over. So a byte is turned over as often as there are negative ones below it.
constexpr std::uint64_t with_signs(std::uint64_t word) noexcept
{
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    const std::uint64_t negative = word >> 7U & ones;
    const std::uint64_t odd_up_to = negative * ones & ones;
    return word ^ (odd_up_to << 8U) * 0xFF;
}

// `count` is less than 8.
std::uint64_t load_few(const std::byte* from, std::size_t count) noexcept
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i)
        word |= std::to_integer<std::uint64_t>(from[i]) << 8U * i;
    return word;
}

std::uint64_t load_whole(const std::byte* from) noexcept
{
    return base::load_little_endian<std::uint64_t>(from);
}

struct hash_state {
    std::uint64_t h1 = 0;
    std::uint64_t h2 = 0;

    void add_first(std::uint64_t k) noexcept { h1 ^= std::rotl(k * c1, 31) * c2; }
    void add_second(std::uint64_t k) noexcept { h2 ^= std::rotl(k * c2, 33) * c1; }
    void add_block(const std::byte* at) noexcept
    {
        add_first(load_whole(at));
        h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dc'e729;
        add_second(load_whole(at + 8));
        h2 = (std::rotl(h2, 31) + h1) * 5 + 0x3849'5ab5;
    }
};

}  // namespace

std::int64_t murmur3_hash(std::span<const std::byte> key) noexcept
{
    hash_state state;
    const std::byte* at = key.data();
    std::size_t left = key.size();
    for (; left >= block_size; left -= block_size, at += block_size)
        state.add_block(at);
    constexpr std::size_t word = 8;
    if (left >= word) {
        if (left > word)
            state.add_second(with_signs(load_few(at + word, left - word)));
        state.add_first(with_signs(load_whole(at)));
    } else if (left != 0) {
        state.add_first(with_signs(load_few(at, left)));
    }
    state.h1 ^= key.size();
    state.h2 ^= key.size();
    state.h1 += state.h2;
    state.h2 += state.h1;
    return static_cast<std::int64_t>(mixed(state.h1) + mixed(state.h2));
}

token murmur3_token(std::span<const std::byte> key) noexcept
{
    if (key.empty())
        return minimum_token;
    const token hash = murmur3_hash(key);
    return hash == minimum_token ? std::numeric_limits<token>::max() : hash;
}

}  // namespace async_cassandra::detail
