// SPDX-License-Identifier: Apache-2.0
#include "protocol/type_option.hpp"

#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

std::string repeat(const std::string& text, std::size_t count)
{
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

const char* failure(const std::string& hex)
{
    const test::exact_bytes data{test::from_hex(hex)};
    protocol::reader in{data.span()};
    static_cast<void>(protocol::type_reader{in}.read());
    return in.error().rule;
}

TEST(type_option, that_is_truncated_anywhere_is_an_error)
{
    for (const auto& v : test::read_vectors("type_option"))
        for (std::size_t length = 0; length < v.get("hex").size(); length += 2)
            EXPECT_NE(failure(v.get("hex").substr(0, length)), nullptr) << v.name << " cut to " << length / 2;
}

TEST(type_option, of_the_old_text_number_is_text)
{
    const test::bytes data = test::from_hex("000a");
    protocol::reader in{data};
    EXPECT_EQ(protocol::type_reader{in}.read(), data_type{type_kind::text});
}

TEST(type_option, with_an_unknown_number_is_an_error)
{
    for (const auto* hex : {"0016", "001f", "0023", "0032", "ffff"})
        EXPECT_STREQ(failure(hex), "a type has an id that is not known");
}

TEST(type_option, may_nest_to_a_limit)
{
    EXPECT_EQ(failure(repeat("0020", 31) + "0009"), nullptr);
    EXPECT_STREQ(failure(repeat("0020", 32) + "0009"), "types nest too deeply");
    EXPECT_STREQ(failure(repeat("0020", 100'000)), "types nest too deeply");
    EXPECT_STREQ(failure(repeat("00310001", 100'000)), "types nest too deeply");
    EXPECT_STREQ(failure(repeat("003000000000000100016b", 100'000)), "types nest too deeply");
}

TEST(type_option, counts_are_bounded_for_the_whole_message)
{
    EXPECT_STREQ(failure("0031ffff0009"), "a count promises more than there is");
    EXPECT_STREQ(failure("003000000000ffff0000"), "a count promises more than there is");
    // Five tuples of 65535 elements, all of them there: more types than a message may describe.
    const std::string tuple = "0031ffff" + repeat("0009", 65'535);
    EXPECT_EQ(failure(tuple), nullptr);
    EXPECT_STREQ(failure("00310005" + repeat(tuple, 5)), "a message describes too many types");
}

}  // namespace
}  // namespace async_cassandra
