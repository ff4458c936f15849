// SPDX-License-Identifier: Apache-2.0
#include "protocol/requests.hpp"

#include "protocol/reader.hpp"

#include <algorithm>
#include <cstring>
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

constexpr std::size_t most_in_short = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t most_in_int = std::numeric_limits<std::int32_t>::max();

// Writes into room that was made before: of a dozen small fields none has to ask whether there is any. The notations are
// those of `writer`; what does not fit its length field must not come here.
class field_cursor {
public:
    // `most`: bytes at most; what is left over is given back at the end.
    field_cursor(writer& out, std::size_t most) : out_(out.buffer()), at_(out_.extend(most)) {}
    field_cursor(const field_cursor&) = delete;
    field_cursor& operator=(const field_cursor&) = delete;
    ~field_cursor() { out_.truncate(static_cast<std::size_t>(at_ - out_.data())); }

    void u8(std::uint8_t v) noexcept { *at_++ = static_cast<std::byte>(v); }
    void u16(std::uint16_t v) noexcept { number(v); }
    void u32(std::uint32_t v) noexcept { number(v); }
    void i32(std::int32_t v) noexcept { number(static_cast<std::uint32_t>(v)); }
    void i64(std::int64_t v) noexcept { number(static_cast<std::uint64_t>(v)); }
    void raw(std::span<const std::byte> bytes) noexcept
    {
        if (!bytes.empty())
            std::memcpy(at_, bytes.data(), bytes.size());
        at_ += bytes.size();
    }
    void short_bytes(std::span<const std::byte> value) noexcept
    {
        u16(static_cast<std::uint16_t>(value.size()));
        raw(value);
    }
    void string(std::string_view text) noexcept { short_bytes(std::as_bytes(std::span{text})); }
    void bytes(std::span<const std::byte> value) noexcept
    {
        i32(static_cast<std::int32_t>(value.size()));
        raw(value);
    }

private:
    template <class T>
    void number(T v) noexcept
    {
        base::store_big_endian(at_, v);
        at_ += sizeof v;
    }

    base::byte_buffer& out_;
    std::byte* at_;
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

template <class Output>
void write_flags(Output& out, protocol_version version, std::uint32_t flags)
{
    if (version == protocol_version::v4)
        out.u8(static_cast<std::uint8_t>(flags));
    else
        out.u32(flags);
}

template <class Output, class Parameters>
void write_common(Output& out, const Parameters& p)
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
    const auto too_long = [](const std::string& name) { return name.size() > most_in_short; };
    if (p.keyspace.size() > most_in_short || std::ranges::any_of(p.value_names, too_long))
        return "a [string] is longer than 65535 bytes";
    if (p.paging_state.size() > most_in_int)
        return "[bytes] are longer than 2147483647 bytes";
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

// The rule that is broken, or null.
const char* write_named_values(field_cursor& out, const query_parameters& p)
{
    reader values{p.encoded_values};
    for (const std::string& name : p.value_names) {
        out.string(name);
        const std::size_t begin = values.position();
        // Unset is -2, which no [bytes] knows; both of its readings have no content.
        static_cast<void>(values.bytes());
        out.raw(p.encoded_values.subspan(begin, values.position() - begin));
    }
    return values.failed() || values.remaining() != 0 ? "the values are not as many as their count says"
                                                      : nullptr;
}

std::size_t most_bytes(const query_parameters& p) noexcept
{
    constexpr std::size_t fixed = 2 + 4 + 2 + 4 + 4 + 2 + 8 + 2 + 4;
    std::size_t most = fixed + p.encoded_values.size() + p.paging_state.size() + p.keyspace.size();
    for (const std::string& name : p.value_names)
        most += 2 + name.size();
    return most;
}

// Precondition: `broken_rule` says null. What it returns is as there.
const char* write_parameters(field_cursor& out, protocol_version version, const query_parameters& p)
{
    const char* broken = nullptr;
    out.u16(static_cast<std::uint16_t>(p.level));
    write_flags(out, version, flags_of(p));
    if (p.value_count != 0) {
        out.u16(p.value_count);
        if (p.value_names.empty())
            out.raw(p.encoded_values);
        else
            broken = write_named_values(out, p);
    }
    if (p.page_size != 0)
        out.i32(p.page_size);
    if (!p.paging_state.empty())
        out.bytes(p.paging_state);
    write_common(out, p);
    return broken;
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
    if (const char* rule = broken_rule(version, parameters); rule != nullptr) {
        e.fail(rule);
    } else {
        field_cursor to{e, most_bytes(parameters)};
        e.fail(write_parameters(to, version, parameters));
    }
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
    if (id.size() > most_in_short || result_metadata_id.size() > most_in_short) {
        e.fail("[short bytes] are longer than 65535 bytes");
    } else if (const char* rule = broken_rule(version, parameters); rule != nullptr) {
        e.fail(rule);
    } else {
        field_cursor to{e, 4 + id.size() + result_metadata_id.size() + most_bytes(parameters)};
        to.short_bytes(id);
        if (version != protocol_version::v4)
            to.short_bytes(result_metadata_id);
        e.fail(write_parameters(to, version, parameters));
    }
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
