// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/types/inet.hpp>

#include "base/byte_order.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::protocol {

/// Why bytes of the other side make no sense, and where. No error while `rule` is nullptr.
struct parse_error {
    const char* rule = nullptr;  ///< A text with static lifetime.
    std::size_t offset = 0;      ///< From the begin of what was parsed.

    [[nodiscard]] explicit operator bool() const noexcept { return rule != nullptr; }
};

/// "a count promises more than there is (byte 17 of the body)": rule and place.
[[nodiscard]] std::string describe(const parse_error& error);

using string_multimap = std::vector<std::pair<std::string, std::vector<std::string>>>;
using bytes_map = std::vector<std::pair<std::string, std::vector<std::byte>>>;

/// Reads the notations of the protocol from bytes it does not own. The first error sticks: from then on nothing is left
/// to read, and everything read is zero or empty.
class reader {
public:
    explicit reader(std::span<const std::byte> bytes) noexcept
        : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size())
    {}

    [[nodiscard]] std::uint8_t u8() noexcept { return number<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t u16() noexcept { return number<std::uint16_t>(); }
    [[nodiscard]] std::uint32_t u32() noexcept { return number<std::uint32_t>(); }
    [[nodiscard]] std::int32_t i32() noexcept { return static_cast<std::int32_t>(number<std::uint32_t>()); }
    [[nodiscard]] std::int64_t i64() noexcept { return static_cast<std::int64_t>(number<std::uint64_t>()); }

    /// Views into the bytes.
    [[nodiscard]] std::string_view string() noexcept { return text(u16()); }
    [[nodiscard]] std::string_view long_string() noexcept;
    /// Empty optional: null (any negative length).
    [[nodiscard]] std::optional<std::span<const std::byte>> bytes() noexcept;
    [[nodiscard]] std::span<const std::byte> short_bytes() noexcept { return raw(u16()); }
    [[nodiscard]] std::span<const std::byte> raw(std::size_t count) noexcept;
    [[nodiscard]] std::array<std::byte, 16> uuid() noexcept;
    /// [inet]: address and port.
    [[nodiscard]] endpoint inet() noexcept;
    /// [inetaddr]: address alone.
    [[nodiscard]] async_cassandra::inet inetaddr() noexcept;
    [[nodiscard]] std::vector<std::string> string_list();
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> string_map();
    [[nodiscard]] protocol::string_multimap string_multimap();
    [[nodiscard]] protocol::bytes_map bytes_map();
    void skip(std::size_t count) noexcept { static_cast<void>(raw(count)); }

    /// Fails unless `count` things of at least `size` bytes each can still follow: asked before memory for them is taken.
    [[nodiscard]] bool can_hold(std::size_t count, std::size_t size) noexcept;

    /// The next `count` bytes, not taken. Precondition: count <= remaining().
    [[nodiscard]] std::span<const std::byte> peek(std::size_t count) const noexcept { return {at_, count}; }

    [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] std::size_t position() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

    void fail(const char* rule) noexcept;
    [[nodiscard]] bool failed() const noexcept { return error_.rule != nullptr; }
    [[nodiscard]] const parse_error& error() const noexcept { return error_; }

private:
    template <class T>
    T number() noexcept
    {
        if (remaining() < sizeof(T)) [[unlikely]] {
            fail("a number reaches beyond the end");
            return 0;
        }
        const T v = base::load_big_endian<T>(at_);
        at_ += sizeof(T);
        return v;
    }

    std::string_view text(std::size_t count) noexcept;

    const std::byte* begin_;
    const std::byte* at_;
    const std::byte* end_;
    parse_error error_;
};

}  // namespace async_cassandra::protocol
