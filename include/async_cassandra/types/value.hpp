// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

#include <utility>
#include <variant>
#include <vector>

/// A value of any CQL type, for tools that learn only at run time what they read: `row.get<value>(i)`,
/// `prepared.bind(v)`. Programs that know their columns read the types of <async_cassandra/types/codec.hpp>,
/// which cost less.
namespace async_cassandra {

class value;

namespace detail {

template <class T, class Variant>
inline constexpr bool is_alternative = false;
template <class T, class... Alternatives>
inline constexpr bool is_alternative<T, std::variant<Alternatives...>> =
    (std::same_as<T, Alternatives> || ...);

}  // namespace detail

/// No bytes where the type has none, which is not null: the server keeps such values of numbers, uuid, inet
/// and timestamp.
struct empty_t {
    friend constexpr bool operator==(empty_t, empty_t) noexcept { return true; }
};

/// Elements of a list, set or vector.
struct list_value {
    std::vector<value> elements;
    friend bool operator==(const list_value& a, const list_value& b) noexcept;
};

/// Keys and their values, in the order of the wire.
struct map_value {
    std::vector<std::pair<value, value>> entries;
    friend bool operator==(const map_value& a, const map_value& b) noexcept;
};

/// Fields of a tuple.
struct tuple_value {
    std::vector<value> fields;
    friend bool operator==(const tuple_value& a, const tuple_value& b) noexcept;
};

/// Fields of a user-defined type with their names. Binding takes them in any order; what is left out is null.
struct udt_value {
    std::vector<std::pair<std::string, value>> fields;
    friend bool operator==(const udt_value& a, const udt_value& b) noexcept;
};

/// One value of any CQL type, or null. It knows what it holds, but not the CQL type: `std::string` stands for
/// ascii and text, `std::int64_t` for bigint and counter, `blob` for blob and custom, and so on. Reading
/// gives the alternative of the column's type; binding takes whatever the codec of the alternative binds, so
/// that a value read from an int can be bound to a bigint.
///
/// It owns its memory. Reading and binding throw value_error (query_error to callers of row and statement)
/// for bytes or alternatives that are no value of the type, and for values that nest more than 32 deep.
class value {
public:
    using variant_type = std::variant<
        null_t,
        empty_t,
        bool,
        std::int8_t,
        std::int16_t,
        std::int32_t,
        std::int64_t,
        varint,
        float,
        double,
        decimal,
        std::string,
        blob,
        uuid,
        inet,
        timestamp,
        date,
        time_of_day,
        duration,
        list_value,
        map_value,
        tuple_value,
        udt_value>;

    /// Null.
    value() noexcept;

    /// From one of the alternatives, exactly.
    template <class T>
        requires detail::is_alternative<T, variant_type>
    value(T content) : content_(std::in_place_type<T>, std::move(content))
    {}

    value(std::string_view text) : content_(std::string{text}) {}
    value(const char* text) : content_(std::string{text}) {}

    value(const value& other);
    value(value&& other) noexcept;
    value& operator=(const value& other);
    value& operator=(value&& other) noexcept;
    ~value();

    [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<null_t>(content_); }

    /// The alternative T, or nullptr when it is another.
    template <class T>
    [[nodiscard]] const T* get_if() const noexcept
    {
        return std::get_if<T>(&content_);
    }

    /// The alternative T. Throws std::bad_variant_access when it is another.
    template <class T>
    [[nodiscard]] const T& get() const
    {
        return std::get<T>(content_);
    }

    /// Calls `visitor` with the alternative, as std::visit.
    template <class Visitor>
    decltype(auto) visit(Visitor&& visitor) const
    {
        return std::visit(std::forward<Visitor>(visitor), content_);
    }

    /// Equal alternatives with equal contents; numbers of different width are different, NaN differs from
    /// itself.
    friend bool operator==(const value& a, const value& b) noexcept;

private:
    variant_type content_;
};

template <>
struct codec<value> {
    static std::string name() { return "async_cassandra::value"; }
    static bool reads(const data_type&) noexcept { return true; }
    static bool binds(const data_type&) noexcept { return true; }
    static value decode(const data_type& type, std::span<const std::byte> bytes);
    static value decode_null() noexcept { return {}; }
    static bool is_null(const value& v) noexcept { return v.is_null(); }
    static void encode(const value& v, const data_type& type, value_sink& out);
};

}  // namespace async_cassandra
