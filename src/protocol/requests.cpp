// SPDX-License-Identifier: Apache-2.0
#include "protocol/requests.hpp"

#include "protocol/reader.hpp"

#include <limits>

namespace async_cassandra::protocol {
namespace {

/// An envelope that begins with its prefix.
class request_envelope : public envelope {
public:
    request_envelope(
        base::byte_buffer& out,
        protocol_version version,
        opcode op,
        std::int16_t stream,
        const request_prefix& prefix
    )
        : envelope(out, version, op, stream, flags_of(prefix))
    {
        if (!prefix.custom_payload.empty())
            bytes_map(prefix.custom_payload);
    }

private:
    static std::uint8_t flags_of(const request_prefix& prefix) noexcept
    {
        const unsigned tracing = prefix.tracing ? header_flag::tracing : 0U;
        const unsigned payload = prefix.custom_payload.empty() ? 0U : header_flag::custom_payload;
        return static_cast<std::uint8_t>(tracing | payload);
    }
};

// What single statements and batches have alike.
template <class Parameters>
const char* broken_common_rule(protocol_version version, const Parameters& p) noexcept
{
    if (p.serial && *p.serial != consistency::serial && *p.serial != consistency::local_serial)
        return "the serial consistency is neither SERIAL nor LOCAL_SERIAL";
    if (p.timestamp == std::numeric_limits<std::int64_t>::min())
        return "no server accepts the smallest timestamp";
    if (version == protocol_version::v4 && !p.keyspace.empty())
        return "a keyspace per request needs protocol version 5";
    if (version == protocol_version::v4 && p.now_in_seconds)
        return "a current time per request needs protocol version 5";
    return nullptr;
}

template <class Parameters>
std::uint32_t common_flags(const Parameters& p) noexcept
{
    std::uint32_t flags = 0;
    if (p.serial)
        flags |= query_flag::serial_consistency;
    if (p.timestamp)
        flags |= query_flag::timestamp;
    if (!p.keyspace.empty())
        flags |= query_flag::keyspace;
    if (p.now_in_seconds)
        flags |= query_flag::now_in_seconds;
    return flags;
}

void write_flags(writer& out, protocol_version version, std::uint32_t flags)
{
    if (version == protocol_version::v4)
        out.u8(static_cast<std::uint8_t>(flags));
    else
        out.u32(flags);
}

template <class Parameters>
void write_common(writer& out, const Parameters& p)
{
    if (p.serial)
        out.u16(static_cast<std::uint16_t>(*p.serial));
    if (p.timestamp)
        out.i64(*p.timestamp);
    if (!p.keyspace.empty())
        out.string(p.keyspace);
    if (p.now_in_seconds)
        out.i32(*p.now_in_seconds);
}

const char* broken_rule(protocol_version version, const query_parameters& p) noexcept
{
    if (p.page_size < 0)
        return "the page size is negative";
    if (!p.value_names.empty() && p.value_names.size() != p.value_count)
        return "there are not as many names as values";
    return broken_common_rule(version, p);
}

std::uint32_t flags_of(const query_parameters& p) noexcept
{
    std::uint32_t flags = common_flags(p);
    if (p.value_count != 0)
        flags |= query_flag::values;
    if (p.skip_metadata)
        flags |= query_flag::skip_metadata;
    if (p.page_size != 0)
        flags |= query_flag::page_size;
    if (!p.paging_state.empty())
        flags |= query_flag::paging_state;
    if (!p.value_names.empty())
        flags |= query_flag::value_names;
    return flags;
}

void write_named_values(writer& out, const query_parameters& p)
{
    reader values{p.encoded_values};
    for (const std::string& name : p.value_names) {
        out.string(name);
        const std::size_t begin = values.position();
        // Unset is -2, which no [bytes] knows; both of its readings have no content.
        static_cast<void>(values.bytes());
        out.raw(p.encoded_values.subspan(begin, values.position() - begin));
    }
    if (values.failed() || values.remaining() != 0)
        out.fail("the values are not as many as their count says");
}

void write_parameters(writer& out, protocol_version version, const query_parameters& p)
{
    if (const char* rule = broken_rule(version, p); rule != nullptr) {
        out.fail(rule);
        return;
    }
    out.u16(static_cast<std::uint16_t>(p.level));
    write_flags(out, version, flags_of(p));
    if (p.value_count != 0) {
        out.u16(p.value_count);
        if (p.value_names.empty())
            out.raw(p.encoded_values);
        else
            write_named_values(out, p);
    }
    if (p.page_size != 0)
        out.i32(p.page_size);
    if (!p.paging_state.empty())
        out.bytes(p.paging_state);
    write_common(out, p);
}

void write_batch_statement(writer& out, const batch_statement& s)
{
    out.u8(s.id.empty() ? 0 : 1);
    if (s.id.empty())
        out.long_string(s.text);
    else
        out.short_bytes(s.id);
    out.u16(s.value_count);
    out.raw(s.encoded_values);
}

}  // namespace

encode_result encode_startup(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::span<const std::pair<std::string_view, std::string_view>> options
)
{
    envelope e{out, version, opcode::startup, stream};
    e.string_map(options);
    return e.finish();
}

encode_result encode_options(base::byte_buffer& out, protocol_version version, std::int16_t stream)
{
    return envelope{out, version, opcode::options, stream}.finish();
}

encode_result encode_register(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::span<const std::string_view> events
)
{
    envelope e{out, version, opcode::register_, stream};
    e.string_list(events);
    return e.finish();
}

encode_result encode_auth_response(
    base::byte_buffer& out, protocol_version version, std::int16_t stream, std::span<const std::byte> token
)
{
    envelope e{out, version, opcode::auth_response, stream};
    e.bytes(token);
    return e.finish();
}

encode_result encode_query(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::string_view text,
    const query_parameters& parameters,
    const request_prefix& prefix
)
{
    request_envelope e{out, version, opcode::query, stream, prefix};
    e.long_string(text);
    write_parameters(e, version, parameters);
    return e.finish();
}

encode_result encode_prepare(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::string_view text,
    std::string_view keyspace,
    const request_prefix& prefix
)
{
    request_envelope e{out, version, opcode::prepare, stream, prefix};
    e.long_string(text);
    if (version == protocol_version::v4) {
        if (!keyspace.empty())
            e.fail("a keyspace per request needs protocol version 5");
    } else {
        e.u32(keyspace.empty() ? 0U : prepare_flag::keyspace);
        if (!keyspace.empty())
            e.string(keyspace);
    }
    return e.finish();
}

encode_result encode_execute(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    std::span<const std::byte> id,
    std::span<const std::byte> result_metadata_id,
    const query_parameters& parameters,
    const request_prefix& prefix
)
{
    request_envelope e{out, version, opcode::execute, stream, prefix};
    e.short_bytes(id);
    if (version != protocol_version::v4)
        e.short_bytes(result_metadata_id);
    write_parameters(e, version, parameters);
    return e.finish();
}

encode_result encode_batch(
    base::byte_buffer& out,
    protocol_version version,
    std::int16_t stream,
    batch_type type,
    std::span<const batch_statement> statements,
    const batch_parameters& parameters,
    const request_prefix& prefix
)
{
    request_envelope e{out, version, opcode::batch, stream, prefix};
    if (const char* rule = broken_common_rule(version, parameters); rule != nullptr)
        e.fail(rule);
    if (statements.size() > std::numeric_limits<std::uint16_t>::max())
        e.fail("a batch has more than 65535 statements");
    if (e.failed())
        return e.finish();
    e.u8(static_cast<std::uint8_t>(type));
    e.count(statements.size());
    for (const batch_statement& s : statements)
        write_batch_statement(e, s);
    e.u16(static_cast<std::uint16_t>(parameters.level));
    write_flags(e, version, common_flags(parameters));
    write_common(e, parameters);
    return e.finish();
}

}  // namespace async_cassandra::protocol
