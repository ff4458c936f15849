// SPDX-License-Identifier: Apache-2.0
#include "net/handshake.hpp"

#include <async_cassandra/version.hpp>

#include "protocol/requests.hpp"
#include "protocol/responses.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace async_cassandra::net {

using protocol::opcode;

namespace {

// "the node offers snappy and zstd": what SUPPORTED says of compression.
std::string offer_of(const std::vector<std::string>* names)
{
    if (names == nullptr || names->empty())
        return "the node offers none";
    std::string text = "the node offers ";
    for (std::size_t i = 0; i < names->size(); ++i) {
        if (i != 0)
            text += i + 1 == names->size() ? " and " : ", ";
        text += (*names)[i];
    }
    return text;
}

}  // namespace

void handshake::begin(base::byte_buffer& out)
{
    if (wanted_ == compression::none) {
        begin_startup(out);
        return;
    }
    state_ = state::options;
    if (const auto encoded = protocol::encode_options(out, version_, 0); !encoded)
        std::terminate();  // it has no body
}

void handshake::begin_startup(base::byte_buffer& out)
{
    state_ = state::startup;
    const std::array<std::pair<std::string_view, std::string_view>, 5> options{{
        {"CQL_VERSION", "3.0.0"},
        {"DRIVER_NAME", "async-cassandra"},
        {"DRIVER_VERSION", ASYNC_CASSANDRA_VERSION},
        // Without it a server under pressure stops reading its sockets, which a client sees as unexplained latency.
        {"THROW_ON_OVERLOAD", "1"},
        {"COMPRESSION", to_string(wanted_)},
    }};
    const std::size_t count = wanted_ == compression::none ? options.size() - 1 : options.size();
    if (const auto encoded = protocol::encode_startup(out, version_, 0, std::span{options}.first(count));
        !encoded)
        std::terminate();  // constants that fit
}

handshake::verdict handshake::on_frame(
    const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
)
{
    if (header.op == opcode::event)
        return verdict::go_on;
    switch (state_) {
    case state::options: return on_options_answer(header, body, out);
    case state::startup: return on_startup_answer(header, body, out);
    case state::log_in: return on_log_in_answer(header, body);
    case state::use: return on_use_answer(header, body);
    case state::owes_token:
    case state::owes_acceptance:
    case state::done: break;
    }
    return unexpected(header.op, "nothing");
}

handshake::verdict handshake::on_options_answer(
    const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
)
{
    if (header.op == opcode::error)
        return on_error(header, body);
    if (header.op != opcode::supported)
        return unexpected(header.op, "SUPPORTED");
    protocol::reader in{body};
    const protocol::supported_options supported = protocol::decode_supported(in);
    if (in.failed())
        return fail(errc::protocol_violation, "malformed SUPPORTED message: " + describe(in.error()));
    const std::vector<std::string>* const names = supported.find("COMPRESSION");
    const auto is_wanted = [&](const std::string& name) { return parse_compression(name) == wanted_; };
    if (names == nullptr || std::ranges::none_of(*names, is_wanted))
        return fail(
            errc::bad_configuration,
            "cluster_config::compression is " + std::string{to_string(wanted_)} + ", " + offer_of(names)
        );
    begin_startup(out);
    return verdict::go_on;
}

handshake::verdict handshake::on_startup_answer(
    const protocol::frame_header& header, std::span<const std::byte> body, base::byte_buffer& out
)
{
    switch (header.op) {
    case opcode::ready: break;
    case opcode::error: return on_error(header, body);
    case opcode::authenticate: return on_authenticate(body);
    default: return unexpected(header.op, "READY or AUTHENTICATE");
    }
    segments_ = version_ == protocol_version::v5;
    return begin_use(out);
}

handshake::verdict handshake::on_authenticate(std::span<const std::byte> body)
{
    protocol::reader in{body};
    authenticator_ = protocol::decode_authenticate(in);
    if (in.failed())
        return fail(errc::protocol_violation, "malformed AUTHENTICATE message: " + describe(in.error()));
    if (!can_log_in_)
        return fail(
            errc::not_authenticated,
            "the node requires authentication (" + authenticator_ + "), and there are no credentials"
        );
    segments_ = version_ == protocol_version::v5;
    state_ = state::owes_token;
    return verdict::log_in;
}

handshake::verdict handshake::respond(std::span<const std::byte> token, base::byte_buffer& out)
{
    if (token.size() > longest_token)
        return fail(
            errc::not_authenticated,
            "the token to log in with has " + std::to_string(token.size()) + " bytes, at most " +
                std::to_string(longest_token) + " fit"
        );
    state_ = state::log_in;
    if (const auto encoded = protocol::encode_auth_response(out, version_, 0, token); !encoded)
        return fail(errc::not_authenticated, std::string{"the token is unusable: "} + encoded.rule);
    return verdict::go_on;
}

handshake::verdict handshake::on_log_in_answer(
    const protocol::frame_header& header, std::span<const std::byte> body
)
{
    const bool challenge = header.op == opcode::auth_challenge;
    if (header.op == opcode::error)
        return on_error(header, body);
    if (!challenge && header.op != opcode::auth_success)
        return unexpected(header.op, "AUTH_CHALLENGE or AUTH_SUCCESS");
    protocol::reader in{body};
    token_ = protocol::decode_auth_token(in).value_or(std::span<const std::byte>{});
    if (in.failed())
        return fail(
            errc::protocol_violation,
            "malformed " + std::string{protocol::to_string(header.op)} + " message: " + describe(in.error())
        );
    state_ = challenge ? state::owes_token : state::owes_acceptance;
    return challenge ? verdict::respond : verdict::accept;
}

handshake::verdict handshake::accept(base::byte_buffer& out)
{
    return begin_use(out);
}

handshake::verdict handshake::begin_use(base::byte_buffer& out)
{
    if (keyspace_.empty()) {
        state_ = state::done;
        return verdict::ready;
    }
    state_ = state::use;
    if (const auto encoded =
            protocol::encode_query(out, version_, 0, "USE " + quoted_identifier(keyspace_), {});
        !encoded)
        return fail(errc::bad_configuration, std::string{"the keyspace name is unusable: "} + encoded.rule);
    return verdict::go_on;
}

handshake::verdict handshake::on_use_answer(
    const protocol::frame_header& header, std::span<const std::byte> body
)
{
    if (header.op == opcode::error)
        return on_error(header, body);
    if (header.op != opcode::result)
        return unexpected(header.op, "RESULT");
    state_ = state::done;
    return verdict::ready;
}

handshake::verdict handshake::on_error(const protocol::frame_header& header, std::span<const std::byte> body)
{
    protocol::reader in{body};
    protocol::response_prefix prefix;
    server_error_details details;
    if (protocol::decode_prefix(in, header.flags, prefix))
        details = protocol::decode_error(in, version_);
    if (in.failed())
        return fail(errc::protocol_violation, "malformed ERROR message: " + describe(in.error()));
    // Cassandra 2.1 said SERVER_ERROR where newer ones say PROTOCOL_ERROR.
    const bool about_version =
        (state_ == state::options || state_ == state::startup) &&
        (details.code == server_code::protocol_error || details.code == server_code::server_error) &&
        (details.message.find("unsupported protocol version") != std::string::npos ||
         details.message.find("USE_BETA flag is unset") != std::string::npos);
    reason_.code = make_error_code(details.code);
    reason_.text = details.message;
    reason_.server = std::make_shared<const server_error_details>(std::move(details));
    return about_version ? verdict::refused : verdict::failed;
}

std::string_view handshake::waits_for() const noexcept
{
    switch (state_) {
    case state::options: return "the peer accepted the connection but did not answer OPTIONS";
    case state::startup: return "the peer accepted the connection but did not answer STARTUP";
    case state::owes_token:
    case state::owes_acceptance: return "the authentication provider did not answer the node's question";
    case state::log_in: return "the node did not answer the log-in";
    case state::use: return "the node did not answer USE";
    case state::done: break;
    }
    return "the connection was not ready";
}

handshake::verdict handshake::unexpected(opcode got, std::string_view wanted)
{
    return fail(
        errc::protocol_violation,
        "unexpected " + std::string{protocol::to_string(got)} + " message during the handshake, expected " +
            std::string{wanted}
    );
}

handshake::verdict handshake::fail(errc code, std::string text)
{
    reason_ = {make_error_code(code), std::move(text), nullptr, nullptr};
    return verdict::failed;
}

std::string quoted_identifier(std::string_view name)
{
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace async_cassandra::net
