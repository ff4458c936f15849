// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/compression.hpp>
#include <async_cassandra/consistency.hpp>
#include <async_cassandra/error.hpp>
#include <async_cassandra/types/codec.hpp>
#include <async_cassandra/types/literal.hpp>

#include "fuzz/targets.hpp"

#include <array>

namespace async_cassandra::fuzz {
namespace {

using bytes = std::span<const std::byte>;

std::string_view text_of(bytes input)
{
    return {reinterpret_cast<const char*>(input.data()), input.size()};
}

const std::vector<data_type>& every_type()
{
    static const std::vector<data_type> all{
        type_kind::ascii,
        type_kind::bigint,
        type_kind::blob,
        type_kind::boolean,
        type_kind::counter,
        type_kind::date,
        type_kind::decimal,
        type_kind::double_,
        type_kind::duration,
        type_kind::float_,
        type_kind::inet,
        type_kind::int_,
        type_kind::smallint,
        type_kind::text,
        type_kind::time,
        type_kind::timestamp,
        type_kind::timeuuid,
        type_kind::tinyint,
        type_kind::uuid,
        type_kind::varint,
        data_type::list_of(type_kind::int_),
        data_type::set_of(type_kind::text),
        data_type::map_of(type_kind::text, data_type::list_of(type_kind::double_)),
        data_type::tuple_of({type_kind::int_, type_kind::text}),
        data_type::udt_of("ks", "u", {"a", "B"}, {type_kind::int_, type_kind::text}),
        data_type::vector_of(type_kind::float_, 2),
    };
    return all;
}

// The first byte chooses the type, the rest is a literal. What is read as a value is written as a literal, which is read
// as the same value.
void literal(bytes input)
{
    if (input.empty())
        return;
    const auto& types = every_type();
    const data_type& type = types[std::to_integer<std::size_t>(input.front()) % types.size()];
    raw_value read;
    try {
        read = encode_literal(text_of(input.subspan(1)), type);
    } catch (const error&) {
        return;
    }
    if (read.is_null())
        return;
    std::string text;
    append_plain_text(text, type, read.bytes());
    const raw_value again = encode_literal(text, type);
    require(
        !again.is_null() && std::ranges::equal(again.bytes(), read.bytes()),
        "a literal that was written is read as its value"
    );
}

// Texts that become values without a type being told.
void parsed_texts(bytes input)
{
    const std::string_view text = text_of(input);
    if (const auto v = varint::parse(text))
        require(varint::parse(v->to_string()) == v, "a varint comes back from its text");
    if (const auto v = decimal::parse(text))
        require(decimal::parse(v->to_string()) == v, "a decimal comes back from its text");
    if (const auto v = duration::parse(text))
        require(duration::parse(v->to_string()) == v, "a duration comes back from its text");
    if (const auto v = uuid::parse(text))
        require(uuid::parse(v->to_string()) == v, "a uuid comes back from its text");
    if (const auto v = inet::parse(text))
        require(inet::parse(v->to_string()) == v, "an address comes back from its text");
    static_cast<void>(parse_consistency(text));
    static_cast<void>(parse_compression(text));
}

}  // namespace

std::vector<target> literal_targets()
{
    return {{"literal", literal}, {"parsed_texts", parsed_texts}};
}

}  // namespace async_cassandra::fuzz
