// SPDX-License-Identifier: Apache-2.0
#include "protocol/responses.hpp"
#include "protocol/type_option.hpp"
#include "unit/protocol/reencode.hpp"
#include "unit/vectors/comparison.hpp"

namespace async_cassandra::test {
namespace {

// What this library does not speak is refused by its header.
void compare_older_version(comparison& with, const test_vector& v, const protocol::frame_header& header)
{
    const char* rule = protocol::broken_rule(header, {.version = 4});
    with.equal(
        v,
        "refused",
        "an envelope carries another protocol version than was agreed on",
        rule == nullptr ? "" : rule
    );
}

// Re-encoded differently, or not at all: one column whose table is not said once for all; bytes of an extension that has
// not been agreed on; a header in a version of its own.
bool is_read_only(const test_vector& v)
{
    return v.name == "result_rows_no_global_spec_empty_v4" || v.name == "error_scylla_rate_limit_v4" ||
           v.name == "error_unsupported_version_c5_v6beta_header";
}

// "field: name = value" lines of an ERROR.
void compare_error_fields(comparison& with, const test_vector& v, std::span<const std::byte> body)
{
    protocol::reader in{body};
    const auto e = protocol::decode_error(in, protocol_version::v4);
    for (const std::string& field : v.all("field")) {
        if (field.starts_with("code = "))
            with.equal(v, field, field.substr(7), std::to_string(static_cast<int>(e.code)));
        if (field.starts_with("message = "))
            with.equal(v, field, field.substr(10), e.message);
    }
}

void compare_response(comparison& with, const test_vector& v)
{
    const bytes envelope = v.hex();
    const auto header =
        protocol::decode_frame_header(std::span{envelope}.first<protocol::frame_header_size>());
    with.equal(v, "version", v.get("version"), std::to_string(header.version));
    with.equal(v, "opcode", v.get("opcode"), std::string{protocol::to_string(header.op)});
    with.equal(v, "stream", v.get("stream"), std::to_string(header.stream));
    with.equal(v, "flags", v.get("flags"), std::to_string(header.flags));
    if (header.version < 4) {
        compare_older_version(with, v, header);
        return;
    }
    const exact_bytes body{std::span{envelope}.subspan(protocol::frame_header_size)};
    protocol::reader in{body.span()};
    base::byte_buffer out;
    const auto version = header.version == 4 ? protocol_version::v4 : protocol_version::v5;
    decode_and_encode(header, in, body.span(), version, out);
    with.equal(v, "decoded", "", in.failed() ? describe(in.error()) : "");
    if (!is_read_only(v))
        with.equal(v, "encoded again", v.get("hex"), to_hex(out.bytes()));
    if (header.op == protocol::opcode::error)
        compare_error_fields(with, v, body.span());
}

}  // namespace

void compare_responses(comparison& with)
{
    for (const test_vector& v : with.entries("response_envelope"))
        compare_response(with, v);
}

void compare_types(comparison& with)
{
    for (const test_vector& v : with.entries("type_option")) {
        const exact_bytes data{v.hex()};
        protocol::reader in{data.span()};
        const data_type type = protocol::type_reader{in}.read();
        with.equal(v, "read", "", in.failed() ? describe(in.error()) : "");
        with.equal(v, "to its end", "0", std::to_string(in.remaining()));
        with.equal(v, "name", v.get("cql"), type.to_string());
        base::byte_buffer out;
        protocol::writer to{out};
        protocol::write_type(to, type);
        // A scalar that came by its class name goes out by its number.
        with.equal(
            v, "written", v.name == "type_duration_v4_custom" ? "0015" : v.get("hex"), to_hex(out.bytes())
        );
    }
}

}  // namespace async_cassandra::test
