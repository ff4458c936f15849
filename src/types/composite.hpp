// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

#include <variant>

namespace async_cassandra::types {

/// How deep values may nest: as deep as the types that the wire may carry.
inline constexpr int max_value_depth = 32;

/// Whether values of the kind are made of others: list, set, map, tuple, UDT, vector.
[[nodiscard]] bool is_composite(type_kind kind) noexcept;

/// Throws value_error when `depth` exceeds `max_value_depth`.
void check_depth(const data_type& type, int depth);

/// "street, zip".
[[nodiscard]] std::string joined_names(std::span<const std::string> names);

/// Walks what a list, set, map (key, value, key, …), tuple, UDT or vector is made of. Throws value_error when the
/// bytes are no such value.
class element_reader {
public:
    element_reader(const data_type& type, std::span<const std::byte> bytes);

    /// Elements and fields; keys and values both count. Fields that a tuple or UDT leaves out count too.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// Type of the element at `index`.
    [[nodiscard]] const data_type& type_of(std::size_t index) const noexcept;

    /// The next one. A field that is left out is null.
    [[nodiscard]] detail::cell next();

    /// Throws value_error unless everything was read.
    void finish() const;

private:
    const data_type* type_;
    std::variant<detail::collection_reader, detail::field_reader, detail::vector_reader> reader_;
    std::size_t count_ = 0;
};

}  // namespace async_cassandra::types
