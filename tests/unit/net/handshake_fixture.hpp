// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/handshake.hpp"
#include "protocol/constants.hpp"
#include "protocol/frame_reader.hpp"
#include "support/cells.hpp"
#include "unit/net/versions.hpp"

#include <gmock/gmock.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::net {

inline void PrintTo(handshake::verdict v, std::ostream* out)
{
    static constexpr const char* names[] = {
        "go_on", "log_in", "respond", "accept", "ready", "failed", "refused"};
    *out << names[static_cast<std::size_t>(v)];
}

inline std::string text_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append_short(std::vector<std::byte>& out, std::size_t n)
{
    out.push_back(static_cast<std::byte>(n >> 8U));
    out.push_back(static_cast<std::byte>(n));
}

inline std::vector<std::byte> string_body(std::string_view text)
{
    std::vector<std::byte> body;
    append_short(body, text.size());
    const auto bytes = std::as_bytes(std::span{text});
    body.insert(body.end(), bytes.begin(), bytes.end());
    return body;
}

inline std::vector<std::byte> error_body(server_code code, std::string_view message)
{
    std::vector<std::byte> body = *testing::cells::int_(static_cast<std::int32_t>(code));
    const auto text = string_body(message);
    body.insert(body.end(), text.begin(), text.end());
    return body;
}

/// A handshake that is fed with frames, one by one.
class handshake_test : public ::testing::TestWithParam<protocol_version> {
protected:
    static handshake begun(protocol_version version, std::string keyspace = {}, bool can_log_in = false)
    {
        handshake subject{version, std::move(keyspace), can_log_in};
        base::byte_buffer out;
        subject.begin(out);
        return subject;
    }

    handshake::verdict feed(
        handshake& subject,
        protocol::opcode op,
        const std::vector<std::byte>& body = {},
        std::uint8_t version = 5,
        std::uint8_t flags = 0
    )
    {
        out.clear();
        protocol::frame_header header;
        header.version = version;
        header.response = true;
        header.flags = flags;
        header.op = op;
        header.length = static_cast<std::uint32_t>(body.size());
        return subject.on_frame(header, body, out);
    }

    base::byte_buffer out;
};

}  // namespace async_cassandra::net
