// SPDX-License-Identifier: Apache-2.0
#include "protocol/reader.hpp"

#include <algorithm>

namespace async_cassandra::protocol {

std::string describe(const parse_error& error)
{
    return std::string{error.rule} + " (byte " + std::to_string(error.offset) + " of the body)";
}

void reader::fail(const char* rule) noexcept
{
    if (error_.rule == nullptr)
        error_ = {rule, position()};
    at_ = end_;
}

std::span<const std::byte> reader::raw(std::size_t count) noexcept
{
    if (count > remaining()) {
        fail("a field reaches beyond the end");
        return {};
    }
    const std::span<const std::byte> bytes{at_, count};
    at_ += count;
    return bytes;
}

std::string_view reader::text(std::size_t count) noexcept
{
    const std::span<const std::byte> bytes = raw(count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view reader::long_string() noexcept
{
    const std::int32_t length = i32();
    if (length < 0) {
        fail("a [long string] has a negative length");
        return {};
    }
    return text(static_cast<std::size_t>(length));
}

std::optional<std::span<const std::byte>> reader::bytes() noexcept
{
    const std::int32_t length = i32();
    if (length < 0 || failed())
        return std::nullopt;
    const std::span<const std::byte> value = raw(static_cast<std::size_t>(length));
    if (failed())
        return std::nullopt;
    return value;
}

std::array<std::byte, 16> reader::uuid() noexcept
{
    std::array<std::byte, 16> id{};
    std::ranges::copy(raw(id.size()), id.begin());
    return id;
}

async_cassandra::inet reader::inetaddr() noexcept
{
    const std::size_t length = u8();
    if (length != 4 && length != 16) {
        fail("an address has neither 4 nor 16 bytes");
        return {};
    }
    return async_cassandra::inet::from_bytes(raw(length)).value_or(async_cassandra::inet{});
}

endpoint reader::inet() noexcept
{
    const async_cassandra::inet address = inetaddr();
    const std::int32_t port = i32();
    if (port < 0 || port > 65'535) {
        fail("a port is not in 0 .. 65535");
        return {};
    }
    return {address, static_cast<std::uint16_t>(port)};
}

bool reader::can_hold(std::size_t count, std::size_t size) noexcept
{
    if (count <= remaining() / size)
        return true;
    fail("a count promises more than there is");
    return false;
}

std::vector<std::string> reader::string_list()
{
    const std::size_t count = u16();
    std::vector<std::string> list;
    if (!can_hold(count, 2))
        return list;
    list.reserve(count);
    for (std::size_t i = 0; i < count && !failed(); ++i)
        list.emplace_back(string());
    return list;
}

std::vector<std::pair<std::string, std::string>> reader::string_map()
{
    const std::size_t count = u16();
    std::vector<std::pair<std::string, std::string>> map;
    if (!can_hold(count, 4))
        return map;
    map.reserve(count);
    for (std::size_t i = 0; i < count && !failed(); ++i) {
        const std::string_view key = string();
        map.emplace_back(key, string());
    }
    return map;
}

protocol::string_multimap reader::string_multimap()
{
    const std::size_t count = u16();
    protocol::string_multimap map;
    if (!can_hold(count, 4))
        return map;
    map.reserve(count);
    for (std::size_t i = 0; i < count && !failed(); ++i) {
        const std::string_view key = string();
        map.emplace_back(key, string_list());
    }
    return map;
}

protocol::bytes_map reader::bytes_map()
{
    const std::size_t count = u16();
    protocol::bytes_map map;
    if (!can_hold(count, 6))
        return map;
    map.reserve(count);
    for (std::size_t i = 0; i < count && !failed(); ++i) {
        const std::string_view key = string();
        const auto value = bytes().value_or(std::span<const std::byte>{});
        map.emplace_back(key, std::vector<std::byte>(value.begin(), value.end()));
    }
    return map;
}

}  // namespace async_cassandra::protocol
