// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/frame.hpp"
#include "vectors/vectors.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::test {

/// An envelope among the test vectors.
struct envelope_vector {
    std::string name;
    std::uint8_t version = 0;
    bytes envelope;

    [[nodiscard]] protocol::frame_header header() const;
    [[nodiscard]] std::span<const std::byte> body() const;
};

/// "request_envelope" or "response_envelope", without those of protocol v3.
[[nodiscard]] std::vector<envelope_vector> read_envelopes(const std::string& kind);
/// Throws when there is none of this name.
[[nodiscard]] envelope_vector read_envelope(const std::string& kind, std::string_view name);

}  // namespace async_cassandra::test
