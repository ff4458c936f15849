// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/inet.hpp>

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>

namespace async_cassandra {

std::optional<inet> inet::parse(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    // A zero byte inside the text would end it early for inet_pton.
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());
    std::array<std::uint8_t, 4> v4{};
    if (::inet_pton(AF_INET, terminated.data(), v4.data()) == 1)
        return inet{v4};
    std::array<std::uint8_t, 16> v6{};
    if (::inet_pton(AF_INET6, terminated.data(), v6.data()) == 1)
        return inet{v6};
    return std::nullopt;
}

std::optional<inet> inet::from_bytes(std::span<const std::byte> bytes) noexcept
{
    if (bytes.size() != 4 && bytes.size() != 16)
        return std::nullopt;
    inet address;
    std::memcpy(address.bytes_.data(), bytes.data(), bytes.size());
    address.size_ = static_cast<std::uint8_t>(bytes.size());
    return address;
}

bool inet::is_unspecified() const noexcept
{
    return std::ranges::all_of(bytes(), [](std::uint8_t b) { return b == 0; });
}

std::string inet::to_string() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(
        is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), static_cast<socklen_t>(text.size())
    );
    return text.data();
}

}  // namespace async_cassandra
