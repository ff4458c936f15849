// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../bytes.hpp"
#include "../segment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::bench {

enum class opcode : std::uint8_t {
    error = 0x00,
    startup = 0x01,
    ready = 0x02,
    options = 0x05,
    supported = 0x06,
    query = 0x07,
    result = 0x08,
    prepare = 0x09,
    execute = 0x0A,
    register_events = 0x0B,
    batch = 0x0D,
};

enum class result_kind : std::uint32_t {
    none = 1,
    rows = 2,
    set_keyspace = 3,
    prepared = 4,
    schema_change = 5
};

enum class error_code : std::uint32_t {
    protocol = 0x000A,
    syntax = 0x2000,
    invalid = 0x2200,
    unprepared = 0x2500,
};

constexpr std::uint32_t global_table_spec = 0x1;
constexpr std::uint32_t has_more_pages = 0x2;
constexpr std::uint32_t no_metadata = 0x4;
constexpr std::uint32_t metadata_changed = 0x8;

struct envelope_header {
    std::uint8_t version = 0;
    std::uint8_t flags = 0;
    std::int16_t stream = 0;
    opcode code = opcode::error;
    std::uint32_t length = 0;
};

inline envelope_header read_envelope_header(const std::uint8_t* from)
{
    return {
        from[0],
        from[1],
        load_big<std::int16_t>(from + 2),
        static_cast<opcode>(from[4]),
        load_big<std::uint32_t>(from + 5)};
}

/// `version` without the response bit.
inline void store_response_header(
    std::uint8_t* to, std::uint8_t version, std::int16_t stream, opcode code, std::size_t body_size
)
{
    to[0] = static_cast<std::uint8_t>(version | 0x80);
    to[1] = 0;
    store_big(to + 2, stream);
    to[4] = static_cast<std::uint8_t>(code);
    store_big(to + 5, static_cast<std::uint32_t>(body_size));
}

/// A type option as its shorts stand on the wire: {0x0022, 0x000D} is set<text>.
using column_type = std::vector<std::uint16_t>;

struct column {
    std::string name;
    column_type type;
};

namespace column_types {
inline const column_type bigint{0x02};
inline const column_type blob{0x03};
inline const column_type boolean{0x04};
inline const column_type real{0x07};
inline const column_type integer{0x09};
inline const column_type timestamp{0x0B};
inline const column_type uuid{0x0C};
inline const column_type text{0x0D};
inline const column_type inet{0x10};
inline const column_type text_set{0x22, 0x0D};
inline const column_type uuid_blob_map{0x21, 0x0C, 0x03};
}  // namespace column_types

/// Global table spec and column specs, as they end a rows metadata.
inline void put_column_specs(
    byte_buffer& to, std::string_view keyspace, std::string_view table, std::span<const column> columns
)
{
    to.put_string(keyspace);
    to.put_string(table);
    for (const column& each : columns) {
        to.put_string(each.name);
        for (const std::uint16_t part : each.type)
            to.put(part);
    }
}

}  // namespace async_cassandra::bench
