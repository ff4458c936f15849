// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/block.hpp>
#include <async_cassandra/error.hpp>
#include <async_cassandra/protocol_version.hpp>

#include "base/byte_buffer.hpp"
#include "protocol/frame.hpp"
#include "protocol/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>

namespace async_cassandra::net {

/// Why a connection, or an attempt to open one, ended.
struct close_reason {
    boost::system::error_code code;
    std::string
        text;  ///< A sentence that names the cause; no address, the reader knows which node it is about.
    std::shared_ptr<const server_error_details> server;  ///< Set when an ERROR message ended it.
    std::exception_ptr cause{};                          ///< What user code threw.
};

/// Where the body of an answer lies: in a block of its own, or in the input buffer for the time of the call.
struct response {
    protocol::frame_header header;
    std::span<const std::byte> body;
    detail::block_ptr block;  ///< Empty: `body` must be copied by whoever keeps it.
};

/// One request on a connection. The connection borrows it from `send` until exactly one of `on_response` and
/// `on_lost` has been called, or until `cancel`.
class pending_request {
public:
    /// Appends one complete envelope for this stream id.
    [[nodiscard]] virtual protocol::encode_result encode(
        base::byte_buffer& out, protocol_version version, std::int16_t stream
    ) = 0;

    /// Whether an answer of this size may be kept. Called before its block is allocated; when false, the body passes
    /// by and `on_too_large` ends the request.
    [[nodiscard]] virtual bool accepts(std::uint32_t body_length) noexcept = 0;
    virtual void on_too_large(std::uint32_t body_length) noexcept = 0;

    virtual void on_response(response&& answer) noexcept = 0;

    /// The connection is gone.
    virtual void on_lost(const close_reason& reason, request_effect effect) noexcept = 0;

protected:
    virtual ~pending_request() = default;

private:
    friend class stream_table;
    friend class connection;
    std::int16_t stream_ = -1;
};

}  // namespace async_cassandra::net
