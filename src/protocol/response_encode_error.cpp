// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"

namespace async_cassandra::protocol {
namespace {

void write_failures(writer& out, protocol_version version, const server_error_details& e)
{
    if (version == protocol_version::v4) {
        out.i32(e.failed.value_or(0));
        return;
    }
    out.i32(static_cast<std::int32_t>(e.failures.size()));
    for (const replica_failure& failure : e.failures) {
        out.inetaddr(failure.replica);
        out.u16(failure.reason);
    }
}

void write_level(writer& out, const server_error_details& e)
{
    out.u16(static_cast<std::uint16_t>(e.level.value_or(consistency::any)));
}

void write_tally(writer& out, const server_error_details& e)
{
    write_level(out, e);
    out.i32(e.received.value_or(0));
    out.i32(e.required.value_or(0));
}

std::uint8_t data_present(const server_error_details& e) noexcept
{
    return e.data_present.value_or(false) ? 1 : 0;
}

void write_extra(writer& out, protocol_version version, const server_error_details& e)
{
    switch (e.code) {
    case server_code::unavailable:
        write_level(out, e);
        out.i32(e.required.value_or(0));
        out.i32(e.alive.value_or(0));
        return;
    case server_code::write_timeout:
        write_tally(out, e);
        out.string(e.write_type);
        if (version != protocol_version::v4 && e.write_type == "CAS")
            out.u16(e.contentions.value_or(0));
        return;
    case server_code::read_timeout:
        write_tally(out, e);
        out.u8(data_present(e));
        return;
    case server_code::read_failure:
        write_tally(out, e);
        write_failures(out, version, e);
        out.u8(data_present(e));
        return;
    case server_code::write_failure:
        write_tally(out, e);
        write_failures(out, version, e);
        out.string(e.write_type);
        return;
    case server_code::cas_write_unknown: write_tally(out, e); return;
    case server_code::function_failure:
        out.string(e.keyspace);
        out.string(e.function);
        out.string_list(e.argument_types);
        return;
    case server_code::already_exists:
        out.string(e.keyspace);
        out.string(e.table);
        return;
    case server_code::unprepared: out.short_bytes(e.statement_id); return;
    default: return;
    }
}

}  // namespace

encode_result encode_error(
    base::byte_buffer& out, const response_address& to, const server_error_details& details
)
{
    response_envelope e{out, to, opcode::error};
    e.i32(static_cast<std::int32_t>(details.code));
    e.string(details.message);
    write_extra(e, to.version, details);
    return e.finish();
}

}  // namespace async_cassandra::protocol
