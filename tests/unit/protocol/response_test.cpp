// SPDX-License-Identifier: Apache-2.0
#include "protocol/responses.hpp"
#include "unit/protocol/reencode.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

using protocol::opcode;
using protocol::reader;

// Versions beyond v5 do not differ in an ERROR of the handshake.
protocol_version version_of(const test::envelope_vector& v)
{
    return v.version == 4 ? protocol_version::v4 : protocol_version::v5;
}

TEST(responses, that_are_truncated_anywhere_are_errors)
{
    for (const auto& v : test::read_envelopes("response_envelope")) {
        base::byte_buffer out;
        reader whole{v.body()};
        test::decode_and_encode(v.header(), whole, v.body(), version_of(v), out);
        for (std::size_t length = 0; length < whole.position(); ++length) {
            const test::exact_bytes body{v.body().first(length)};
            reader in{body.span()};
            test::decode_and_encode(v.header(), in, body.span(), version_of(v), out);
            ASSERT_TRUE(in.failed()) << v.name << " cut to " << length;
        }
    }
}

// Whether anything comes out does not matter here.
void decode_result_and_cells(reader& in, std::span<const std::byte> body, protocol_version version)
{
    const auto result = protocol::decode_result(in, version);
    const auto* rows = std::get_if<protocol::rows_result>(&result);
    if (rows == nullptr || in.failed())
        return;
    protocol::parse_error error;
    static_cast<void>(
        protocol::check_cells(body, rows->rows_offset, rows->row_count, rows->column_count, error)
    );
}

void decode_anything(
    const protocol::frame_header& h, std::span<const std::byte> body, protocol_version version
)
{
    reader in{body};
    protocol::response_prefix prefix;
    static_cast<void>(protocol::decode_prefix(in, h.flags, prefix));
    switch (h.op) {
    case opcode::error: static_cast<void>(protocol::decode_error(in, version)); break;
    case opcode::supported: static_cast<void>(protocol::decode_supported(in)); break;
    case opcode::event: static_cast<void>(protocol::decode_event(in)); break;
    case opcode::result: decode_result_and_cells(in, body, version); break;
    default: static_cast<void>(in.bytes()); break;
    }
    EXPECT_LE(in.position(), body.size());
}

TEST(responses, with_any_byte_changed_neither_crash_nor_read_beyond_the_end)
{
    for (const auto& v : test::read_envelopes("response_envelope")) {
        for (std::size_t i = 0; i < v.body().size(); ++i) {
            for (const unsigned value : {0x00U, 0x01U, 0x7FU, 0x80U, 0xFFU}) {
                test::bytes changed(v.body().begin(), v.body().end());
                changed[i] = static_cast<std::byte>(value);
                decode_anything(v.header(), test::exact_bytes{changed}.span(), version_of(v));
            }
        }
    }
}

TEST(responses, may_carry_bytes_behind_the_message)
{
    const auto v = test::read_envelope("response_envelope", "event_status_up_ipv4_v5");
    test::bytes longer(v.body().begin(), v.body().end());
    longer.push_back(std::byte{1});
    reader in{longer};
    EXPECT_TRUE(std::holds_alternative<protocol::status_change>(protocol::decode_event(in)));
    EXPECT_FALSE(in.failed());
}

TEST(response_prefix, comes_as_tracing_id_then_warnings_then_payload)
{
    const auto v = test::read_envelope("response_envelope", "result_void_tracing_warning_payload_v4");
    reader in{v.body()};
    protocol::response_prefix prefix;
    ASSERT_TRUE(protocol::decode_prefix(in, v.header().flags, prefix));
    ASSERT_TRUE(prefix.tracing_id.has_value());
    EXPECT_EQ(test::to_hex(*prefix.tracing_id), "5b9a8a207c1e11eeb9620242ac120002");
    EXPECT_EQ(prefix.warnings, (std::vector<std::string>{"w1", "w2"}));
    ASSERT_EQ(prefix.custom_payload.size(), 1U);
    EXPECT_EQ(prefix.custom_payload[0].first, "k");
    EXPECT_TRUE(
        std::holds_alternative<protocol::void_result>(protocol::decode_result(in, protocol_version::v4))
    );
    EXPECT_FALSE(in.failed());
}

TEST(response_prefix, is_not_looked_for_without_its_flags)
{
    const test::bytes body = test::from_hex("00000001");
    reader in{body};
    protocol::response_prefix prefix;
    EXPECT_TRUE(protocol::decode_prefix(in, protocol::header_flag::use_beta, prefix));
    EXPECT_EQ(in.position(), 0U);
}

TEST(supported, finds_options_by_name)
{
    const auto v = test::read_envelope("response_envelope", "supported_v5");
    reader in{v.body()};
    const auto supported = protocol::decode_supported(in);
    ASSERT_NE(supported.find("COMPRESSION"), nullptr);
    EXPECT_EQ(*supported.find("COMPRESSION"), (std::vector<std::string>{"snappy", "lz4"}));
    EXPECT_EQ(supported.find("compression"), nullptr);
}

TEST(authenticate, names_the_class_of_the_server)
{
    const auto v = test::read_envelope("response_envelope", "authenticate_v5");
    reader in{v.body()};
    EXPECT_EQ(protocol::decode_authenticate(in), "org.apache.cassandra.auth.PasswordAuthenticator");
}

}  // namespace
}  // namespace async_cassandra
