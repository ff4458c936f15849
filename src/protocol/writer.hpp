// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/protocol_version.hpp>
#include <async_cassandra/types/inet.hpp>

#include "base/byte_buffer.hpp"
#include "base/byte_order.hpp"
#include "protocol/constants.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::protocol {

/// Success, or the rule that what was to be encoded breaks.
struct [[nodiscard]] encode_result {
    const char* rule = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept { return rule == nullptr; }
};

/// Appends the notations of the protocol to a buffer. What does not fit its length field is not written: the first
/// broken rule sticks, and the caller throws away what was appended.
class writer {
public:
    explicit writer(base::byte_buffer& out) noexcept : out_(out) {}

    void u8(std::uint8_t v) { *out_.extend(1) = static_cast<std::byte>(v); }
    void u16(std::uint16_t v) { base::store_big_endian(out_.extend(sizeof v), v); }
    void u32(std::uint32_t v) { base::store_big_endian(out_.extend(sizeof v), v); }
    void i32(std::int32_t v) { u32(static_cast<std::uint32_t>(v)); }
    void i64(std::int64_t v) { base::store_big_endian(out_.extend(sizeof v), static_cast<std::uint64_t>(v)); }
    void raw(std::span<const std::byte> bytes) { out_.append(bytes); }

    void string(std::string_view text);
    void long_string(std::string_view text);
    /// Null when empty.
    void bytes(std::optional<std::span<const std::byte>> value);
    void short_bytes(std::span<const std::byte> value);
    void string_list(std::span<const std::string> list);
    void string_list(std::span<const std::string_view> list);
    void string_map(std::span<const std::pair<std::string_view, std::string_view>> map);
    void bytes_map(std::span<const std::pair<std::string, std::vector<std::byte>>> map);
    void inetaddr(const inet& address);
    /// A count in a [short].
    void count(std::size_t n);

    /// Appends an envelope header with the length left open; returns what end_envelope wants.
    [[nodiscard]] std::size_t begin_envelope(
        protocol_version version,
        opcode op,
        std::int16_t stream,
        std::uint8_t flags = 0,
        bool response = false
    );
    /// Sets the length of the envelope to what was appended since.
    void end_envelope(std::size_t begin);

    void fail(const char* rule) noexcept
    {
        if (rule_ == nullptr)
            rule_ = rule;
    }
    [[nodiscard]] bool failed() const noexcept { return rule_ != nullptr; }
    /// nullptr while nothing failed.
    [[nodiscard]] const char* rule() const noexcept { return rule_; }
    [[nodiscard]] base::byte_buffer& buffer() const noexcept { return out_; }

private:
    base::byte_buffer& out_;
    const char* rule_ = nullptr;
};

/// One envelope being written. What was appended goes away again unless finish() succeeds.
class envelope : public writer {
public:
    envelope(
        base::byte_buffer& out,
        protocol_version version,
        opcode op,
        std::int16_t stream,
        std::uint8_t flags = 0,
        bool response = false
    )
        : writer(out), begin_(begin_envelope(version, op, stream, flags, response))
    {}
    envelope(const envelope&) = delete;
    envelope& operator=(const envelope&) = delete;
    ~envelope()
    {
        if (!finished_)
            buffer().truncate(begin_);
    }

    encode_result finish()
    {
        end_envelope(begin_);
        finished_ = !failed();
        return {rule()};
    }

private:
    std::size_t begin_;
    bool finished_ = false;
};

}  // namespace async_cassandra::protocol
