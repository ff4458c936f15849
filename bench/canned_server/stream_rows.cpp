// SPDX-License-Identifier: Apache-2.0
#include "stream_rows.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace async_cassandra::bench {

namespace {

constexpr std::uint64_t first_timestamp = 1'700'000'000'000;
constexpr std::size_t payload_size = 64;
constexpr std::size_t id_offset = 4;
constexpr std::size_t timestamp_offset = id_offset + 8 + 4;

}  // namespace

stream_rows::stream_rows(std::uint64_t total) : total_(total)
{
    for (std::uint32_t row = 0; row < run_length; ++row) {
        offsets_[row] = static_cast<std::uint32_t>(run_.size());
        run_.put(std::uint32_t{8});
        run_.put(std::uint64_t{row});
        run_.put(std::uint32_t{8});
        run_.put(first_timestamp + row);
        run_.put_value(as_bytes("name-" + std::to_string(row)));
        run_.put(std::uint32_t{8});
        run_.put(std::bit_cast<std::uint64_t>(row / 4.0));
        run_.put(static_cast<std::uint32_t>(payload_size));
        for (std::uint32_t index = 0; index < payload_size; ++index) {
            run_.put(static_cast<std::uint8_t>(row + index));
        }
    }
    offsets_[run_length] = static_cast<std::uint32_t>(run_.size());
}

std::size_t stream_rows::size_of(std::uint64_t first, std::uint64_t count) const
{
    const auto before = [this](std::uint64_t row) {
        return row / run_length * offsets_[run_length] + offsets_[row % run_length];
    };
    return before(first + count) - before(first);
}

void stream_rows::write(std::uint64_t first, std::uint64_t count, std::uint8_t* to) const
{
    while (count > 0) {
        const std::size_t from = first % run_length;
        const std::size_t rows = std::min<std::size_t>(count, run_length - from);
        const std::uint32_t base = offsets_[from];
        std::memcpy(to, run_.data() + base, offsets_[from + rows] - base);
        for (std::size_t index = 0; index < rows; ++index) {
            std::uint8_t* const row = to + (offsets_[from + index] - base);
            store_big(row + id_offset, first + index);
            store_big(row + timestamp_offset, first_timestamp + first + index);
        }
        to += offsets_[from + rows] - base;
        first += rows;
        count -= rows;
    }
}

}  // namespace async_cassandra::bench
