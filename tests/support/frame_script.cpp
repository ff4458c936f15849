// SPDX-License-Identifier: Apache-2.0
#include "support/frame_script.hpp"

#include "support/segment_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace async_cassandra::testing {

namespace {

protocol::reader behind_prefix(const received_frame& frame)
{
    protocol::reader in{frame.body};
    protocol::response_prefix prefix;
    if (!protocol::decode_prefix(in, frame.header.flags, prefix))
        throw std::runtime_error("a malformed prefix");
    return in;
}

protocol_version version_of(const received_frame& frame)
{
    return frame.header.version == 4 ? protocol_version::v4 : protocol_version::v5;
}

}  // namespace

server_error_details received_frame::error() const
{
    if (header.op != protocol::opcode::error)
        throw std::runtime_error("not an ERROR");
    auto in = behind_prefix(*this);
    auto details = protocol::decode_error(in, version_of(*this));
    if (in.failed())
        throw std::runtime_error(in.error().rule);
    return details;
}

protocol::decoded_result received_frame::result() const
{
    if (header.op == protocol::opcode::error)
        throw std::runtime_error("an ERROR: " + error().message);
    if (header.op != protocol::opcode::result)
        throw std::runtime_error("not a RESULT");
    auto in = behind_prefix(*this);
    auto decoded = protocol::decode_result(in, version_of(*this));
    if (in.failed())
        throw std::runtime_error(in.error().rule);
    return decoded;
}

std::vector<row> received_frame::rows() const
{
    const auto decoded = std::get<protocol::rows_result>(result());
    auto in = behind_prefix(*this);
    in.skip(decoded.rows_offset - in.position());
    std::vector<row> out(decoded.row_count);
    for (row& r : out)
        for (std::int32_t i = 0; i < decoded.column_count; ++i) {
            const auto value = in.bytes();
            r.push_back(value ? cells::bytes(*value) : cells::null());
        }
    if (in.failed())
        throw std::runtime_error(in.error().rule);
    return out;
}

client_script::client_script(protocol_version version) : version_(version), reader_(version) {}

client_script& client_script::gathered(protocol::encode_result result)
{
    if (!result)
        throw std::logic_error(result.rule);
    return *this;
}

client_script& client_script::startup(std::int16_t stream)
{
    const std::array<std::pair<std::string_view, std::string_view>, 1> options{{{"CQL_VERSION", "3.0.0"}}};
    return gathered(protocol::encode_startup(requests_, version_, stream, options));
}

client_script& client_script::options(std::int16_t stream)
{
    return gathered(protocol::encode_options(requests_, version_, stream));
}

client_script& client_script::register_for(std::vector<std::string_view> events, std::int16_t stream)
{
    return gathered(protocol::encode_register(requests_, version_, stream, events));
}

client_script& client_script::auth_response(
    std::string_view user, std::string_view password, std::int16_t stream
)
{
    std::string token(1, '\0');
    token.append(user).append(1, '\0').append(password);
    return gathered(
        protocol::encode_auth_response(requests_, version_, stream, std::as_bytes(std::span{token}))
    );
}

client_script& client_script::query(
    std::string_view text, std::int16_t stream, protocol::query_parameters parameters
)
{
    return gathered(protocol::encode_query(requests_, version_, stream, text, parameters));
}

client_script& client_script::prepare(std::string_view text, std::int16_t stream, std::string_view keyspace)
{
    return gathered(protocol::encode_prepare(requests_, version_, stream, text, keyspace));
}

client_script& client_script::execute(
    const protocol::prepared_result& statement,
    const std::vector<cell>& values,
    std::int16_t stream,
    protocol::query_parameters parameters
)
{
    std::vector<std::byte> encoded;
    for (const cell& value : values)
        cells::append(encoded, value);
    parameters.value_count = static_cast<std::uint16_t>(values.size());
    parameters.encoded_values = encoded;
    return gathered(protocol::encode_execute(
        requests_, version_, stream, statement.id, statement.result_metadata_id, parameters
    ));
}

std::vector<std::byte> client_script::take()
{
    std::vector<std::byte> out;
    if (in_segments_)
        append_segments(out, requests_.bytes(), protocol::max_segment_payload);
    else
        out.assign(requests_.bytes().begin(), requests_.bytes().end());
    requests_.clear();
    return out;
}

std::vector<received_frame> client_script::feed(std::span<const std::byte> bytes)
{
    while (!bytes.empty() && !reader_.error()) {
        const auto room = reader_.prepare();
        const std::size_t count = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), count);
        bytes = bytes.subspan(count);
        if (reader_.commit_and_drain(count, *this) == protocol::read_status::error)
            break;
    }
    return std::exchange(frames_, {});
}

bool client_script::on_frame(const protocol::frame_header& h, std::span<const std::byte> body)
{
    frames_.push_back({h, {body.begin(), body.end()}});
    const bool greeted = h.op == protocol::opcode::ready || h.op == protocol::opcode::authenticate;
    if (greeted && !in_segments_) {
        reader_.require_version(version_);
        if (version_ == protocol_version::v5) {
            reader_.switch_to_segments();
            in_segments_ = true;
        }
    }
    return true;
}

}  // namespace async_cassandra::testing
