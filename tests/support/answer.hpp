// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>
#include <async_cassandra/server_error.hpp>

#include "protocol/responses.hpp"
#include "support/cells.hpp"
#include "support/peer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace async_cassandra::testing {

/// Rows of a result, made when they are asked for.
struct row_source {
    std::shared_ptr<const columns> metadata;
    std::size_t count = 0;
    std::function<row(std::size_t)> at;
    /// Rows of each page; a page may be empty, and the last one may be. Empty: pages are cut as the request says.
    std::vector<std::size_t> pages;
};

// What an answer says.
namespace say {
struct as_usual {};  // what the node would say without the rule
struct nothing {};
struct void_ {};
struct rows {
    std::shared_ptr<const row_source> source;
};
struct set_keyspace {
    std::string name;
};
struct schema_change {
    protocol::schema_change change;
};
struct error {
    server_error_details details;
};
struct ready {};
struct authenticate {
    std::string authenticator;
};
struct auth_challenge {
    std::string token;
};
struct auth_success {
    std::string token;  ///< Empty: null.
};
struct supported {
    protocol::string_multimap options;
};
struct prepared {
    protocol::prepared_result result;
};
/// An envelope with any opcode and body.
struct envelope {
    protocol::opcode op;
    std::vector<std::byte> body;
};
/// Bytes in place of an envelope; not put into segments.
struct bytes {
    std::vector<std::byte> raw;
};
}  // namespace say

using answer_content = std::variant<
    say::as_usual,
    say::nothing,
    say::void_,
    say::rows,
    say::set_keyspace,
    say::schema_change,
    say::error,
    say::ready,
    say::authenticate,
    say::auth_challenge,
    say::auth_success,
    say::supported,
    say::prepared,
    say::envelope,
    say::bytes>;

/// What happens to an answer on its way out.
struct answer_delivery {
    std::chrono::nanoseconds delay{0};
    std::string gate;                     ///< Not empty: held until the node's `release` of this name.
    std::optional<std::size_t> cut_at;    ///< Only so many bytes go out.
    bool bad_payload_crc = false;         ///< v5 only.
    bool bad_header_crc = false;          ///< v5 only.
    std::optional<std::int16_t> stream;   ///< In place of the request's.
    std::optional<std::uint8_t> version;  ///< In place of the connection's, in the envelope header.
    std::size_t copies = 1;
    std::vector<std::string> warnings;
    peer_ending ending = peer_ending::none;  ///< Afterwards.
};

/// What a node says to a request, and how it gets out. The functions below make one; the members change it.
class answer {
public:
    explicit answer(answer_content what) : content(std::move(what)) {}

    /// So long after the request came.
    answer& after(std::chrono::nanoseconds delay);
    /// Not before the test calls `fake_node::release(gate)`.
    answer& held(std::string gate);
    /// Only the first `bytes` of what would go out; more than there are: all but the last byte. Without an ending the
    /// rest never comes.
    answer& cut_to(std::size_t bytes);
    answer& with_bad_payload_crc();
    answer& with_bad_header_crc();
    answer& on_stream(std::int16_t stream);
    answer& with_version(std::uint8_t version);
    answer& twice();
    answer& with_warning(std::string text);
    answer& then_close();
    answer& then_reset();

    answer_content content;
    answer_delivery delivery;
};

[[nodiscard]] answer as_usual();
/// Silence.
[[nodiscard]] answer no_reply();
[[nodiscard]] answer reply_void();
[[nodiscard]] answer reply_rows(std::vector<column> metadata, std::vector<row> rows);
/// Pages as listed, whatever page size is asked for.
[[nodiscard]] answer reply_pages(std::vector<column> metadata, std::vector<std::vector<row>> pages);
/// `count` rows, made one by one: for results that nobody wants to hold.
[[nodiscard]] answer reply_generated(
    std::vector<column> metadata, std::size_t count, std::function<row(std::size_t)> at
);
[[nodiscard]] answer reply_set_keyspace(std::string name);
[[nodiscard]] answer reply_schema_change(protocol::schema_change change);
[[nodiscard]] answer reply_error(server_code code, std::string message);
[[nodiscard]] answer reply_error(server_error_details details);
[[nodiscard]] answer reply_envelope(protocol::opcode op, std::vector<std::byte> body);
/// Garbage, or whatever else the bytes are.
[[nodiscard]] answer reply_bytes(std::vector<std::byte> raw);
[[nodiscard]] answer reply_bytes(std::string_view raw);
/// Nothing is said; the connection ends.
[[nodiscard]] answer close_connection();
[[nodiscard]] answer reset_connection();

}  // namespace async_cassandra::testing
