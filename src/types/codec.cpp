// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

#include <cmath>

namespace async_cassandra {

void codec<double>::encode(double value, const data_type& type, value_sink& out)
{
    if (type.kind() == type_kind::double_) {
        out.append_be(value);
        return;
    }
    const auto narrow = static_cast<float>(value);
    if (static_cast<double>(narrow) != value && !std::isnan(value))
        detail::throw_inexact(value, type);
    out.append_be(narrow);
}

varint codec<varint>::decode(const data_type& type, std::span<const std::byte> bytes)
{
    if (type.kind() != type_kind::varint)
        return codec<std::int64_t>::decode(type, bytes);
    if (bytes.empty())
        detail::throw_wrong_size(type, 0);
    return varint::from_bytes(bytes);
}

void codec<varint>::encode(const varint& value, const data_type& type, value_sink& out)
{
    if (type.kind() == type_kind::varint)
        return out.append(value.bytes());
    const auto number = value.to<std::int64_t>();
    if (!number)
        detail::throw_out_of_range(value.to_string(), type);
    codec<std::int64_t>::encode(*number, type, out);
}

decimal codec<decimal>::decode(const data_type& type, std::span<const std::byte> bytes)
{
    if (bytes.size() <= sizeof(std::int32_t))
        detail::throw_wrong_size(type, bytes.size());
    return {
        varint::from_bytes(bytes.subspan(sizeof(std::int32_t))), detail::load_be<std::int32_t>(bytes.data())};
}

void codec<decimal>::encode(const decimal& value, const data_type&, value_sink& out)
{
    out.append_be(value.scale());
    out.append(value.unscaled().bytes());
}

void codec<uuid>::encode(const uuid& value, const data_type& type, value_sink& out)
{
    if (type.kind() == type_kind::timeuuid && value.version() != 1)
        throw value_error{
            value.to_string() + " is a UUID of version " + std::to_string(value.version()) +
            "; CQL type timeuuid takes version 1"};
    out.append(std::as_bytes(value.bytes()));
}

namespace detail {

namespace {

std::size_t read_count(const data_type& type, std::span<const std::byte> bytes, std::size_t cells_per_element)
{
    if (bytes.size() < sizeof(std::int32_t))
        throw_malformed(type, "the count is cut off");
    const auto count = load_be<std::int32_t>(bytes.data());
    if (count < 0)
        throw_malformed(type, "the count is negative");
    const std::size_t most =
        (bytes.size() - sizeof(std::int32_t)) / (sizeof(std::int32_t) * cells_per_element);
    if (static_cast<std::size_t>(count) > most)
        throw_malformed(type, "it counts more elements than its bytes can hold");
    return static_cast<std::size_t>(count);
}

}  // namespace

collection_reader::collection_reader(
    const data_type& type, std::span<const std::byte> bytes, std::size_t cells_per_element
)
    : type_(&type), count_(read_count(type, bytes, cells_per_element))
{
    rest_ = bytes.subspan(sizeof(std::int32_t));
}

cell collection_reader::next()
{
    if (rest_.size() < sizeof(std::int32_t))
        throw_malformed(*type_, "an element is cut off");
    const auto size = load_be<std::int32_t>(rest_.data());
    rest_ = rest_.subspan(sizeof(std::int32_t));
    if (size < 0)
        return {};
    if (static_cast<std::size_t>(size) > rest_.size())
        throw_malformed(*type_, "an element is longer than the bytes that are left");
    const cell found{rest_.data(), size};
    rest_ = rest_.subspan(static_cast<std::size_t>(size));
    return found;
}

void collection_reader::finish() const
{
    if (!rest_.empty())
        throw_malformed(*type_, "bytes are left over after its last element");
}

std::int32_t element_count(std::size_t size, const data_type& type)
{
    if (!std::in_range<std::int32_t>(size))
        throw value_error{std::to_string(size) + " elements are too many for " + type.to_string()};
    return static_cast<std::int32_t>(size);
}

}  // namespace detail
}  // namespace async_cassandra
