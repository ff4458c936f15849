// SPDX-License-Identifier: Apache-2.0
#include "protocol/responses.hpp"

namespace async_cassandra::protocol {
namespace {

void read_reason_map(reader& in, server_error_details& e)
{
    const std::int32_t count = in.i32();
    // An address of 4 bytes with its length, and a reason.
    constexpr std::size_t smallest_entry = 7;
    if (count < 0) {
        in.fail("a reason map has a negative count");
        return;
    }
    if (!in.can_hold(static_cast<std::size_t>(count), smallest_entry))
        return;
    e.failed = count;
    e.failures.reserve(static_cast<std::size_t>(count));
    for (std::int32_t i = 0; i < count && !in.failed(); ++i) {
        const inet replica = in.inetaddr();
        e.failures.push_back({replica, in.u16()});
    }
}

void read_failures(reader& in, protocol_version version, server_error_details& e)
{
    if (version == protocol_version::v4)
        e.failed = in.i32();
    else
        read_reason_map(in, e);
}

// What every timeout and failure begins with.
void read_tally(reader& in, server_error_details& e)
{
    e.level = static_cast<consistency>(in.u16());
    e.received = in.i32();
    e.required = in.i32();
}

void read_write_timeout(reader& in, protocol_version version, server_error_details& e)
{
    read_tally(in, e);
    e.write_type = in.string();
    if (version != protocol_version::v4 && e.write_type == "CAS")
        e.contentions = in.u16();
}

void read_extra(reader& in, protocol_version version, server_error_details& e)
{
    switch (e.code) {
    case server_code::unavailable:
        e.level = static_cast<consistency>(in.u16());
        e.required = in.i32();
        e.alive = in.i32();
        return;
    case server_code::write_timeout: read_write_timeout(in, version, e); return;
    case server_code::read_timeout:
        read_tally(in, e);
        e.data_present = in.u8() != 0;
        return;
    case server_code::read_failure:
        read_tally(in, e);
        read_failures(in, version, e);
        e.data_present = in.u8() != 0;
        return;
    case server_code::write_failure:
        read_tally(in, e);
        read_failures(in, version, e);
        e.write_type = in.string();
        return;
    case server_code::cas_write_unknown: read_tally(in, e); return;
    case server_code::function_failure:
        e.keyspace = in.string();
        e.function = in.string();
        e.argument_types = in.string_list();
        return;
    case server_code::already_exists:
        e.keyspace = in.string();
        e.table = in.string();
        return;
    case server_code::unprepared: {
        const auto id = in.short_bytes();
        e.statement_id.assign(id.begin(), id.end());
        return;
    }
    default: return;
    }
}

}  // namespace

server_error_details decode_error(reader& in, protocol_version version)
{
    server_error_details e;
    e.code = static_cast<server_code>(in.i32());
    e.message = in.string();
    read_extra(in, version, e);
    return e;
}

}  // namespace async_cassandra::protocol
