// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

#include <stdexcept>

namespace async_cassandra::test {

/// A user's type, stored as bigint.
struct money {
    static constexpr std::int64_t unencodable = -1;
    static constexpr std::int64_t throws_int = -2;

    std::int64_t cents = 0;
    friend bool operator==(const money&, const money&) = default;
};

}  // namespace async_cassandra::test

template <>
struct async_cassandra::codec<async_cassandra::test::money> {
    using money = async_cassandra::test::money;

    static std::string name() { return "money"; }
    static bool reads(const data_type& type) { return type.kind() == type_kind::bigint; }
    static bool binds(const data_type& type) { return reads(type); }
    static money decode(const data_type& type, std::span<const std::byte> bytes)
    {
        const money m{codec<std::int64_t>::decode(type, bytes)};
        if (m.cents == money::unencodable)
            throw std::domain_error{"nobody has that"};
        if (m.cents == money::throws_int)
            throw 7;
        return m;
    }
    static void encode(const money& m, const data_type& type, value_sink& out)
    {
        if (m.cents == money::unencodable)
            throw std::domain_error{"too rich"};
        if (m.cents == money::throws_int)
            throw 7;
        codec<std::int64_t>::encode(m.cents, type, out);
    }
};
