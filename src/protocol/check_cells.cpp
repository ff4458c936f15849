// SPDX-License-Identifier: Apache-2.0
#include "protocol/responses.hpp"

#include <array>

namespace async_cassandra::protocol {
namespace {

constexpr std::size_t length_size = 4;

// A length that no cell has.
constexpr std::size_t no_guess = ~std::size_t{0};

struct column_guess {
    std::size_t length = 0;
    std::uint32_t misses = 0;

    void missed(std::size_t seen, std::uint32_t row) noexcept
    {
        if (length == no_guess)
            return;
        ++misses;
        length = misses > 4 + row / 16 ? no_guess : seen;
    }
};

// More columns than this share guesses, which then mostly miss and are given up.
constexpr std::size_t guessed_columns = 64;

// Fewer rows teach a guess nothing that would pay for itself.
constexpr std::uint32_t rows_worth_guessing = 8;

std::optional<std::size_t> out_of_bounds(
    std::span<const std::byte> body, const std::byte* at, parse_error& error
) noexcept
{
    error = {"a cell reaches beyond the end", static_cast<std::size_t>(at - body.data())};
    return std::nullopt;
}

std::optional<std::size_t> walk_few_cells(
    std::span<const std::byte> body, std::size_t offset, std::size_t cells, parse_error& error
) noexcept
{
    const std::byte* at = body.data() + offset;
    const std::byte* const end = body.data() + body.size();
    for (; cells != 0; --cells) {
        const auto left = static_cast<std::size_t>(end - at);
        if (left < length_size) [[unlikely]]
            return out_of_bounds(body, at, error);
        const auto length = static_cast<std::int32_t>(base::load_big_endian<std::uint32_t>(at));
        const std::size_t size = length < 0 ? 0 : static_cast<std::size_t>(length);
        if (size > left - length_size) [[unlikely]]
            return out_of_bounds(body, at, error);
        at += length_size + size;
    }
    return static_cast<std::size_t>(at - body.data());
}

// The compiler must not find out that a guess equals what was read, or it would wait for what was read.
inline std::size_t keep_apart(std::size_t v) noexcept
{
    asm("" : "+r"(v));
    return v;
}

}  // namespace

// Where a cell begins follows from the length of the one before it, so a plain walk waits for memory at each cell: about
// 2.5 ns. The length that the same column had in the row before is right for most columns; stepping on by it lets the
// processor work on several cells at a time, about 1.2 ns each. Columns of changing length are given up as a wrong guess
// costs more than waiting.
std::optional<std::size_t> walk_cells(
    std::span<const std::byte> body,
    std::size_t offset,
    std::uint32_t rows,
    std::int32_t column_count,
    parse_error& error
) noexcept
{
    if (rows == 0)
        return offset;
    if (column_count <= 0 || offset > body.size()) {
        error = {"there are rows without columns", offset};
        return std::nullopt;
    }
    const auto width = static_cast<std::size_t>(column_count);
    if (rows < rows_worth_guessing)
        return walk_few_cells(body, offset, rows * width, error);
    std::array<column_guess, guessed_columns> guesses{};
    const std::byte* at = body.data() + offset;
    const std::byte* const end = body.data() + body.size();
    for (std::uint32_t row = 0; row < rows; ++row) {
        for (std::size_t i = 0; i < width; ++i) {
            const auto left = static_cast<std::size_t>(end - at);
            const std::int32_t length =
                left < length_size ? 0 : static_cast<std::int32_t>(base::load_big_endian<std::uint32_t>(at));
            const std::size_t size = length < 0 ? 0 : static_cast<std::size_t>(length);
            if (left < length_size || size > left - length_size) [[unlikely]]
                return out_of_bounds(body, at, error);
            column_guess& guess = guesses[i % guessed_columns];
            std::size_t step = keep_apart(guess.length);
            if (guess.length != size) {
                step = size;
                guess.missed(size, row);
            }
            at += length_size + step;
        }
    }
    return static_cast<std::size_t>(at - body.data());
}

bool check_cells(
    std::span<const std::byte> body,
    std::size_t rows_offset,
    std::uint32_t rows,
    std::int32_t column_count,
    parse_error& error
) noexcept
{
    return walk_cells(body, rows_offset, rows, column_count, error).has_value();
}

}  // namespace async_cassandra::protocol
