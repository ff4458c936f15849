// SPDX-License-Identifier: Apache-2.0
#include "protocol/request_decode.hpp"

namespace async_cassandra::protocol {
namespace {

std::vector<std::byte> copy(std::span<const std::byte> bytes)
{
    return {bytes.begin(), bytes.end()};
}

std::optional<std::vector<std::byte>> copy_bytes(reader& in)
{
    const auto bytes = in.bytes();
    if (!bytes)
        return std::nullopt;
    return copy(*bytes);
}

decoded_value decode_value(reader& in)
{
    const std::int32_t length = in.i32();
    if (length == -1)
        return {decoded_value::state::null, {}};
    if (length == -2)
        return {decoded_value::state::unset, {}};
    if (length < 0) {
        in.fail("a [value] has a negative length that means nothing");
        return {};
    }
    return {decoded_value::state::set, copy(in.raw(static_cast<std::size_t>(length)))};
}

void decode_values(reader& in, decoded_parameters& p)
{
    const std::size_t count = in.u16();
    const bool named = (p.flags & query_flag::value_names) != 0;
    if (!in.can_hold(count, named ? 6 : 4))
        return;
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        if (named)
            p.value_names.emplace_back(in.string());
        p.values.push_back(decode_value(in));
    }
}

decoded_parameters decode_parameters(reader& in, protocol_version version)
{
    decoded_parameters p;
    p.level = static_cast<consistency>(in.u16());
    p.flags = version == protocol_version::v4 ? in.u8() : in.u32();
    const auto has = [&](std::uint32_t flag) { return (p.flags & flag) != 0; };
    if (has(query_flag::values))
        decode_values(in, p);
    p.skip_metadata = has(query_flag::skip_metadata);
    if (has(query_flag::page_size)) {
        p.page_size = in.i32();
        if (p.page_size <= 0)
            in.fail("a page size is not positive");
    }
    if (has(query_flag::paging_state))
        p.paging_state = copy_bytes(in);
    if (has(query_flag::serial_consistency))
        p.serial = static_cast<consistency>(in.u16());
    if (has(query_flag::timestamp))
        p.timestamp = in.i64();
    if (version != protocol_version::v4) {
        if (has(query_flag::keyspace))
            p.keyspace = in.string();
        if (has(query_flag::now_in_seconds))
            p.now_in_seconds = in.i32();
    }
    return p;
}

prepare_request decode_prepare(reader& in, protocol_version version)
{
    prepare_request request{std::string{in.long_string()}, {}};
    if (version != protocol_version::v4 && (in.u32() & prepare_flag::keyspace) != 0)
        request.keyspace = in.string();
    return request;
}

execute_request decode_execute(reader& in, protocol_version version)
{
    execute_request request;
    request.id = copy(in.short_bytes());
    if (version != protocol_version::v4)
        request.result_metadata_id = copy(in.short_bytes());
    request.parameters = decode_parameters(in, version);
    return request;
}

query_request decode_query(reader& in, protocol_version version)
{
    query_request request{std::string{in.long_string()}, {}};
    request.parameters = decode_parameters(in, version);
    return request;
}

}  // namespace

std::optional<decoded_request> decode_request(
    const frame_header& h, std::span<const std::byte> body, protocol_version version, parse_error& error
)
{
    reader in{body};
    decoded_request request;
    request.tracing = (h.flags & header_flag::tracing) != 0;
    if ((h.flags & header_flag::custom_payload) != 0)
        request.custom_payload = in.bytes_map();
    switch (h.op) {
    case opcode::startup: request.message = startup_request{in.string_map()}; break;
    case opcode::options: request.message = options_request{}; break;
    case opcode::register_: request.message = register_request{in.string_list()}; break;
    case opcode::auth_response: request.message = auth_response_request{copy_bytes(in)}; break;
    case opcode::query: request.message = decode_query(in, version); break;
    case opcode::prepare: request.message = decode_prepare(in, version); break;
    case opcode::execute: request.message = decode_execute(in, version); break;
    default: in.fail("no request with this opcode is understood"); break;
    }
    // A server tolerates bytes behind a message; here they can only be an encoding mistake.
    if (!in.failed() && in.remaining() != 0)
        in.fail("bytes follow the request");
    if (in.failed()) {
        error = in.error();
        return std::nullopt;
    }
    return request;
}

}  // namespace async_cassandra::protocol
