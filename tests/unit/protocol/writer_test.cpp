// SPDX-License-Identifier: Apache-2.0
#include "protocol/writer.hpp"

#include "protocol/reader.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

#include <array>

namespace async_cassandra {
namespace {

using protocol::opcode;
using protocol::writer;

TEST(writer, writes_every_notation)
{
    base::byte_buffer out;
    writer w{out};
    w.u8(1);
    w.u16(0x0203);
    w.i32(-2);
    w.i64(-3);
    w.string("ab");
    w.long_string("c");
    w.bytes(std::nullopt);
    w.bytes(test::from_hex("ff"));
    w.short_bytes(test::from_hex("0102"));
    w.string_list(std::array<std::string_view, 1>{"d"});
    w.string_map(std::array<std::pair<std::string_view, std::string_view>, 1>{{{"e", "f"}}});
    w.inetaddr(*inet::parse("10.0.0.1"));
    EXPECT_FALSE(w.failed());
    EXPECT_EQ(
        test::to_hex(out.bytes()),
        "010203fffffffefffffffffffffffd00026162"
        "0000000163ffffffff00000001ff00020102"
        "00010001640001000165000166040a000001"
    );
}

TEST(writer, refuses_what_its_length_field_cannot_say)
{
    const std::string too_long(65'536, 'x');
    base::byte_buffer out;
    writer longest{out};
    longest.string(std::string_view{too_long}.substr(1));
    EXPECT_FALSE(longest.failed());

    writer string{out};
    string.string(too_long);
    EXPECT_STREQ(string.rule(), "a [string] is longer than 65535 bytes");

    writer id{out};
    id.short_bytes(std::as_bytes(std::span{too_long}));
    EXPECT_STREQ(id.rule(), "[short bytes] are longer than 65535 bytes");

    writer list{out};
    list.string_list(std::vector<std::string>(65'536));
    EXPECT_STREQ(list.rule(), "a list has more than 65535 elements");
    list.string(too_long);
    EXPECT_STREQ(list.rule(), "a list has more than 65535 elements");
}

TEST(writer, sets_the_length_of_an_envelope_at_its_end)
{
    base::byte_buffer out;
    writer w{out};
    w.u8(0xEE);
    const std::size_t begin = w.begin_envelope(protocol_version::v5, opcode::query, 258, 2);
    w.string("abc");
    w.end_envelope(begin);
    EXPECT_EQ(
        test::to_hex(out.bytes()),
        "ee05020102070000000500036162"
        "63"
    );
}

TEST(envelope, that_fails_or_is_left_unfinished_leaves_the_buffer_as_it_was)
{
    base::byte_buffer out;
    writer{out}.u16(7);
    {
        protocol::envelope e{out, protocol_version::v4, opcode::query, 1};
        e.string(std::string(65'536, 'x'));
        const auto result = e.finish();
        EXPECT_FALSE(result);
        EXPECT_STREQ(result.rule, "a [string] is longer than 65535 bytes");
    }
    EXPECT_EQ(test::to_hex(out.bytes()), "0007");
    {
        protocol::envelope e{out, protocol_version::v4, opcode::query, 1};
        e.string("x");
    }
    EXPECT_EQ(test::to_hex(out.bytes()), "0007");
}

}  // namespace
}  // namespace async_cassandra
