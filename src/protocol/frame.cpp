// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame.hpp"

namespace async_cassandra::protocol {
namespace {

constexpr std::uint32_t set_of(std::initializer_list<opcode> list) noexcept
{
    std::uint32_t set = 0;
    for (const opcode op : list)
        set |= 1U << static_cast<unsigned>(op);
    return set;
}

constexpr std::uint32_t response_opcodes = set_of(
    {opcode::error,
     opcode::ready,
     opcode::authenticate,
     opcode::supported,
     opcode::result,
     opcode::event,
     opcode::auth_challenge,
     opcode::auth_success}
);
constexpr std::uint32_t request_opcodes = set_of(
    {opcode::startup,
     opcode::options,
     opcode::query,
     opcode::prepare,
     opcode::execute,
     opcode::register_,
     opcode::batch,
     opcode::auth_response}
);

constexpr bool contains(std::uint32_t set, opcode op) noexcept
{
    const auto bit = static_cast<unsigned>(op);
    return bit < 32 && (set >> bit & 1U) != 0;
}

// The layout of the header has been this one since version 3; version 5 ignores the compression flag of an envelope.
constexpr std::uint8_t oldest_version = 3;
constexpr std::uint8_t segments_version = 5;

}  // namespace

std::string_view to_string(opcode op) noexcept
{
    switch (op) {
    case opcode::error: return "ERROR";
    case opcode::startup: return "STARTUP";
    case opcode::ready: return "READY";
    case opcode::authenticate: return "AUTHENTICATE";
    case opcode::options: return "OPTIONS";
    case opcode::supported: return "SUPPORTED";
    case opcode::query: return "QUERY";
    case opcode::result: return "RESULT";
    case opcode::prepare: return "PREPARE";
    case opcode::execute: return "EXECUTE";
    case opcode::register_: return "REGISTER";
    case opcode::event: return "EVENT";
    case opcode::batch: return "BATCH";
    case opcode::auth_challenge: return "AUTH_CHALLENGE";
    case opcode::auth_response: return "AUTH_RESPONSE";
    case opcode::auth_success: return "AUTH_SUCCESS";
    }
    return "UNKNOWN";
}

const char* broken_rule(const frame_header& h, const frame_rules& rules) noexcept
{
    if (h.response != rules.response)
        return rules.response ? "the other side does not answer in CQL"
                              : "the other side does not ask in CQL";
    if (rules.version != 0 && h.version != rules.version)
        return "an envelope carries another protocol version than was agreed on";
    if (h.version < oldest_version)
        return "an envelope carries a protocol version that is too old";
    if (!contains(rules.response ? response_opcodes : request_opcodes, h.op))
        return rules.response ? "an envelope carries no opcode of a response"
                              : "an envelope carries no opcode of a request";
    if (!rules.compression && (h.flags & header_flag::compressed) != 0 && h.version < segments_version)
        return "a body is compressed though compression was not agreed on";
    if (h.length > rules.max_length)
        return "a body is longer than the limit";
    return nullptr;
}

}  // namespace async_cassandra::protocol
