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

std::vector<decoded_value> decode_values(reader& in, std::vector<std::string>* names)
{
    const std::size_t count = in.u16();
    std::vector<decoded_value> values;
    if (!in.can_hold(count, names != nullptr ? 6 : 4))
        return values;
    values.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        if (names != nullptr)
            names->emplace_back(in.string());
        values.push_back(decode_value(in));
    }
    return values;
}

std::uint32_t decode_flags(reader& in, protocol_version version)
{
    return version == protocol_version::v4 ? in.u8() : in.u32();
}

// The parameters behind the paging state, which single statements and batches have alike.
void decode_common(reader& in, protocol_version version, decoded_parameters& p)
{
    const auto has = [&](std::uint32_t flag) { return (p.flags & flag) != 0; };
    if (has(query_flag::serial_consistency))
        p.serial = static_cast<consistency>(in.u16());
    if (has(query_flag::timestamp))
        p.timestamp = in.i64();
    if (version == protocol_version::v4)
        return;
    if (has(query_flag::keyspace))
        p.keyspace = in.string();
    if (has(query_flag::now_in_seconds))
        p.now_in_seconds = in.i32();
}

decoded_parameters decode_parameters(reader& in, protocol_version version)
{
    decoded_parameters p;
    p.level = static_cast<consistency>(in.u16());
    p.flags = decode_flags(in, version);
    const auto has = [&](std::uint32_t flag) { return (p.flags & flag) != 0; };
    if (has(query_flag::values))
        p.values = decode_values(in, has(query_flag::value_names) ? &p.value_names : nullptr);
    p.skip_metadata = has(query_flag::skip_metadata);
    if (has(query_flag::page_size)) {
        p.page_size = in.i32();
        if (p.page_size <= 0)
            in.fail("a page size is not positive");
    }
    if (has(query_flag::paging_state))
        p.paging_state = copy_bytes(in);
    decode_common(in, version, p);
    return p;
}

decoded_batch_statement decode_batch_statement(reader& in)
{
    decoded_batch_statement statement;
    switch (in.u8()) {
    case 0: statement.text = in.long_string(); break;
    case 1:
        statement.id = copy(in.short_bytes());
        if (statement.id.empty())
            in.fail("a statement of a batch has an empty id");
        break;
    default: in.fail("a statement of a batch is neither a text nor prepared"); break;
    }
    statement.values = decode_values(in, nullptr);
    return statement;
}

batch_request decode_batch(reader& in, protocol_version version)
{
    batch_request request;
    const std::uint8_t type = in.u8();
    if (type > static_cast<std::uint8_t>(batch_type::counter))
        in.fail("a batch has a type that is not known");
    request.type = static_cast<batch_type>(type);
    const std::size_t count = in.u16();
    // The kind, an empty id or text, a count of values.
    constexpr std::size_t smallest_statement = 5;
    if (!in.can_hold(count, smallest_statement))
        return request;
    request.statements.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i)
        request.statements.push_back(decode_batch_statement(in));
    request.parameters.level = static_cast<consistency>(in.u16());
    request.parameters.flags = decode_flags(in, version);
    if ((request.parameters.flags & flags_no_batch_has) != 0)
        in.fail("a batch has a flag that only single statements have");
    decode_common(in, version, request.parameters);
    return request;
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
    case opcode::batch: request.message = decode_batch(in, version); break;
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
