// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra {

// g++ 12 takes the scoped enumerators for shadowing when the classes of these names came before.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif

/// The CQL types by their wire id (native_protocol_v5.spec section 4.2.5.2, [option]).
enum class type_kind : std::uint16_t {
    custom = 0x0000,
    ascii = 0x0001,
    bigint = 0x0002,
    blob = 0x0003,
    boolean = 0x0004,
    counter = 0x0005,
    decimal = 0x0006,
    double_ = 0x0007,
    float_ = 0x0008,
    int_ = 0x0009,
    timestamp = 0x000B,
    uuid = 0x000C,
    text = 0x000D,
    varint = 0x000E,
    timeuuid = 0x000F,
    inet = 0x0010,
    date = 0x0011,
    time = 0x0012,
    smallint = 0x0013,
    tinyint = 0x0014,
    duration = 0x0015,
    list = 0x0020,
    map = 0x0021,
    set = 0x0022,
    udt = 0x0030,
    tuple = 0x0031,
    vector = 0xFF01,  ///< Has no id of its own: the server sends it as a custom type, by its class name.
};

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// A CQL type: a scalar, or a collection, tuple or user-defined type with its element types. Immutable;
/// copies share.
class data_type {
public:
    /// A type without parameters (any scalar kind). `int_` when nothing is said.
    data_type(type_kind kind = type_kind::int_) noexcept : kind_(kind) {}

    [[nodiscard]] static data_type list_of(data_type element);
    [[nodiscard]] static data_type set_of(data_type element);
    [[nodiscard]] static data_type map_of(data_type key, data_type value);
    [[nodiscard]] static data_type tuple_of(std::vector<data_type> elements);
    [[nodiscard]] static data_type udt_of(
        std::string keyspace,
        std::string name,
        std::vector<std::string> field_names,
        std::vector<data_type> fields
    );
    /// A fixed number of elements, none of them null (Cassandra 5). `dimension` >= 1.
    [[nodiscard]] static data_type vector_of(data_type element, std::uint32_t dimension);
    /// A server-side class that is none of the others, by its Java class name.
    [[nodiscard]] static data_type custom_of(std::string class_name);

    [[nodiscard]] type_kind kind() const noexcept { return kind_; }

    /// Element types: one for list, set and vector, key and value for map, one per field for tuple and UDT,
    /// else none.
    [[nodiscard]] std::span<const data_type> elements() const noexcept;

    /// Elements of a vector; 0 otherwise.
    [[nodiscard]] std::uint32_t dimension() const noexcept;

    /// Bytes of every value of this type when the server counts it as of fixed size, which decides how it
    /// stands in a vector; else 0. Of fixed size are boolean, int, float, bigint, double, timestamp, uuid,
    /// timeuuid and vectors of these; smallint, tinyint, date and time are not.
    [[nodiscard]] std::size_t fixed_size() const noexcept;

    /// Field names of a UDT in order; empty for any other type.
    [[nodiscard]] std::span<const std::string> field_names() const noexcept;

    /// Keyspace of a UDT; empty otherwise.
    [[nodiscard]] std::string_view keyspace() const noexcept;

    /// Name of a UDT, or Java class name of a custom type; empty otherwise.
    [[nodiscard]] std::string_view name() const noexcept;

    /// As CQL writes it: "int", "map<text, list<int>>", "vector<float, 3>", "shop.address",
    /// "'org.apache…Type'".
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const data_type& a, const data_type& b) noexcept;

private:
    struct parameters;

    data_type(type_kind kind, std::shared_ptr<const parameters> p) noexcept;

    type_kind kind_;
    std::shared_ptr<const parameters> parameters_;
};

}  // namespace async_cassandra
