// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"

#include "protocol/change_names.hpp"

#include <algorithm>

namespace async_cassandra::protocol {

response_envelope::response_envelope(base::byte_buffer& out, const response_address& to, opcode op)
    : envelope(out, to.version, op, to.stream, flags_of(to.prefix), true)
{
    if (to.prefix.tracing_id)
        raw(*to.prefix.tracing_id);
    if (!to.prefix.warnings.empty())
        string_list(to.prefix.warnings);
    if (!to.prefix.custom_payload.empty())
        bytes_map(to.prefix.custom_payload);
}

std::uint8_t response_envelope::flags_of(const response_prefix& prefix) noexcept
{
    unsigned flags = 0;
    if (prefix.tracing_id)
        flags |= header_flag::tracing;
    if (!prefix.warnings.empty())
        flags |= header_flag::warning;
    if (!prefix.custom_payload.empty())
        flags |= header_flag::custom_payload;
    return static_cast<std::uint8_t>(flags);
}

namespace {

template <class Names, class Value>
std::string_view name_of(const Names& names, Value value) noexcept
{
    const auto found = std::ranges::find(names, value, &Names::value_type::second);
    return found == names.end() ? std::string_view{} : found->first;
}

void write_inet(writer& out, const endpoint& node)
{
    out.inetaddr(node.address);
    out.i32(node.port);
}

void write_schema_change(writer& out, const schema_change& change)
{
    const std::string_view kind = name_of(schema_change_names, change.kind);
    const std::string_view target = name_of(schema_target_names, change.target);
    if (kind.empty() || target.empty())
        out.fail("a schema change without a name cannot be written");
    out.string(kind);
    out.string(target);
    out.string(change.keyspace);
    if (change.target != schema_target::keyspace)
        out.string(change.name);
    if (change.target == schema_target::function || change.target == schema_target::aggregate)
        out.string_list(change.arguments);
}

struct event_writer {
    writer& out;

    void operator()(const topology_change& change) const
    {
        out.string("TOPOLOGY_CHANGE");
        out.string(name_of(topology_change_names, change.kind));
        write_inet(out, change.node);
    }
    void operator()(const status_change& change) const
    {
        out.string("STATUS_CHANGE");
        out.string(name_of(status_change_names, change.kind));
        write_inet(out, change.node);
    }
    void operator()(const schema_change& change) const
    {
        out.string("SCHEMA_CHANGE");
        write_schema_change(out, change);
    }
    void operator()(const unknown_event& event) const
    {
        out.string(event.type);
        out.string(event.change);
    }
};

encode_result encode_token(
    base::byte_buffer& out,
    const response_address& to,
    opcode op,
    std::optional<std::span<const std::byte>> token
)
{
    response_envelope e{out, to, op};
    e.bytes(token);
    return e.finish();
}

}  // namespace

encode_result encode_ready(base::byte_buffer& out, const response_address& to)
{
    return response_envelope{out, to, opcode::ready}.finish();
}

encode_result encode_authenticate(
    base::byte_buffer& out, const response_address& to, std::string_view authenticator
)
{
    response_envelope e{out, to, opcode::authenticate};
    e.string(authenticator);
    return e.finish();
}

encode_result encode_auth_challenge(
    base::byte_buffer& out, const response_address& to, std::optional<std::span<const std::byte>> token
)
{
    return encode_token(out, to, opcode::auth_challenge, token);
}

encode_result encode_auth_success(
    base::byte_buffer& out, const response_address& to, std::optional<std::span<const std::byte>> token
)
{
    return encode_token(out, to, opcode::auth_success, token);
}

encode_result encode_supported(
    base::byte_buffer& out, const response_address& to, const string_multimap& options
)
{
    response_envelope e{out, to, opcode::supported};
    e.count(options.size());
    for (const auto& [key, values] : options) {
        e.string(key);
        e.string_list(values);
    }
    return e.finish();
}

encode_result encode_event(base::byte_buffer& out, const response_address& to, const server_event& event)
{
    response_envelope e{out, {to.version, event_stream, to.prefix}, opcode::event};
    std::visit(event_writer{e}, event);
    return e.finish();
}

encode_result encode_void(base::byte_buffer& out, const response_address& to)
{
    response_envelope e{out, to, opcode::result};
    e.i32(static_cast<std::int32_t>(result_kind::void_));
    return e.finish();
}

encode_result encode_set_keyspace(
    base::byte_buffer& out, const response_address& to, std::string_view keyspace
)
{
    response_envelope e{out, to, opcode::result};
    e.i32(static_cast<std::int32_t>(result_kind::set_keyspace));
    e.string(keyspace);
    return e.finish();
}

encode_result encode_schema_change(
    base::byte_buffer& out, const response_address& to, const schema_change& change
)
{
    response_envelope e{out, to, opcode::result};
    e.i32(static_cast<std::int32_t>(result_kind::schema_change));
    write_schema_change(e, change);
    return e.finish();
}

}  // namespace async_cassandra::protocol
