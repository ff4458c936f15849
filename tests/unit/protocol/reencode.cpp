// SPDX-License-Identifier: Apache-2.0
#include "unit/protocol/reencode.hpp"

#include "protocol/response_encode.hpp"

#include <gtest/gtest.h>

namespace async_cassandra::test {
namespace {

using protocol::opcode;
using protocol::reader;

struct reencoder {
    base::byte_buffer& out;
    const protocol::response_address& to;
    reader& in;
    std::span<const std::byte> body;

    void operator()(const protocol::void_result&) const { EXPECT_TRUE(protocol::encode_void(out, to)); }
    void operator()(const protocol::set_keyspace_result& r) const
    {
        EXPECT_TRUE(protocol::encode_set_keyspace(out, to, r.keyspace));
    }
    void operator()(const protocol::schema_change_result& r) const
    {
        EXPECT_TRUE(protocol::encode_schema_change(out, to, r));
    }
    void operator()(const protocol::prepared_result& r) const
    {
        EXPECT_TRUE(protocol::encode_prepared(out, to, r));
    }
    void operator()(const protocol::rows_result& r) const
    {
        protocol::parse_error error;
        if (!protocol::check_cells(body, r.rows_offset, r.row_count, r.column_count, error)) {
            in.fail(error.rule);
            return;
        }
        protocol::rows_encoding rows{
            .metadata = r.metadata.get(),
            .column_count = r.column_count,
            .row_count = r.row_count,
            .cells = body.subspan(r.rows_offset)};
        if (r.has_more_pages)
            rows.paging_state = r.paging_state;
        if (r.metadata_changed)
            rows.new_metadata_id = r.new_metadata_id;
        in.skip(in.remaining());
        EXPECT_TRUE(protocol::encode_rows(out, to, rows));
    }
};

}  // namespace

void decode_and_encode(
    const protocol::frame_header& h,
    reader& in,
    std::span<const std::byte> body,
    protocol_version version,
    base::byte_buffer& out
)
{
    protocol::response_address to{version, h.stream, {}};
    if (!protocol::decode_prefix(in, h.flags, to.prefix))
        return;
    const auto unless_failed = [&](auto&& encode) {
        if (in.failed())
            return;
        EXPECT_TRUE(encode());
    };
    switch (h.op) {
    case opcode::error: {
        const auto e = protocol::decode_error(in, version);
        unless_failed([&] { return protocol::encode_error(out, to, e); });
        break;
    }
    case opcode::ready: unless_failed([&] { return protocol::encode_ready(out, to); }); break;
    case opcode::authenticate: {
        const auto name = protocol::decode_authenticate(in);
        unless_failed([&] { return protocol::encode_authenticate(out, to, name); });
        break;
    }
    case opcode::supported: {
        const auto options = protocol::decode_supported(in);
        unless_failed([&] { return protocol::encode_supported(out, to, options.options); });
        break;
    }
    case opcode::event: {
        const auto event = protocol::decode_event(in);
        unless_failed([&] { return protocol::encode_event(out, to, event); });
        break;
    }
    case opcode::auth_challenge: {
        const auto token = protocol::decode_auth_token(in);
        unless_failed([&] { return protocol::encode_auth_challenge(out, to, token); });
        break;
    }
    case opcode::auth_success: {
        const auto token = protocol::decode_auth_token(in);
        unless_failed([&] { return protocol::encode_auth_success(out, to, token); });
        break;
    }
    case opcode::result: {
        const auto result = protocol::decode_result(in, version);
        if (!in.failed())
            std::visit(reencoder{out, to, in, body}, result);
        break;
    }
    default: FAIL() << "no response";
    }
}

}  // namespace async_cassandra::test
