// SPDX-License-Identifier: Apache-2.0
#include "unit/types/any_value.hpp"

#include <cmath>
#include <limits>

namespace async_cassandra::test {

namespace {

constexpr std::array scalars{
    type_kind::ascii,
    type_kind::bigint,
    type_kind::blob,
    type_kind::boolean,
    type_kind::decimal,
    type_kind::double_,
    type_kind::float_,
    type_kind::int_,
    type_kind::timestamp,
    type_kind::uuid,
    type_kind::text,
    type_kind::varint,
    type_kind::timeuuid,
    type_kind::inet,
    type_kind::date,
    type_kind::time,
    type_kind::smallint,
    type_kind::tinyint,
    type_kind::duration};

template <class T>
T draw()
{
    return *rc::gen::arbitrary<T>();
}

/// From `first` to `last`, both included, each of them every eighth time.
std::int64_t draw_between(std::int64_t first, std::int64_t last)
{
    switch (*rc::gen::inRange(0, 8)) {
    case 0: return first;
    case 1: return last;
    default: break;
    }
    // Unsigned, because the range may be as wide as the type.
    const auto width = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) + 1;
    const auto bits = *rc::gen::noShrink(rc::gen::resize(100, rc::gen::arbitrary<std::uint64_t>()));
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + (width == 0 ? bits : bits % width));
}

template <class T>
T draw_integer()
{
    return static_cast<T>(draw_between(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

/// Any bit pattern but NaN.
template <class Float, class Bits>
Float draw_float()
{
    const auto number = std::bit_cast<Float>(static_cast<Bits>(draw_integer<std::make_signed_t<Bits>>()));
    return std::isnan(number) ? std::numeric_limits<Float>::infinity() : number;
}

blob draw_bytes(std::size_t most)
{
    blob out(*rc::gen::inRange<std::size_t>(0, most + 1));
    for (std::byte& b : out)
        b = static_cast<std::byte>(draw_between(0, 255));
    return out;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> draw_array()
{
    std::array<std::uint8_t, Size> out;
    for (std::uint8_t& b : out)
        b = static_cast<std::uint8_t>(draw_between(0, 255));
    return out;
}

uuid draw_uuid(bool version_1)
{
    auto bytes = draw_array<16>();
    if (version_1)
        bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x10U);
    return uuid{bytes};
}

duration draw_duration()
{
    const auto whole = draw_integer<std::int64_t>();
    if (whole < 0)
        return {
            static_cast<std::int32_t>(draw_between(std::numeric_limits<std::int32_t>::min(), 0)),
            static_cast<std::int32_t>(draw_between(std::numeric_limits<std::int32_t>::min(), 0)),
            std::chrono::nanoseconds{whole}};
    return {
        static_cast<std::int32_t>(draw_between(0, std::numeric_limits<std::int32_t>::max())),
        static_cast<std::int32_t>(draw_between(0, std::numeric_limits<std::int32_t>::max())),
        std::chrono::nanoseconds{whole}};
}

/// Now and then of the size where its memory or its text changes form.
varint draw_varint()
{
    return varint::from_bytes(draw_bytes(*rc::gen::inRange(0, 4) == 0 ? 40 : 9));
}

std::string draw_text()
{
    static constexpr std::string_view odd = "'\"\\,:()[]{} \n\t\x01null$";
    std::string out;
    const int size = *rc::gen::inRange(0, 9);
    for (int i = 0; i < size; ++i)
        out.push_back(
            draw<bool>() ? odd[*rc::gen::inRange<std::size_t>(0, odd.size())] : *rc::gen::inRange('a', 'z')
        );
    return out;
}

value draw_scalar(type_kind kind)
{
    switch (kind) {
    case type_kind::boolean: return draw<bool>();
    case type_kind::tinyint: return draw_integer<std::int8_t>();
    case type_kind::smallint: return draw_integer<std::int16_t>();
    case type_kind::int_: return draw_integer<std::int32_t>();
    case type_kind::bigint: return draw_integer<std::int64_t>();
    case type_kind::varint: return draw_varint();
    case type_kind::decimal: return decimal{draw_varint(), draw_integer<std::int32_t>()};
    case type_kind::float_: return draw_float<float, std::uint32_t>();
    case type_kind::double_: return draw_float<double, std::uint64_t>();
    case type_kind::uuid: return draw_uuid(false);
    case type_kind::timeuuid: return draw_uuid(true);
    case type_kind::inet: return draw<bool>() ? inet{draw_array<4>()} : inet{draw_array<16>()};
    case type_kind::timestamp: return timestamp{std::chrono::milliseconds{draw_integer<std::int64_t>()}};
    case type_kind::date: return date{std::chrono::days{draw_integer<std::int32_t>()}};
    case type_kind::time: return time_of_day{draw_between(0, 86'399'999'999'999)};
    case type_kind::duration: return draw_duration();
    case type_kind::blob: return draw_bytes(20);
    default: return draw_text();
    }
}

value draw_value(const data_type& type);

std::vector<value> draw_values(const data_type& type, std::size_t count)
{
    std::vector<value> out;
    while (out.size() < count)
        out.push_back(draw_value(type));
    return out;
}

value draw_field(const data_type& type)
{
    return *rc::gen::inRange(0, 5) == 0 ? value{} : draw_value(type);
}

value draw_value(const data_type& type)
{
    const auto size = [] { return *rc::gen::inRange<std::size_t>(0, 4); };
    switch (type.kind()) {
    case type_kind::list:
    case type_kind::set: return list_value{draw_values(type.elements()[0], size())};
    case type_kind::vector: return list_value{draw_values(type.elements()[0], type.dimension())};
    case type_kind::map: {
        map_value map;
        for (std::size_t i = size(); i > 0; --i)
            map.entries.emplace_back(draw_value(type.elements()[0]), draw_value(type.elements()[1]));
        return map;
    }
    case type_kind::tuple: {
        tuple_value tuple;
        for (const data_type& field : type.elements())
            tuple.fields.push_back(draw_field(field));
        return tuple;
    }
    case type_kind::udt: {
        udt_value udt;
        for (std::size_t i = 0; i < type.elements().size(); ++i)
            udt.fields.emplace_back(type.field_names()[i], draw_field(type.elements()[i]));
        return udt;
    }
    default: return draw_scalar(type.kind());
    }
}

data_type draw_type(int depth)
{
    const auto inner = [&] { return draw_type(depth - 1); };
    switch (depth == 0 ? 9 : *rc::gen::inRange(0, 9)) {
    case 0: return data_type::list_of(inner());
    case 1: return data_type::set_of(inner());
    case 2: {
        data_type key = inner();
        return data_type::map_of(std::move(key), inner());
    }
    case 3: return data_type::vector_of(inner(), *rc::gen::inRange<std::uint32_t>(1, 4));
    case 4: {
        std::vector<data_type> fields{inner()};
        fields.push_back(inner());
        return data_type::tuple_of(std::move(fields));
    }
    case 5: {
        std::vector<data_type> fields{inner()};
        fields.push_back(inner());
        return data_type::udt_of("shop", "pair", {"first", "Second \"2\""}, std::move(fields));
    }
    default: return scalars[*rc::gen::inRange<std::size_t>(0, scalars.size())];
    }
}

}  // namespace

rc::Gen<data_type> any_type(int depth)
{
    return rc::gen::exec([depth] { return draw_type(depth); });
}

rc::Gen<value> any_value(const data_type& type)
{
    return rc::gen::exec([type] { return draw_value(type); });
}

}  // namespace async_cassandra::test
