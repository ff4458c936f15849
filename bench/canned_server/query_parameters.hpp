// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../bytes.hpp"

#include <array>
#include <optional>

namespace async_cassandra::bench {

/// What follows the text of a QUERY and the ids of an EXECUTE.
struct query_parameters {
    static constexpr std::size_t kept_values = 2;

    std::size_t value_count = 0;
    /// The first values; nothing for null and unset.
    std::array<std::optional<byte_view>, kept_values> values{};
    std::uint32_t page_size = 0;
    std::optional<byte_view> paging_state;
    bool skip_metadata = false;
    std::string_view keyspace;
};

/// Nothing when the bytes are malformed. The views look into what `from` reads.
inline std::optional<query_parameters> read_query_parameters(byte_reader& from, std::uint8_t version)
{
    enum : std::uint32_t {
        with_values = 0x01,
        skip_metadata = 0x02,
        with_page_size = 0x04,
        with_paging_state = 0x08,
        with_serial_consistency = 0x10,
        with_timestamp = 0x20,
        with_names = 0x40,
        with_keyspace = 0x80,
        with_now = 0x100,
    };
    query_parameters read;
    from.get<std::uint16_t>();
    const std::uint32_t flags = version >= 5 ? from.get<std::uint32_t>() : from.get<std::uint8_t>();
    read.skip_metadata = (flags & skip_metadata) != 0;
    if ((flags & with_values) != 0) {
        read.value_count = from.get<std::uint16_t>();
        for (std::size_t index = 0; index < read.value_count && from.ok(); ++index) {
            if ((flags & with_names) != 0)
                from.short_bytes();
            const auto length = from.get<std::int32_t>();
            if (length < -2)
                return std::nullopt;
            if (length < 0)
                continue;
            const byte_view value = from.bytes(static_cast<std::size_t>(length));
            if (index < query_parameters::kept_values)
                read.values[index] = value;
        }
    }
    if ((flags & with_page_size) != 0) {
        const auto size = from.get<std::int32_t>();
        if (size <= 0)
            return std::nullopt;
        read.page_size = static_cast<std::uint32_t>(size);
    }
    if ((flags & with_paging_state) != 0)
        read.paging_state = from.long_bytes();
    if ((flags & with_serial_consistency) != 0)
        from.get<std::uint16_t>();
    if ((flags & with_timestamp) != 0)
        from.get<std::int64_t>();
    if (version >= 5 && (flags & with_keyspace) != 0)
        read.keyspace = as_text(from.short_bytes());
    if (version >= 5 && (flags & with_now) != 0)
        from.get<std::int32_t>();
    if (!from.ok())
        return std::nullopt;
    return read;
}

}  // namespace async_cassandra::bench
