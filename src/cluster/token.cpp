// SPDX-License-Identifier: Apache-2.0
#include "cluster/token.hpp"

#include "base/byte_order.hpp"

#include <algorithm>
#include <array>
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

// Up to 8 bytes of the tail. Java's bytes are signed, and Cassandra adds them (by xor) shifted but with their signs: a
// negative one turns all bits above it over. So a byte is turned over as often as there are negative ones below it.
std::uint64_t tail_word(std::span<const std::byte> tail) noexcept
{
    std::array<std::byte, 8> padded{};
    std::uint64_t word = 0;
    if (tail.size() == padded.size()) {
        word = base::load_little_endian<std::uint64_t>(tail.data());
    } else {
        std::copy(tail.begin(), tail.end(), padded.begin());
        word = base::load_little_endian<std::uint64_t>(padded.data());
    }
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    const std::uint64_t negative = word >> 7U & ones;
    const std::uint64_t odd_up_to = negative * ones & ones;
    return word ^ (odd_up_to << 8U) * 0xFF;
}

struct hash_state {
    std::uint64_t h1 = 0;
    std::uint64_t h2 = 0;

    void add_first(std::uint64_t k) noexcept { h1 ^= std::rotl(k * c1, 31) * c2; }
    void add_second(std::uint64_t k) noexcept { h2 ^= std::rotl(k * c2, 33) * c1; }
    void add_block(const std::byte* at) noexcept
    {
        add_first(base::load_little_endian<std::uint64_t>(at));
        h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dc'e729;
        add_second(base::load_little_endian<std::uint64_t>(at + 8));
        h2 = (std::rotl(h2, 31) + h1) * 5 + 0x3849'5ab5;
    }
};

}  // namespace

std::int64_t murmur3_hash(std::span<const std::byte> key) noexcept
{
    hash_state state;
    std::span<const std::byte> rest = key;
    for (; rest.size() >= block_size; rest = rest.subspan(block_size))
        state.add_block(rest.data());
    if (rest.size() > 8)
        state.add_second(tail_word(rest.subspan(8)));
    if (!rest.empty())
        state.add_first(tail_word(rest.first(rest.size() < 8 ? rest.size() : 8)));
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
