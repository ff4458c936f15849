// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.hpp"

#include "protocol/frame.hpp"
#include "protocol/requests.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace async_cassandra {
namespace {

using protocol::compress_body;
using protocol::uncompress_body;
using protocol::uncompressed_length;
using test::bytes;

constexpr std::array both{compression::lz4, compression::snappy};
constexpr std::uint32_t no_limit = protocol::max_body_length;

bytes text_of(std::size_t size)
{
    bytes data(size);
    for (std::size_t i = 0; i < size; ++i)
        data[i] = static_cast<std::byte>("SELECT name, address FROM users "[i % 32]);
    return data;
}

bytes noise_of(std::size_t size)
{
    std::mt19937 random{7};
    bytes data(size);
    for (std::byte& b : data)
        b = static_cast<std::byte>(random());
    return data;
}

bytes compressed(compression how, const bytes& body)
{
    base::byte_buffer out;
    EXPECT_TRUE(compress_body(how, body, out));
    return {out.bytes().begin(), out.bytes().end()};
}

const char* uncompress(compression how, const bytes& body, std::size_t length)
{
    const test::exact_bytes exact{body};
    bytes out(length);
    return uncompress_body(how, exact.span(), out);
}

TEST(compression_names, are_those_of_the_protocol_in_any_case)
{
    for (const auto how : {compression::none, compression::lz4, compression::snappy})
        EXPECT_EQ(parse_compression(to_string(how)), how);
    EXPECT_EQ(parse_compression("LZ4"), compression::lz4);
    EXPECT_EQ(parse_compression("zstd"), std::nullopt);
    EXPECT_EQ(parse_compression(""), std::nullopt);
}

TEST(compressed_body, comes_back_and_tells_its_length_first)
{
    for (const compression how : both) {
        for (const std::size_t size : {64U, 1000U, 70'000U, 3'000'000U}) {
            const bytes body = text_of(size);
            const bytes packed = compressed(how, body);
            EXPECT_LT(packed.size(), body.size());
            const auto begin = std::span{packed}.first(protocol::length_prefix);
            const auto declared = uncompressed_length(how, begin, packed.size(), no_limit);
            ASSERT_EQ(declared.rule, nullptr) << declared.rule;
            ASSERT_EQ(declared.length, size);
            bytes out(size);
            EXPECT_EQ(uncompress_body(how, packed, out), nullptr);
            EXPECT_EQ(out, body);
        }
    }
}

TEST(compressed_body, is_not_made_when_it_would_not_be_smaller)
{
    for (const compression how : both) {
        base::byte_buffer out;
        out.append(test::from_hex("ee"));
        EXPECT_FALSE(compress_body(how, noise_of(5000), out));
        EXPECT_FALSE(compress_body(how, test::from_hex("01"), out));
        EXPECT_FALSE(compress_body(how, {}, out));
        EXPECT_EQ(test::to_hex(out.bytes()), "ee");
    }
}

TEST(compressed_body, of_nothing_is_what_servers_send_for_an_empty_message)
{
    // Cassandra compresses every answer, READY included.
    EXPECT_EQ(uncompressed_length(compression::lz4, test::from_hex("0000000000"), 5, no_limit).length, 0U);
    EXPECT_EQ(uncompress(compression::lz4, test::from_hex("0000000000"), 0), nullptr);
    EXPECT_EQ(uncompress(compression::lz4, test::from_hex("00000000"), 0), nullptr);
    EXPECT_EQ(uncompressed_length(compression::snappy, test::from_hex("00"), 1, no_limit).length, 0U);
    EXPECT_EQ(uncompress(compression::snappy, test::from_hex("00"), 0), nullptr);
}

TEST(compressed_body, without_its_length_is_refused)
{
    constexpr const char* rule = "a compressed body does not hold its length";
    EXPECT_STREQ(uncompressed_length(compression::lz4, test::from_hex("000000"), 3, no_limit).rule, rule);
    EXPECT_STREQ(uncompressed_length(compression::snappy, {}, 0, no_limit).rule, rule);
    EXPECT_STREQ(
        uncompressed_length(compression::snappy, test::from_hex("8080808080"), 9, no_limit).rule, rule
    );
}

TEST(compressed_body, that_declares_more_than_it_can_hold_is_refused_before_memory_is_taken)
{
    constexpr const char* rule = "a compressed body declares a length that it cannot have";
    // 100 bytes that want to be 200 MB.
    EXPECT_STREQ(
        uncompressed_length(compression::lz4, test::from_hex("0bebc20000"), 100, no_limit).rule, rule
    );
    EXPECT_STREQ(
        uncompressed_length(compression::snappy, test::from_hex("8084af5f00"), 100, no_limit).rule, rule
    );
    constexpr const char* limit = "a body is longer than the limit";
    EXPECT_STREQ(
        uncompressed_length(compression::lz4, test::from_hex("1000000100"), 1U << 27U, no_limit).rule, limit
    );
    EXPECT_STREQ(
        uncompressed_length(compression::lz4, test::from_hex("ffffffff00"), 1U << 27U, no_limit).rule, limit
    );
    EXPECT_STREQ(
        uncompressed_length(compression::snappy, test::from_hex("ffffffff7f"), 1U << 27U, no_limit).rule,
        limit
    );
    EXPECT_STREQ(uncompressed_length(compression::lz4, test::from_hex("0000100100"), 99, 4096).rule, limit);
}

TEST(compressed_body, that_is_longer_than_what_it_holds_can_become_is_refused)
{
    constexpr const char* rule = "a compressed body is longer than what it holds can become";
    EXPECT_STREQ(
        uncompressed_length(compression::lz4, test::from_hex("0000000a00"), 5000, no_limit).rule, rule
    );
    EXPECT_STREQ(
        uncompressed_length(compression::snappy, test::from_hex("0a00000000"), 44, no_limit).rule, rule
    );
    EXPECT_EQ(
        uncompressed_length(compression::lz4, test::from_hex("0000000a00"), 43, no_limit).rule, nullptr
    );
}

TEST(compressed_body, whose_bomb_is_as_large_as_can_be_is_not_refused)
{
    // The bounds must not be too tight for what really compresses this well.
    for (const compression how : both) {
        const bytes zeros(10'000'000);
        const bytes packed = compressed(how, zeros);
        EXPECT_EQ(uncompressed_length(how, packed, packed.size(), no_limit).length, zeros.size());
    }
}

TEST(compressed_body, must_become_exactly_as_long_as_it_declares)
{
    constexpr const char* rule = "compressed bytes are malformed or do not have their declared length";
    for (const compression how : both) {
        const bytes packed = compressed(how, text_of(1000));
        EXPECT_EQ(uncompress(how, packed, 1000), nullptr);
        EXPECT_STREQ(uncompress(how, packed, 999), rule);
        EXPECT_STREQ(uncompress(how, packed, 1001), rule);
        for (auto end = packed.begin() + 5; end != packed.end(); ++end)
            EXPECT_STREQ(uncompress(how, bytes(packed.begin(), end), 1000), rule);
    }
    EXPECT_STREQ(uncompress(compression::lz4, test::from_hex("00000001"), 1), rule);
}

TEST(compressed_envelope, has_flag_and_length_of_what_is_sent)
{
    base::byte_buffer out;
    base::byte_buffer scratch;
    const std::string text = "SELECT " + std::string(200, 'b') + " FROM t";
    protocol::query_parameters one;
    one.level = consistency::one;
    ASSERT_TRUE(protocol::encode_options(out, protocol_version::v4, 1));
    const std::size_t begin = out.size();
    ASSERT_TRUE(protocol::encode_query(out, protocol_version::v4, 3, text, one));
    const bytes plain(out.bytes().begin(), out.bytes().end());
    for (const compression how : both) {
        out.clear();
        out.append(plain);
        protocol::compress_envelope(how, out, begin, scratch);
        EXPECT_TRUE(std::ranges::equal(out.bytes().first(begin), std::span{plain}.first(begin)));
        const auto envelope = out.bytes().subspan(begin);
        const auto header = protocol::decode_frame_header(envelope.first<9>());
        EXPECT_EQ(header.flags, protocol::header_flag::compressed);
        EXPECT_EQ(header.stream, 3);
        ASSERT_EQ(header.length, envelope.size() - 9);
        const bytes body(plain.begin() + static_cast<std::ptrdiff_t>(begin) + 9, plain.end());
        bytes again(body.size());
        EXPECT_EQ(uncompress_body(how, envelope.subspan(9), again), nullptr);
        EXPECT_EQ(again, body);
    }
}

TEST(compressed_envelope, stays_as_it_is_when_small_or_full_of_noise)
{
    base::byte_buffer scratch;
    for (const compression how : both) {
        base::byte_buffer out;
        ASSERT_TRUE(protocol::encode_query(out, protocol_version::v4, 3, "SELECT aaaaaaaaaaaaaaaaaaaaa", {}));
        const std::string small = test::to_hex(out.bytes());
        protocol::compress_envelope(how, out, 0, scratch);
        EXPECT_EQ(test::to_hex(out.bytes()), small);
        out.clear();
        ASSERT_TRUE(protocol::encode_auth_response(out, protocol_version::v4, 3, noise_of(500)));
        const std::string noise = test::to_hex(out.bytes());
        protocol::compress_envelope(how, out, 0, scratch);
        EXPECT_EQ(test::to_hex(out.bytes()), noise);
    }
}

}  // namespace
}  // namespace async_cassandra
