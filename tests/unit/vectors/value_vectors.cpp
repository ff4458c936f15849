// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/columns.hpp>
#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/types/codec.hpp>

#include "types/vint.hpp"
#include "unit/vectors/comparison.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace async_cassandra::test {

struct street_and_zip {
    std::string street;
    std::optional<std::int32_t> zip;
    friend bool operator==(const street_and_zip&, const street_and_zip&) = default;
};

namespace {

// One entry and what is done with it.
struct entry {
    comparison& with;
    const test_vector& v;

    /// The C++ value becomes the bytes, and they become the value.
    template <class T>
    void is(const data_type& type, const T& expected) const
    {
        value_sink out;
        codec<T>::encode(expected, type, out);
        with.equal(v, "encoded", v.get("hex"), to_hex(out.bytes()));
        const exact_bytes data{v.hex()};
        with.equal(v, "decoded", "same", codec<T>::decode(type, data.span()) == expected ? "same" : "other");
    }
};

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::chrono::sys_days day(long long n)
{
    return std::chrono::sys_days{std::chrono::days{n}};
}

void is_blob(const entry& e)
{
    e.is<blob>(type_kind::blob, from_hex(e.v.get("value").substr(2)));
}

void is_decimal(const entry& e)
{
    const auto read = decimal::parse(e.v.get("value"));
    e.with.equal(e.v, "text", e.v.get("value"), read ? read->to_string() : "no decimal");
    const auto unscaled = varint::parse(e.v.get("unscaled"));
    e.is<decimal>(
        type_kind::decimal,
        decimal{unscaled.value_or(varint{}), static_cast<std::int32_t>(e.v.number("scale"))}
    );
}

void is_varint(const entry& e)
{
    const auto read = varint::parse(e.v.get("value"));
    e.with.equal(e.v, "text", e.v.get("value"), read ? read->to_string() : "no varint");
    e.is<varint>(type_kind::varint, read.value_or(varint{}));
}

void is_duration(const entry& e)
{
    e.is<duration>(
        type_kind::duration,
        duration{
            static_cast<std::int32_t>(e.v.number("months")),
            static_cast<std::int32_t>(e.v.number("days")),
            nanoseconds{e.v.number("nanos")}}
    );
}

template <class T>
std::function<void(const entry&)> integer(type_kind kind)
{
    return [kind](const entry& e) { e.is<T>(kind, static_cast<T>(e.v.number("value"))); };
}

// By the type that is written in the entry.
const std::map<std::string, std::function<void(const entry&)>>& scalars()
{
    using k = type_kind;
    static const std::map<std::string, std::function<void(const entry&)>> all{
        {"ascii", [](const entry& e) { e.is<std::string>(k::ascii, e.v.get("value")); }},
        {"bigint", integer<std::int64_t>(k::bigint)},
        {"blob", is_blob},
        {"boolean", [](const entry& e) { e.is<bool>(k::boolean, e.v.get("value") == "true"); }},
        {"counter", integer<std::int64_t>(k::counter)},
        {"date", [](const entry& e) { e.is<date>(k::date, day(e.v.number("days"))); }},
        {"decimal", is_decimal},
        {"double", [](const entry& e) { e.is<double>(k::double_, std::stod(e.v.get("value"))); }},
        {"duration", is_duration},
        {"float", [](const entry& e) { e.is<float>(k::float_, std::stof(e.v.get("value"))); }},
        {"inet", [](const entry& e) { e.is<inet>(k::inet, *inet::parse(e.v.get("value"))); }},
        {"int", integer<std::int32_t>(k::int_)},
        {"smallint", integer<std::int16_t>(k::smallint)},
        {"text", [](const entry& e) { e.is<std::string>(k::text, e.v.get("value")); }},
        {"time", [](const entry& e) { e.is<nanoseconds>(k::time, nanoseconds{e.v.number("nanos")}); }},
        {"timestamp",
         [](const entry& e) {
             e.is<timestamp>(k::timestamp, timestamp{milliseconds{e.v.number("millis")}});
         }},
        {"timeuuid", [](const entry& e) { e.is<uuid>(k::timeuuid, *uuid::parse(e.v.get("value"))); }},
        {"tinyint", integer<std::int8_t>(k::tinyint)},
        {"uuid", [](const entry& e) { e.is<uuid>(k::uuid, *uuid::parse(e.v.get("value"))); }},
        {"varint", is_varint},
    };
    return all;
}

data_type address()
{
    return data_type::udt_of("ks", "addr", {"street", "zip"}, {type_kind::text, type_kind::int_});
}

data_type int_text_bigint()
{
    return data_type::tuple_of({type_kind::int_, type_kind::text, type_kind::bigint});
}

template <class T>
std::function<void(const entry&)> value_of(data_type type, T value)
{
    return [type = std::move(type), value = std::move(value)](const entry& e) { e.is<T>(type, value); };
}

template <class T>
std::function<void(const entry&)> vector_of(data_type element, std::vector<T> values)
{
    const auto dimension = static_cast<std::uint32_t>(values.size());
    return value_of<std::vector<T>>(data_type::vector_of(std::move(element), dimension), std::move(values));
}

using triple =
    std::tuple<std::optional<std::int32_t>, std::optional<std::string>, std::optional<std::int64_t>>;

void add_collections(std::map<std::string, std::function<void(const entry&)>>& all)
{
    using k = type_kind;
    using ints = std::vector<std::int32_t>;
    all.emplace("value_list_int", value_of<ints>(data_type::list_of(k::int_), {1, 2, 3}));
    all.emplace("value_list_empty", value_of<ints>(data_type::list_of(k::int_), {}));
    all.emplace("value_set_text", value_of<std::set<std::string>>(data_type::set_of(k::text), {"a", "bc"}));
    all.emplace(
        "value_map_text_int",
        value_of<std::map<std::string, std::int32_t>>(data_type::map_of(k::text, k::int_), {{"k", 7}})
    );
    all.emplace(
        "value_map_nested",
        value_of<std::map<std::string, ints>>(
            data_type::map_of(k::text, data_type::list_of(k::int_)), {{"k", {1}}}
        )
    );
    all.emplace("value_tuple_with_null", value_of<triple>(int_text_bigint(), {1, std::nullopt, 2}));
    all.emplace("value_tuple_with_empty_text", value_of<triple>(int_text_bigint(), {1, "", 2}));
    all.emplace("value_udt", value_of<street_and_zip>(address(), {"X", 5}));
    all.emplace("value_udt_null_field", value_of<street_and_zip>(address(), {"X", std::nullopt}));
    using place = std::tuple<uuid, std::int32_t>;
    all.emplace(
        "value_tablets_routing_v1_payload",
        value_of<std::tuple<std::int64_t, std::int64_t, std::vector<place>>>(
            data_type::tuple_of(
                {k::bigint, k::bigint, data_type::list_of(data_type::tuple_of({k::uuid, k::int_}))}
            ),
            {-100, 100, {place{*uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479"), 3}}}
        )
    );
}

void add_vectors(std::map<std::string, std::function<void(const entry&)>>& all)
{
    using k = type_kind;
    using texts = std::vector<std::string>;
    all.emplace("value_vector_float_3", vector_of<float>(k::float_, {1, 2, 3}));
    all.emplace("value_vector_int_2", vector_of<std::int32_t>(k::int_, {1, -1}));
    all.emplace("value_vector_bigint_1", vector_of<std::int64_t>(k::bigint, {5}));
    all.emplace("value_vector_boolean_3", vector_of<bool>(k::boolean, {true, false, true}));
    all.emplace(
        "value_vector_uuid_1",
        vector_of<uuid>(k::uuid, {*uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479")})
    );
    all.emplace("value_vector_timestamp_1", vector_of<timestamp>(k::timestamp, {timestamp{milliseconds{1}}}));
    all.emplace("value_vector_text_2", vector_of<std::string>(k::text, {"a", "bcd"}));
    all.emplace("value_vector_text_long", vector_of<std::string>(k::text, {std::string(200, 'z')}));
    all.emplace("value_vector_smallint_2", vector_of<std::int16_t>(k::smallint, {1, -1}));
    all.emplace("value_vector_tinyint_2", vector_of<std::int8_t>(k::tinyint, {1, -1}));
    all.emplace("value_vector_date_1", vector_of<date>(k::date, {day(0)}));
    all.emplace("value_vector_time_1", vector_of<nanoseconds>(k::time, {nanoseconds{1}}));
    all.emplace(
        "value_vector_varint_2",
        vector_of<varint>(k::varint, {varint{}, varint::parse("-129").value_or(varint{})})
    );
    all.emplace(
        "value_vector_of_vector_float",
        vector_of<std::vector<float>>(data_type::vector_of(k::float_, 2), {{1, 2}, {3, 4}})
    );
    all.emplace(
        "value_vector_of_vector_text",
        vector_of<texts>(data_type::vector_of(k::text, 1), {texts{"a"}, texts{"bc"}})
    );
    all.emplace(
        "value_vector_of_list_int",
        vector_of<std::vector<std::int32_t>>(data_type::list_of(k::int_), {std::vector<std::int32_t>{1}})
    );
}

const std::map<std::string, std::function<void(const entry&)>>& composites()
{
    static const std::map<std::string, std::function<void(const entry&)>> all = [] {
        std::map<std::string, std::function<void(const entry&)>> named;
        add_collections(named);
        add_vectors(named);
        return named;
    }();
    return all;
}

void compare_value(const entry& e)
{
    if (const auto found = composites().find(e.v.name); found != composites().end())
        found->second(e);
    else if (const auto scalar = scalars().find(e.v.get("type")); scalar != scalars().end())
        scalar->second(e);
}

void compare_bound_value(comparison& with, const test_vector& v)
{
    const columns ints{{{"", "", "k", type_kind::int_}}};
    const columns texts{{{"", "", "k", type_kind::text}}};
    detail::bound_values values;
    if (v.get("value") == "null")
        detail::bind_all(values, ints, null);
    else if (v.get("value") == "unset")
        detail::bind_all(values, ints, unset);
    else if (v.name == "bound_value_empty")
        detail::bind_all(values, texts, "");
    else
        detail::bind_all(values, ints, 1);
    with.equal(v, "bound", v.get("hex"), values.failed() ? values.error() : to_hex(values.bytes()));
}

}  // namespace

void compare_values(comparison& with)
{
    for (const test_vector& v : with.entries("value"))
        compare_value({with, v});
    for (const test_vector& v : with.entries("bound_value"))
        compare_bound_value(with, v);
    for (const test_vector& v : with.entries("uvint")) {
        const std::uint64_t value = std::stoull(v.get("value"));
        value_sink out;
        types::append_unsigned_vint(out, value);
        with.equal(v, "encoded", v.get("hex"), to_hex(out.bytes()));
        const exact_bytes data{v.hex()};
        std::span<const std::byte> rest = data.span();
        const auto read = types::take_unsigned_vint(rest);
        with.equal(v, "read", v.get("value"), read ? std::to_string(*read) : "nothing");
        with.equal(v, "to its end", "0", std::to_string(rest.size()));
    }
    for (const test_vector& v : with.entries("vint")) {
        value_sink out;
        types::append_vint(out, v.number("value"));
        with.equal(v, "encoded", v.get("hex"), to_hex(out.bytes()));
        const exact_bytes data{v.hex()};
        std::span<const std::byte> rest = data.span();
        const auto read = types::take_vint(rest);
        with.equal(v, "read", v.get("value"), read ? std::to_string(*read) : "nothing");
        with.equal(v, "to its end", "0", std::to_string(rest.size()));
    }
}

}  // namespace async_cassandra::test
