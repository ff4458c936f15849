// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/vector_elements.hpp>
#include <async_cassandra/types/codec.hpp>

/// The CQL type vector seen in place; collection_codec.hpp reads it into containers.
/// <async_cassandra/types/codec.hpp> includes this.
namespace async_cassandra {

/// The numbers of a vector<float, n> (double, int, bigint) seen in place: valid as long as the page or
/// result_set it was read from. T must be the element type itself: float, double, std::int32_t, std::int64_t.
///
///     for (auto [id, embedding] : rows.as<uuid, vector_view<float>>()) embedding.copy_to(matrix.row(i++));
template <detail::bulk_element T>
class vector_view {
public:
    /// No numbers.
    vector_view() noexcept = default;
    /// Made by the codec: `size` numbers, big-endian.
    vector_view(const std::byte* first, std::size_t size) noexcept : first_(first), size_(size) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T operator[](std::size_t index) const noexcept
    {
        return detail::load_be<T>(first_ + index * sizeof(T));
    }

    /// All of them at once, at the speed of memory. Throws value_error unless `into` has exactly size()
    /// elements.
    void copy_to(std::span<T> into) const
    {
        if (into.size() != size_) [[unlikely]]
            detail::throw_copy_size(size_, into.size());
        detail::swap_copy<sizeof(T)>(reinterpret_cast<std::byte*>(into.data()), first_, size_);
    }

private:
    const std::byte* first_ = nullptr;
    std::size_t size_ = 0;
};

template <class T>
struct codec<vector_view<T>> {
    static std::string name() { return "async_cassandra::vector_view<" + detail::type_name<T>() + ">"; }
    static bool reads(const data_type& type) noexcept
    {
        return type.kind() == type_kind::vector && detail::is_bulk<T>(type.elements()[0].kind());
    }
    static vector_view<T> decode(const data_type& type, std::span<const std::byte> bytes)
    {
        static_cast<void>(detail::vector_reader{type, bytes});
        return {bytes.data(), type.dimension()};
    }
};

}  // namespace async_cassandra
