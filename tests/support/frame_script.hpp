// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/protocol_version.hpp>

#include "protocol/frame_reader.hpp"
#include "protocol/requests.hpp"
#include "protocol/responses.hpp"
#include "support/cells.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::testing {

/// A response as it came.
struct received_frame {
    protocol::frame_header header;
    std::vector<std::byte> body;

    [[nodiscard]] server_error_details error() const;
    /// The spans in it are views into `body`.
    [[nodiscard]] protocol::decoded_result result() const;
    /// Of a Rows result, as it came; without metadata `column_count` cells make a row.
    [[nodiscard]] std::vector<row> rows() const;
};

/// The client's side of a connection as a list of frames, for tests that talk to a server by hand: gathers requests,
/// puts them into segments when it is time, and cuts what comes back.
class client_script {
public:
    explicit client_script(protocol_version version);

    client_script& startup(std::int16_t stream = 0);
    client_script& options(std::int16_t stream = 0);
    client_script& register_for(std::vector<std::string_view> events, std::int16_t stream = 0);
    client_script& auth_response(std::string_view user, std::string_view password, std::int16_t stream = 0);
    client_script& query(
        std::string_view text, std::int16_t stream, protocol::query_parameters parameters = {}
    );
    client_script& prepare(std::string_view text, std::int16_t stream, std::string_view keyspace = {});
    client_script& execute(
        const protocol::prepared_result& statement,
        const std::vector<cell>& values,
        std::int16_t stream,
        protocol::query_parameters parameters = {}
    );

    /// What has been gathered, as it goes to the wire.
    [[nodiscard]] std::vector<std::byte> take();
    /// Switches to segments behind READY or AUTHENTICATE of v5 by itself. Events are among the frames.
    [[nodiscard]] std::vector<received_frame> feed(std::span<const std::byte> bytes);
    /// Where the server broke a rule; no error while it did not.
    [[nodiscard]] const protocol::parse_error& error() const noexcept { return reader_.error(); }
    [[nodiscard]] bool at_boundary() const noexcept { return reader_.at_boundary(); }

    // What protocol::frame_reader calls.
    bool on_frame(const protocol::frame_header& h, std::span<const std::byte> body);
    detail::block_ptr allocate(const protocol::frame_header& h)
    {
        return detail::block_ptr::allocate(h.length);
    }
    bool on_block(const protocol::frame_header& h, detail::block_ptr block)
    {
        return on_frame(h, block.bytes());
    }
    bool on_frame_skipped(const protocol::frame_header&) { return true; }

private:
    client_script& gathered(protocol::encode_result result);

    protocol_version version_;
    protocol::frame_reader reader_;
    bool in_segments_ = false;
    base::byte_buffer requests_;
    std::vector<received_frame> frames_;
};

}  // namespace async_cassandra::testing
