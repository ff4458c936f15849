// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/compression.hpp>

#include "base/byte_buffer.hpp"
#include "net/pending_request.hpp"
#include "protocol/constants.hpp"

#include <span>
#include <string>

namespace async_cassandra::net {

/// The first messages of a connection: OPTIONS when compression is wanted, STARTUP, the log-in when the node asks for one, and USE when the connection has a
/// keyspace. Pure: messages in, bytes and a verdict out (native_protocol_v5.spec sections 2.3.1, 4.1.1 and 4.1.2).
class handshake {
public:
    enum class verdict : std::uint8_t {
        go_on,    ///< Send what was appended, read on.
        log_in,   ///< The node asks for a log-in by `authenticator()`: to be answered with `respond`.
        respond,  ///< The node asks on: `token()` is to be answered with `respond`.
        accept,   ///< The node let us in, and `token()` is its last word: to be answered with `accept`.
        ready,    ///< The connection serves requests.
        failed,   ///< See `reason()`.
        refused,  ///< The server does not speak this version: connect again with a lower one.
    };

    /// `can_log_in`: there is somebody to answer `log_in`.
    handshake(
        protocol_version version,
        std::string keyspace,
        bool can_log_in,
        compression wanted = compression::none
    )
        : version_(version), keyspace_(std::move(keyspace)), can_log_in_(can_log_in), wanted_(wanted)
    {}

    /// Appends STARTUP, or OPTIONS first. Nothing may be sent behind it before the answer has come.
    void begin(base::byte_buffer& out);

    verdict on_frame(
        const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
    );

    /// Appends the answer to `log_in` or `respond`: nothing else comes behind it in `out`.
    verdict respond(std::span<const std::byte> token, base::byte_buffer& out);

    /// The last word is right.
    verdict accept(base::byte_buffer& out);

    /// The class name that the node sent; empty when it asked for no log-in.
    [[nodiscard]] const std::string& authenticator() const noexcept { return authenticator_; }

    /// What the node said with its last challenge or with its success. A view into the body given to `on_frame`.
    [[nodiscard]] std::span<const std::byte> token() const noexcept { return token_; }

    /// What has not happened yet, for the error of a handshake that takes too long.
    [[nodiscard]] std::string_view waits_for() const noexcept;

    /// True once everything, in both directions, is in v5 segments.
    [[nodiscard]] bool segments() const noexcept { return segments_; }

    /// What the node was asked for with STARTUP: from its answer on it may compress, and so may we.
    [[nodiscard]] compression agreed() const noexcept
    {
        return state_ == state::options ? compression::none : wanted_;
    }

    [[nodiscard]] const close_reason& reason() const noexcept { return reason_; }

private:
    enum class state : std::uint8_t { options, startup, owes_token, log_in, owes_acceptance, use, done };

    /// What the body of an AUTH_RESPONSE may hold: it must fit one v5 segment (servers insist), with header and length.
    static constexpr std::size_t longest_token =
        protocol::max_segment_payload - protocol::frame_header_size - sizeof(std::int32_t);

    verdict on_options_answer(
        const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
    );
    void begin_startup(base::byte_buffer& out);
    verdict on_startup_answer(
        const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
    );
    verdict on_authenticate(std::span<const std::byte> body);
    verdict on_log_in_answer(const protocol::frame_header& header, std::span<const std::byte> body);
    verdict begin_use(base::byte_buffer& out);
    verdict on_use_answer(const protocol::frame_header& header, std::span<const std::byte> body);
    verdict on_error(const protocol::frame_header& header, std::span<const std::byte> body);
    verdict unexpected(protocol::opcode got, std::string_view wanted);
    verdict fail(errc code, std::string text);

    protocol_version version_;
    std::string keyspace_;
    bool can_log_in_;
    compression wanted_;
    std::string authenticator_;
    std::span<const std::byte> token_;
    state state_ = state::startup;
    bool segments_ = false;
    close_reason reason_;
};

/// `name` as a quoted CQL identifier: "Shop" → "\"Shop\"", quotes inside doubled.
[[nodiscard]] std::string quoted_identifier(std::string_view name);

}  // namespace async_cassandra::net
