// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/byte_buffer.hpp"
#include "protocol/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::test {

using bytes = std::vector<std::byte>;

[[nodiscard]] bytes from_hex(std::string_view text);
[[nodiscard]] std::string to_hex(std::span<const std::byte> data);

/// The bytes alone in a heap block of exactly their size, where a sanitizer sees each step beyond them.
class exact_bytes {
public:
    explicit exact_bytes(std::span<const std::byte> data);

    [[nodiscard]] std::span<const std::byte> span() const { return {data_.get(), size_}; }

private:
    std::unique_ptr<std::byte[]> data_;
    std::size_t size_;
};

/// One line of a file in data/: fields between semicolons, the first of them a name.
using vector_line = std::vector<std::string>;
[[nodiscard]] std::vector<vector_line> read_vectors(const std::string& file);

/// A line of requests.txt or responses.txt.
struct envelope_vector {
    std::string name;
    std::uint8_t version = 0;
    bytes envelope;

    [[nodiscard]] protocol::frame_header header() const;
    [[nodiscard]] std::span<const std::byte> body() const;
};
[[nodiscard]] std::vector<envelope_vector> read_envelopes(const std::string& file);
/// Throws when there is none of this name.
[[nodiscard]] envelope_vector read_envelope(const std::string& file, std::string_view name);

}  // namespace async_cassandra::test
