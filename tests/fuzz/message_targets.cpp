// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.hpp"
#include "protocol/request_decode.hpp"
#include "protocol/requests.hpp"
#include "protocol/responses.hpp"
#include "protocol/type_option.hpp"

namespace async_cassandra::fuzz {
namespace {

using bytes = std::span<const std::byte>;
using protocol::opcode;
using protocol::reader;

// The first byte chooses version and flags, the rest is a body.
struct message {
    protocol_version version = protocol_version::v5;
    std::uint8_t flags = 0;
    bytes body;

    explicit message(bytes input)
    {
        if (input.empty())
            return;
        const auto choice = std::to_integer<std::uint8_t>(input.front());
        version = (choice & 1U) != 0 ? protocol_version::v5 : protocol_version::v4;
        flags = choice & 0xFEU;
        body = input.subspan(1);
    }
};

void walk_cells(bytes body, const protocol::rows_result& rows)
{
    protocol::parse_error error;
    if (!protocol::check_cells(body, rows.rows_offset, rows.row_count, rows.column_count, error))
        return;
    reader cells{body.subspan(rows.rows_offset)};
    const std::uint64_t count = std::uint64_t{rows.row_count} * static_cast<std::uint64_t>(rows.column_count);
    for (std::uint64_t i = 0; i < count; ++i)
        static_cast<void>(cells.bytes());
    require(!cells.failed(), "checked cells can be walked");
}

void decode_message(opcode op, reader& in, const message& m)
{
    switch (op) {
    case opcode::error: static_cast<void>(protocol::decode_error(in, m.version)); break;
    case opcode::authenticate: static_cast<void>(protocol::decode_authenticate(in)); break;
    case opcode::supported: static_cast<void>(protocol::decode_supported(in)); break;
    case opcode::event: static_cast<void>(protocol::decode_event(in)); break;
    case opcode::result: {
        const auto result = protocol::decode_result(in, m.version);
        if (const auto* rows = std::get_if<protocol::rows_result>(&result); rows != nullptr && !in.failed())
            walk_cells(m.body, *rows);
        break;
    }
    default: static_cast<void>(protocol::decode_auth_token(in)); break;
    }
}

template <opcode Op>
void response(bytes input)
{
    const message m{input};
    reader in{m.body};
    protocol::response_prefix prefix;
    if (protocol::decode_prefix(in, m.flags, prefix))
        decode_message(Op, in, m);
    require(in.position() <= m.body.size(), "nothing is read beyond the end");
    require(in.failed() == (in.error().rule != nullptr), "a failure has a rule");
    if (in.failed())
        require(in.error().offset <= m.body.size(), "an error is within the body");
}

template <opcode Op>
void request(bytes input)
{
    const message m{input};
    const protocol::frame_header header{
        static_cast<std::uint8_t>(m.version),
        false,
        m.flags,
        1,
        Op,
        static_cast<std::uint32_t>(m.body.size())};
    protocol::parse_error error;
    const auto decoded = protocol::decode_request(header, m.body, m.version, error);
    require(decoded.has_value() == (error.rule == nullptr), "a failure has a rule");
}

void type_option(bytes input)
{
    reader in{input};
    protocol::type_reader types{in};
    const data_type type = types.read();
    if (in.failed())
        return;
    base::byte_buffer out;
    protocol::writer to{out};
    protocol::write_type(to, type);
    if (to.failed())
        return;
    reader again{out.bytes()};
    protocol::type_reader second{again};
    const data_type read = second.read();
    require(!again.failed() && again.remaining() == 0, "a type that is written can be read");
    require(read == type, "a type comes back");
    static_cast<void>(type.to_string());
}

}  // namespace

std::vector<target> message_targets()
{
    return {
        {"response_error", response<opcode::error>},
        {"response_authenticate", response<opcode::authenticate>},
        {"response_supported", response<opcode::supported>},
        {"response_event", response<opcode::event>},
        {"response_result", response<opcode::result>},
        {"response_auth_token", response<opcode::auth_challenge>},
        {"request_startup", request<opcode::startup>},
        {"request_register", request<opcode::register_>},
        {"request_auth_response", request<opcode::auth_response>},
        {"request_query", request<opcode::query>},
        {"request_prepare", request<opcode::prepare>},
        {"request_execute", request<opcode::execute>},
        {"request_batch", request<opcode::batch>},
        {"type_option", type_option},
    };
}

}  // namespace async_cassandra::fuzz
