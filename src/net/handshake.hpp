// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/byte_buffer.hpp"
#include "net/pending_request.hpp"

#include <span>
#include <string>

namespace async_cassandra::net {

/// The first messages of a connection: STARTUP, and USE when the connection has a keyspace. Pure: messages in,
/// bytes and a verdict out (native_protocol_v5.spec sections 2.3.1 and 4.1.1).
class handshake {
public:
    enum class verdict : std::uint8_t {
        go_on,    ///< Send what was appended, read on.
        ready,    ///< The connection serves requests.
        failed,   ///< See `reason()`.
        refused,  ///< The server does not speak this version: connect again with a lower one.
    };

    handshake(protocol_version version, std::string keyspace)
        : version_(version), keyspace_(std::move(keyspace))
    {}

    /// Appends STARTUP. Nothing may be sent behind it before the answer has come.
    void begin(base::byte_buffer& out);

    verdict on_frame(
        const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
    );

    /// True once everything, in both directions, is in v5 segments.
    [[nodiscard]] bool segments() const noexcept { return segments_; }

    [[nodiscard]] const close_reason& reason() const noexcept { return reason_; }

private:
    enum class state : std::uint8_t { startup, use, done };

    verdict on_startup_answer(
        const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
    );
    verdict on_use_answer(const protocol::frame_header& header, std::span<const std::byte> body);
    verdict on_error(const protocol::frame_header& header, std::span<const std::byte> body);
    verdict unexpected(protocol::opcode got, std::string_view wanted);
    verdict fail(errc code, std::string text);

    protocol_version version_;
    std::string keyspace_;
    state state_ = state::startup;
    bool segments_ = false;
    close_reason reason_;
};

/// `name` as a quoted CQL identifier: "Shop" → "\"Shop\"", quotes inside doubled.
[[nodiscard]] std::string quoted_identifier(std::string_view name);

}  // namespace async_cassandra::net
