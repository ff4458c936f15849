// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../bytes.hpp"

#include <array>

namespace async_cassandra::bench {

/// The rows of bench.big as they stand on the wire. Row i: id = i, ts = 1700000000000 + i ms, and with
/// m = i mod 2048: name = "name-<m>", value = m / 4.0, payload byte j = (m + j) mod 256. One run of 2048 rows
/// is prepared; a page is copies of it with id and ts written over.
class stream_rows {
public:
    explicit stream_rows(std::uint64_t total);

    std::uint64_t total() const { return total_; }
    std::size_t size_of(std::uint64_t first, std::uint64_t count) const;
    void write(std::uint64_t first, std::uint64_t count, std::uint8_t* to) const;

private:
    static constexpr std::size_t run_length = 2048;

    std::uint64_t total_;
    byte_buffer run_;
    std::array<std::uint32_t, run_length + 1> offsets_{};
};

}  // namespace async_cassandra::bench
