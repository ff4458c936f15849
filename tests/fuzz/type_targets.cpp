// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/error.hpp>
#include <async_cassandra/types/codec.hpp>
#include <async_cassandra/types/literal.hpp>
#include <async_cassandra/types/value.hpp>

#include "fuzz/targets.hpp"
#include "protocol/constants.hpp"
#include "types/cql_type.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace async_cassandra::fuzz {
namespace {

using bytes = std::span<const std::byte>;

std::vector<std::byte> encoded(const auto& what, const data_type& type)
{
    value_sink out;
    codec<std::remove_cvref_t<decltype(what)>>::encode(what, type, out);
    const bytes all = out.bytes();
    return {all.begin(), all.end()};
}

// What is decoded can be encoded, unless its type takes less than it gives (a timeuuid of another version), and what that
// makes is decoded as the same: encoding is settled after one turn.
template <class T>
void round_trip(const data_type& type, bytes input)
{
    std::vector<std::byte> once;
    try {
        once = encoded(codec<T>::decode(type, input), type);
    } catch (const value_error&) {
        return;
    }
    const std::vector<std::byte> twice = encoded(codec<T>::decode(type, once), type);
    require(once == twice, "a value that was encoded is decoded as itself");
}

// A value that is malformed is refused; nothing else happens.
void texts(const data_type& type, bytes input)
{
    for (const auto& append : {append_json, append_plain_text, append_cql_literal}) {
        std::string text;
        try {
            append(text, type, input);
        } catch (const error&) {
        } catch (const value_error&) {}
    }
}

template <class T>
void decode(const data_type& type, bytes input)
{
    round_trip<T>(type, input);
    round_trip<value>(type, input);
    texts(type, input);
}

template <type_kind Kind, class T>
void scalar(bytes input)
{
    decode<T>(Kind, input);
}

void list_of_int(bytes input)
{
    decode<std::vector<std::int32_t>>(data_type::list_of(type_kind::int_), input);
}

void set_of_text(bytes input)
{
    decode<std::set<std::string>>(data_type::set_of(type_kind::text), input);
}

void map_of_lists(bytes input)
{
    decode<std::map<std::string, std::vector<std::int64_t>>>(
        data_type::map_of(type_kind::text, data_type::list_of(type_kind::bigint)), input
    );
}

void tuple(bytes input)
{
    decode<std::tuple<std::optional<std::int32_t>, std::optional<std::string>, std::optional<double>>>(
        data_type::tuple_of({type_kind::int_, type_kind::text, type_kind::double_}), input
    );
}

void udt(bytes input)
{
    static const data_type address = data_type::udt_of(
        "ks",
        "address",
        {"street", "zip", "since"},
        {type_kind::text, type_kind::int_, data_type::list_of(type_kind::date)}
    );
    round_trip<value>(address, input);
    texts(address, input);
}

void vector_of_float(bytes input)
{
    decode<std::vector<float>>(data_type::vector_of(type_kind::float_, 3), input);
}

void vector_of_text(bytes input)
{
    decode<std::vector<std::string>>(data_type::vector_of(type_kind::text, 2), input);
}

void custom(bytes input)
{
    decode<blob>(data_type::custom_of("org.example.Odd"), input);
}

void nested(bytes input)
{
    static const data_type deep = data_type::map_of(
        data_type::tuple_of({type_kind::text, type_kind::varint}),
        data_type::list_of(data_type::vector_of(data_type::set_of(type_kind::duration), 2))
    );
    round_trip<value>(deep, input);
    texts(deep, input);
}

int height_of(const data_type& type)
{
    int highest = 0;
    for (const data_type& element : type.elements())
        highest = std::max(highest, height_of(element));
    return highest + 1;
}

// A type that was read is written as CQL and read as itself, but for classes of the server, which may have no CQL name.
void cql_type(bytes input)
{
    const std::string_view text{reinterpret_cast<const char*>(input.data()), input.size()};
    const types::find_user_type find = [](std::string_view name) -> std::optional<types::nested_type> {
        if (!name.starts_with('u') || name == "uuid")
            return std::nullopt;
        return types::nested_type{data_type::udt_of("", std::string{name}, {"a"}, {type_kind::int_}), 2};
    };
    types::cql_type_parser parser{text, find};
    const auto once = parser.parse();
    require(once.has_value() == (parser.rule() == nullptr), "a text that is refused has a reason");
    if (!once)
        return;
    require(once->height == height_of(once->type), "the height is what it is");
    require(once->height <= protocol::max_type_depth, "types nest as deep as those of the wire");
    const std::string written = once->type.to_string();
    if (written.find('\'') != std::string::npos || text.find('\'') != std::string_view::npos)
        return;
    const auto twice = types::cql_type_parser{written, find}.parse();
    require(twice && twice->type == once->type, "a type that was written is read as itself");
}

}  // namespace

std::vector<target> type_targets()
{
    using k = type_kind;
    return {
        {"cql_type", cql_type},
        {"value_ascii", scalar<k::ascii, std::string>},
        {"value_bigint", scalar<k::bigint, std::int64_t>},
        {"value_blob", scalar<k::blob, blob>},
        {"value_boolean", scalar<k::boolean, bool>},
        {"value_counter", scalar<k::counter, std::int64_t>},
        {"value_date", scalar<k::date, date>},
        {"value_decimal", scalar<k::decimal, decimal>},
        {"value_double", scalar<k::double_, double>},
        {"value_duration", scalar<k::duration, duration>},
        {"value_float", scalar<k::float_, float>},
        {"value_inet", scalar<k::inet, inet>},
        {"value_int", scalar<k::int_, std::int32_t>},
        {"value_smallint", scalar<k::smallint, std::int16_t>},
        {"value_text", scalar<k::text, std::string>},
        {"value_time", scalar<k::time, std::chrono::nanoseconds>},
        {"value_timestamp", scalar<k::timestamp, timestamp>},
        {"value_timeuuid", scalar<k::timeuuid, uuid>},
        {"value_tinyint", scalar<k::tinyint, std::int8_t>},
        {"value_uuid", scalar<k::uuid, uuid>},
        {"value_varint", scalar<k::varint, varint>},
        {"value_custom", custom},
        {"value_list", list_of_int},
        {"value_set", set_of_text},
        {"value_map", map_of_lists},
        {"value_tuple", tuple},
        {"value_udt", udt},
        {"value_vector_fixed", vector_of_float},
        {"value_vector_variable", vector_of_text},
        {"value_nested", nested},
    };
}

}  // namespace async_cassandra::fuzz
