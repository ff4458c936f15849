// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>

/// \file
/// Makes boost::asio::ip::address, address_v4 and address_v6 readable from and bindable to the CQL type inet,
/// and converts them to and from `inet`. Include it before their first use with a statement or result.
namespace async_cassandra {

[[nodiscard]] inline boost::asio::ip::address to_asio(const inet& value) noexcept
{
    const auto bytes = value.bytes();
    if (value.is_v4()) {
        boost::asio::ip::address_v4::bytes_type v4{};
        std::ranges::copy(bytes, v4.begin());
        return boost::asio::ip::address_v4{v4};
    }
    boost::asio::ip::address_v6::bytes_type v6{};
    std::ranges::copy(bytes, v6.begin());
    return boost::asio::ip::address_v6{v6};
}

[[nodiscard]] inline inet to_inet(const boost::asio::ip::address_v4& value) noexcept
{
    const auto raw = value.to_bytes();
    std::array<std::uint8_t, 4> bytes{};
    std::ranges::copy(raw, bytes.begin());
    return inet{bytes};
}

/// Throws value_error for an address with a scope, which the CQL type cannot keep.
[[nodiscard]] inline inet to_inet(const boost::asio::ip::address_v6& value)
{
    if (value.scope_id() != 0)
        throw value_error{value.to_string() + " has a scope, which CQL type inet cannot keep"};
    const auto raw = value.to_bytes();
    std::array<std::uint8_t, 16> bytes{};
    std::ranges::copy(raw, bytes.begin());
    return inet{bytes};
}

/// Throws as for address_v6.
[[nodiscard]] inline inet to_inet(const boost::asio::ip::address& value)
{
    return value.is_v4() ? to_inet(value.to_v4()) : to_inet(value.to_v6());
}

namespace detail {

template <class Address>
struct asio_address_codec {
    static data_type natural_type() noexcept { return type_kind::inet; }
    static bool reads(const data_type& type) noexcept { return codec<inet>::reads(type); }
    static bool binds(const data_type& type) noexcept { return codec<inet>::binds(type); }
    static void encode(const Address& value, const data_type& type, value_sink& out)
    {
        codec<inet>::encode(to_inet(value), type, out);
    }
};

}  // namespace detail

template <>
struct codec<boost::asio::ip::address> : detail::asio_address_codec<boost::asio::ip::address> {
    static std::string name() { return "boost::asio::ip::address"; }
    static boost::asio::ip::address decode(const data_type& type, std::span<const std::byte> bytes)
    {
        return to_asio(codec<inet>::decode(type, bytes));
    }
};

/// Reading an IPv6 address is an error.
template <>
struct codec<boost::asio::ip::address_v4> : detail::asio_address_codec<boost::asio::ip::address_v4> {
    static std::string name() { return "boost::asio::ip::address_v4"; }
    static boost::asio::ip::address_v4 decode(const data_type& type, std::span<const std::byte> bytes)
    {
        const inet value = codec<inet>::decode(type, bytes);
        if (!value.is_v4())
            throw value_error{value.to_string() + " is no IPv4 address"};
        return to_asio(value).to_v4();
    }
};

/// Reading an IPv4 address is an error.
template <>
struct codec<boost::asio::ip::address_v6> : detail::asio_address_codec<boost::asio::ip::address_v6> {
    static std::string name() { return "boost::asio::ip::address_v6"; }
    static boost::asio::ip::address_v6 decode(const data_type& type, std::span<const std::byte> bytes)
    {
        const inet value = codec<inet>::decode(type, bytes);
        if (!value.is_v6())
            throw value_error{value.to_string() + " is no IPv6 address"};
        return to_asio(value).to_v6();
    }
};

}  // namespace async_cassandra
