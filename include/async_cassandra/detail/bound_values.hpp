// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>
#include <async_cassandra/types/codec.hpp>

#include <exception>
#include <memory>

namespace async_cassandra::detail {

/// The encoded values of one statement, in order, as [value]s (native_protocol_v5.spec section 3): int length
/// and bytes, -1 for null, -2 for unset. Binding never throws for a wrong value: the first failure stays,
/// later values are ignored, and the statement's execution reports it. Moving costs what is used of 256
/// inline bytes. One thread at a time.
class bound_values {
public:
    bound_values() noexcept = default;

    /// Values bound.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

    /// All [value]s one after the other, ready to be copied into a request. Valid until something is bound.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return sink_.bytes(); }

    /// The bytes of one value without length; empty when it is null or unset. `index` < count().
    [[nodiscard]] std::optional<std::span<const std::byte>> value(std::size_t index) const noexcept;

    [[nodiscard]] bool failed() const noexcept { return failure_ != nullptr; }

    /// Why binding failed, a complete sentence; "" when it did not.
    [[nodiscard]] const std::string& error() const noexcept;

    /// What user code (a codec) threw, when that is why; else null.
    [[nodiscard]] std::exception_ptr cause() const noexcept;

    /// Keeps the first failure.
    void fail(std::string what, std::exception_ptr cause = nullptr);

    /// Forgets values and failure.
    void clear() noexcept;

    void add_null() { add_length(-1); }
    void add_unset() { add_length(-2); }

    /// Encodes one value. Throws what the codec throws, and value_error when T cannot be bound to `type`.
    template <bindable T>
    void add(const T& value, const data_type& type)
    {
        if (!codec<T>::binds(type)) [[unlikely]]
            throw_not_bindable(type, &type_name<T>);
        if constexpr (requires { codec<T>::is_null(value); })
            if (codec<T>::is_null(value))
                return add_null();
        const std::size_t mark = sink_.begin_value();
        codec<T>::encode(value, type, sink_);
        sink_.end_value(mark);
        ++count_;
    }

    /// Called while an exception of `add` is handled: keeps it as this statement's failure. `markers` may be
    /// null.
    void fail_at(std::size_t index, const columns* markers, name_function name);
    /// … of the value with this name.
    void fail_at(std::string_view value_name, name_function name);

private:
    friend void arrange(bound_values&, const columns&, std::span<const std::uint16_t>);

    void fail_in(const std::string& where, name_function name);

    struct failure_state {
        std::string what;
        std::exception_ptr cause;
    };

    void add_length(std::int32_t length)
    {
        sink_.append_be(length);
        ++count_;
    }

    value_sink sink_;
    std::size_t count_ = 0;
    std::shared_ptr<const failure_state> failure_;
};

template <class T>
struct bind_as {
    using type = T;
};
template <std::size_t N>
struct bind_as<char[N]> {
    using type = std::string_view;
};
template <>
struct bind_as<char*> {
    using type = const char*;
};

/// The type whose codec encodes an argument: literals are text.
template <class Arg>
using bind_as_t = typename bind_as<std::remove_cvref_t<Arg>>::type;

template <class T>
consteval void require_bindable()
{
    static_assert(
        bindable<T> || std::same_as<T, unset_t>,
        "async_cassandra: a value of this type (T) cannot be bound to a CQL type. Bind one of the types "
        "listed in "
        "<async_cassandra/types/codec.hpp>, a container or std::optional of them, or specialise "
        "async_cassandra::codec<T> with `binds` and `encode` before this use. Time points finer than "
        "milliseconds need "
        "std::chrono::floor<std::chrono::milliseconds> first."
    );
}

template <class T>
void add_argument(bound_values& out, const auto& arg, const data_type& type)
{
    require_bindable<T>();
    if constexpr (std::same_as<T, unset_t>)
        out.add_unset();
    else if constexpr (bindable<T>)
        out.template add<T>(arg, type);
}

/// Whether a T can be bound where the CQL type is not known.
template <class T>
concept has_natural_type = requires { codec<T>::natural_type(); } || std::same_as<T, unset_t>;

template <class T>
void add_natural(bound_values& out, const auto& arg)
{
    require_bindable<T>();
    static_assert(
        !bindable<T> || has_natural_type<T>,
        "async_cassandra: this type (T) can only be bound in a prepared statement, because its codec has no "
        "natural_type(): prepare the statement, or add natural_type() to the codec."
    );
    if constexpr (std::same_as<T, unset_t>) {
        out.add_unset();
    } else if constexpr (bindable<T> && has_natural_type<T>) {
        static const data_type type = codec<T>::natural_type();
        out.template add<T>(arg, type);
    }
}

/// Keeps "n values for m markers (names): …" as the failure.
void fail_value_count(bound_values& out, const columns& markers, std::size_t count);

/// Binds one value for each marker of a prepared statement, checked against its CQL type. Wrong count, type
/// or value becomes the failure of `out`, which must be empty. Throws nothing but std::bad_alloc.
template <class... Args>
void bind_all(bound_values& out, const columns& markers, const Args&... args)
{
    if (sizeof...(Args) != markers.size())
        return fail_value_count(out, markers, sizeof...(Args));
    if constexpr (sizeof...(Args) > 0) {
        static constexpr name_function names[] = {&type_name<bind_as_t<Args>>...};
        std::size_t index = 0;
        try {
            ((add_argument<bind_as_t<Args>>(out, args, markers[index].type), ++index), ...);
        } catch (...) {
            out.fail_at(index, &markers, names[index]);
        }
    }
}

/// Binds values whose CQL types are not known (a QUERY with values): each as its natural CQL type
/// (std::int32_t as int, std::int64_t as bigint, std::string as text, …). Otherwise as above.
template <class... Args>
void bind_natural(bound_values& out, const Args&... args)
{
    if constexpr (sizeof...(Args) > 0) {
        static constexpr name_function names[] = {&type_name<bind_as_t<Args>>...};
        std::size_t index = 0;
        try {
            ((add_natural<bind_as_t<Args>>(out, args), ++index), ...);
        } catch (...) {
            out.fail_at(index, nullptr, names[index]);
        }
    }
}

/// Binds values that are encoded already, one for each marker.
void bind_raw(bound_values& out, const columns& markers, std::span<const raw_value> values);

/// Binds the value of one marker; a wrong type or value becomes the failure of `out`.
template <class Arg>
void bind_one(bound_values& out, const columns& markers, std::size_t index, const Arg& arg)
{
    try {
        add_argument<bind_as_t<Arg>>(out, arg, markers[index].type);
    } catch (...) {
        out.fail_at(index, &markers, &type_name<bind_as_t<Arg>>);
    }
}

/// Binds one value whose CQL type is not known, as its natural CQL type.
template <class Arg>
void bind_one_natural(bound_values& out, std::string_view name, const Arg& arg)
{
    try {
        add_natural<bind_as_t<Arg>>(out, arg);
    } catch (...) {
        out.fail_at(name, &type_name<bind_as_t<Arg>>);
    }
}

/// Brings values into the order of the markers: `positions` has the marker of each value. A marker without a
/// value becomes the failure of `values`.
void arrange(bound_values& values, const columns& markers, std::span<const std::uint16_t> positions);

}  // namespace async_cassandra::detail
