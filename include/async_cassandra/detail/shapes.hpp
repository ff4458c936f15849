// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>

// What codecs tell types by, and what values are cut into.
namespace async_cassandra::detail {

/// A run of bytes, which is a blob and no list.
template <class T>
concept contiguous_bytes = requires(const T& t) {
    requires std::convertible_to<decltype(t.data()), const std::byte*>;
    requires std::convertible_to<decltype(t.size()), std::size_t>;
};

template <class T>
concept cql_integer =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <class T>
concept iterable = requires(const T& c) {
    typename T::value_type;
    c.begin() != c.end();
    c.size();
} && !std::same_as<typename T::value_type, T> && !contiguous_bytes<T>;

template <class T>
concept map_like = iterable<T> && requires {
    typename T::key_type;
    typename T::mapped_type;
};

template <class T>
concept set_like = iterable<T> && !map_like<T> && requires { typename T::key_type; };

template <class T>
concept sequence_like = iterable<T> && !map_like<T> && !set_like<T>;

template <class T>
concept default_growable = std::default_initializable<T> &&
                           requires(T& c, typename T::value_type&& e) { c.insert(c.end(), std::move(e)); };

/// std::array and what is like it.
template <class T>
concept fixed_array = requires { std::tuple_size<T>::value; } && std::default_initializable<T>;

/// One [bytes] as it stands in a block.
struct cell {
    const std::byte* data = nullptr;
    std::int32_t size = -1;  ///< Negative: null.

    [[nodiscard]] bool is_null() const noexcept { return size < 0; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept
    {
        return {data, static_cast<std::size_t>(size)};
    }
};

/// Walks the elements of an encoded list, set or map. Every length is checked against the bytes that are
/// there.
class collection_reader {
public:
    /// `cells_per_element` is 2 for maps. Throws value_error when the count cannot be true.
    collection_reader(const data_type& type, std::span<const std::byte> bytes, std::size_t cells_per_element);

    /// Elements (pairs, for a map); bounded by the bytes that are there, so it is safe to reserve.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// The next cell. Throws value_error when it does not end within the value.
    [[nodiscard]] cell next();

    /// Throws value_error unless everything was read.
    void finish() const;

private:
    const data_type* type_;
    std::span<const std::byte> rest_;
    std::size_t count_ = 0;
};

}  // namespace async_cassandra::detail
