// SPDX-License-Identifier: Apache-2.0
#include "unit/protocol/vectors.hpp"

#include <stdexcept>

namespace async_cassandra::test {

protocol::frame_header envelope_vector::header() const
{
    return protocol::decode_frame_header(std::span{envelope}.first<protocol::frame_header_size>());
}

std::span<const std::byte> envelope_vector::body() const
{
    return std::span{envelope}.subspan(protocol::frame_header_size);
}

std::vector<envelope_vector> read_envelopes(const std::string& kind)
{
    std::vector<envelope_vector> list;
    for (const test_vector& v : read_vectors(kind))
        if (const auto version = static_cast<std::uint8_t>(v.number("version")); version > 3)
            list.push_back({v.name, version, v.hex()});
    return list;
}

envelope_vector read_envelope(const std::string& kind, std::string_view name)
{
    for (envelope_vector& v : read_envelopes(kind))
        if (v.name == name)
            return v;
    throw std::out_of_range{std::string{name}};
}

}  // namespace async_cassandra::test
