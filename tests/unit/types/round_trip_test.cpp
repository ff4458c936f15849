// SPDX-License-Identifier: Apache-2.0
// Random values of every scalar type and of nested collections: bound, read again, written as text, parsed
// again.
#include <async_cassandra/types/literal.hpp>

#include "unit/types/page_builder.hpp"

#include <rapidcheck.h>

#include <cmath>
#include <map>
#include <set>
#include <sstream>

namespace async_cassandra {
namespace {

using test::page_builder;

template <class T>
bool same(const T& a, const T& b)
{
    if constexpr (std::floating_point<T>)
        return a == b || (std::isnan(a) && std::isnan(b));
    else
        return a == b;
}

/// Through bind and row, then through literal and parser.
template <class T>
void check_round_trip(const data_type& type, const T& value)
{
    const page p = page_builder{{{"v", type}, {"end", type_kind::int_}}}.row(value, 7).build();
    const row first = *p.begin();
    RC_ASSERT(same(first.get<T>(0), value));
    const auto [typed, end] = first.as<std::optional<T>, int>();
    RC_ASSERT(typed.has_value());
    RC_ASSERT(same(*typed, value));
    RC_ASSERT(end == 7);
    const auto bytes = *first.raw(0);
    std::string text;
    append_plain_text(text, type, bytes);
    if (text == "null")
        return;  // The word for null cannot stand for itself.
    const raw_value back = encode_literal(text, type);
    RC_ASSERT(
        std::vector(back.bytes().begin(), back.bytes().end()) == std::vector(bytes.begin(), bytes.end())
    );
}

template <class T>
void expect_round_trips(const data_type& type, const rc::Gen<T>& values)
{
    const auto result = rc::detail::checkTestable([&] { check_round_trip<T>(type, *values); });
    std::ostringstream report;
    rc::detail::printResultMessage(result, report);
    EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << type.to_string() << ": " << report.str();
}

template <class T>
rc::Gen<T> any()
{
    return rc::gen::arbitrary<T>();
}

rc::Gen<uuid> any_uuid()
{
    return rc::gen::map(any<std::array<std::uint8_t, 16>>(), [](const std::array<std::uint8_t, 16>& b) {
        return uuid{b};
    });
}

rc::Gen<blob> any_blob()
{
    return rc::gen::map(any<std::vector<std::uint8_t>>(), [](const std::vector<std::uint8_t>& v) {
        const auto bytes = std::as_bytes(std::span{v});
        return blob(bytes.begin(), bytes.end());
    });
}

TEST(round_trip, integers)
{
    expect_round_trips(type_kind::tinyint, any<std::int8_t>());
    expect_round_trips(type_kind::smallint, any<std::int16_t>());
    expect_round_trips(type_kind::int_, any<std::int32_t>());
    expect_round_trips(type_kind::bigint, any<std::int64_t>());
    expect_round_trips(type_kind::counter, any<std::int64_t>());
}

TEST(round_trip, integers_in_wider_types)
{
    const auto widened = rc::gen::map(any<std::int16_t>(), [](std::int16_t v) { return std::int64_t{v}; });
    expect_round_trips(type_kind::smallint, widened);
    expect_round_trips(type_kind::int_, widened);
    expect_round_trips(type_kind::bigint, widened);
}

TEST(round_trip, floating_point_of_every_bit_pattern)
{
    expect_round_trips(type_kind::float_, rc::gen::map(any<std::uint32_t>(), [](std::uint32_t bits) {
                           const float v = std::bit_cast<float>(bits);
                           return std::isnan(v) ? std::numeric_limits<float>::quiet_NaN() : v;
                       }));
    expect_round_trips(type_kind::double_, rc::gen::map(any<std::uint64_t>(), [](std::uint64_t bits) {
                           const double v = std::bit_cast<double>(bits);
                           return std::isnan(v) ? std::numeric_limits<double>::quiet_NaN() : v;
                       }));
}

TEST(round_trip, boolean)
{
    expect_round_trips(type_kind::boolean, any<bool>());
}

TEST(round_trip, text_and_bytes)
{
    expect_round_trips(type_kind::text, any<std::string>());
    expect_round_trips(type_kind::ascii, any<std::string>());
    expect_round_trips(type_kind::blob, any_blob());
}

TEST(round_trip, uuid)
{
    expect_round_trips(type_kind::uuid, any_uuid());
    expect_round_trips(
        type_kind::timeuuid,
        rc::gen::map(
            any<std::array<std::uint8_t, 16>>(),
            [](std::array<std::uint8_t, 16> b) {
                b[6] = static_cast<std::uint8_t>((b[6] & 0x0f) | 0x10);
                return async_cassandra::uuid{b};
            }
        )
    );
}

TEST(round_trip, timestamp)
{
    expect_round_trips(type_kind::timestamp, rc::gen::map(any<std::int64_t>(), [](std::int64_t ms) {
                           return timestamp{std::chrono::milliseconds{ms}};
                       }));
}

TEST(round_trip, inet)
{
    using address = async_cassandra::inet;
    expect_round_trips(
        type_kind::inet,
        rc::gen::map(
            any<std::array<std::uint8_t, 4>>(), [](std::array<std::uint8_t, 4> b) { return address{b}; }
        )
    );
    expect_round_trips(
        type_kind::inet,
        rc::gen::map(
            any<std::array<std::uint8_t, 16>>(), [](std::array<std::uint8_t, 16> b) { return address{b}; }
        )
    );
}

TEST(round_trip, collections)
{
    expect_round_trips(data_type::list_of(type_kind::int_), any<std::vector<std::int32_t>>());
    expect_round_trips(data_type::set_of(type_kind::text), rc::gen::resize(40, any<std::set<std::string>>()));
    expect_round_trips(
        data_type::map_of(type_kind::text, type_kind::bigint),
        rc::gen::resize(40, any<std::map<std::string, std::int64_t>>())
    );
    expect_round_trips(
        data_type::map_of(type_kind::int_, data_type::list_of(data_type::set_of(type_kind::smallint))),
        rc::gen::resize(12, any<std::map<std::int32_t, std::vector<std::set<std::int16_t>>>>())
    );
}

}  // namespace
}  // namespace async_cassandra
