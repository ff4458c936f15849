// SPDX-License-Identifier: Apache-2.0
// Random values of every type, 10,000 each: bound, read again, written as text, parsed again. R22
#include <async_cassandra/error.hpp>
#include <async_cassandra/types/literal.hpp>

#include "unit/types/any_value.hpp"
#include "unit/types/page_builder.hpp"

#include <algorithm>
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

std::vector<std::byte> copied(std::span<const std::byte> bytes)
{
    return {bytes.begin(), bytes.end()};
}

/// Through every text that reads back, and through the dynamic value.
void check_dynamic(const data_type& type, std::span<const std::byte> bytes)
{
    std::string text;
    append_plain_text(text, type, bytes);
    const bool is_text = type.kind() == type_kind::text || type.kind() == type_kind::ascii;
    if (!is_text || text != "null") {  // The word for null cannot stand for itself.
        RC_ASSERT(copied(encode_literal(text, type).bytes()) == copied(bytes));
    }
    if (!is_text) {
        RC_ASSERT(copied(encode_literal(to_cql_literal(type, bytes), type).bytes()) == copied(bytes));
    }
    value_sink out;
    codec<value>::encode(codec<value>::decode(type, bytes), type, out);
    RC_ASSERT(copied(out.bytes()) == copied(bytes));
}

/// Through bind and row, then as above.
template <class T>
void check_round_trip(const data_type& type, const T& content)
{
    const page p = page_builder{{{"v", type}, {"end", type_kind::int_}}}.row(content, 7).build();
    const row first = *p.begin();
    RC_ASSERT(same(first.get<T>(0), content));
    const auto [typed, end] = first.as<std::optional<T>, int>();
    RC_ASSERT(typed.has_value());
    RC_ASSERT(same(*typed, content));
    RC_ASSERT(end == 7);
    check_dynamic(type, *first.raw(0));
}

// The sanitizers slow RapidCheck down a hundredfold.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int values_a_type = 200;
#else
constexpr int values_a_type = 10'000;
#endif

template <class Check>
void expect_passes(const std::string& what, const Check& check)
{
    rc::detail::TestParams params;
    params.maxSuccess = values_a_type;
    const auto result = rc::detail::checkTestable(check, rc::detail::TestMetadata{}, params);
    std::ostringstream report;
    rc::detail::printResultMessage(result, report);
    EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << what << ": " << report.str();
}

template <class T>
void expect_round_trips(const data_type& type, const rc::Gen<T>& values)
{
    expect_passes(type.to_string(), [&] { check_round_trip<T>(type, *values); });
}

/// Values of the alternative that `any_value` draws for the type.
template <class T>
void expect_round_trips(const data_type& type)
{
    expect_round_trips(type, rc::gen::map(test::any_value(type), [](const value& v) { return v.get<T>(); }));
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

TEST(round_trip, numbers_of_any_size)
{
    expect_round_trips<varint>(type_kind::varint);
    expect_round_trips<decimal>(type_kind::decimal);
}

TEST(round_trip, date_time_and_duration)
{
    expect_round_trips<date>(type_kind::date);
    expect_round_trips<time_of_day>(type_kind::time);
    expect_round_trips<duration>(type_kind::duration);
}

TEST(round_trip, extremes)
{
    expect_round_trips<std::int8_t>(type_kind::tinyint);
    expect_round_trips<std::int16_t>(type_kind::smallint);
    expect_round_trips<std::int32_t>(type_kind::int_);
    expect_round_trips<std::int64_t>(type_kind::bigint);
    expect_round_trips<timestamp>(type_kind::timestamp);
}

TEST(round_trip, tuples_and_vectors)
{
    expect_round_trips(
        data_type::tuple_of({type_kind::int_, type_kind::text, type_kind::bigint}),
        any<std::tuple<std::int32_t, std::string, std::int64_t>>()
    );
    expect_round_trips(
        data_type::vector_of(type_kind::float_, 5), rc::gen::container<std::vector<float>>(5, any<float>())
    );
    expect_round_trips(
        data_type::vector_of(type_kind::smallint, 3),
        rc::gen::container<std::vector<std::int16_t>>(3, any<std::int16_t>())
    );
    expect_round_trips(
        data_type::vector_of(type_kind::text, 2),
        rc::gen::container<std::vector<std::string>>(2, any<std::string>())
    );
}

// Lists, sets, maps, tuples, user-defined types and vectors of anything, three deep.
TEST(round_trip, nested_values_of_any_type)
{
    expect_passes("any type", [] {
        const data_type type = *test::any_type(3);
        const value content = *test::any_value(type);
        const page p = page_builder{{{"v", type}}}.row(content).build();
        const row first = *p.begin();
        RC_ASSERT(first.get<value>(0) == content);
        check_dynamic(type, *first.raw(0));
        std::string json;
        append_json(json, type, first.raw(0));
        RC_ASSERT(!json.empty());
    });
}

/// One to four changes: a byte of any value, a part cut out, a part doubled.
std::string damaged(std::string content)
{
    for (int left = *rc::gen::inRange(1, 5); left > 0; --left) {
        const auto at = *rc::gen::inRange<std::size_t>(0, content.size() + 1);
        const auto size = std::min(*rc::gen::inRange<std::size_t>(0, 9), content.size() - at);
        switch (*rc::gen::inRange(0, 3)) {
        case 0: content.insert(at, 1, static_cast<char>(*rc::gen::inRange(0, 256))); break;
        case 1: content.erase(at, size); break;
        default: content.insert(at, content.substr(at, size)); break;
        }
    }
    return content;
}

template <class Call>
void read_or_refuse(const Call& call)
{
    try {
        call();
    } catch (const query_error&) {
    } catch (const value_error&) {}
}

TEST(damaged_values, are_read_or_refused)
{
    expect_passes("damaged", [] {
        const data_type type = *test::any_type(3);
        value_sink encoded;
        codec<value>::encode(*test::any_value(type), type, encoded);
        const std::string literal = damaged(to_cql_literal(type, encoded.bytes()));
        read_or_refuse([&] { (void)encode_literal(literal, type); });
        const auto raw = encoded.bytes();
        const std::string bytes = damaged({reinterpret_cast<const char*>(raw.data()), raw.size()});
        const auto changed = std::as_bytes(std::span{bytes});
        std::string text;
        read_or_refuse([&] { append_cql_literal(text, type, changed); });
        read_or_refuse([&] { append_json(text, type, changed); });
        read_or_refuse([&] { (void)codec<value>::decode(type, changed); });
    });
}

TEST(round_trip, collections)
{
    expect_round_trips(
        data_type::list_of(type_kind::int_), rc::gen::resize(20, any<std::vector<std::int32_t>>())
    );
    expect_round_trips(data_type::set_of(type_kind::text), rc::gen::resize(10, any<std::set<std::string>>()));
    expect_round_trips(
        data_type::map_of(type_kind::text, type_kind::bigint),
        rc::gen::resize(10, any<std::map<std::string, std::int64_t>>())
    );
    expect_round_trips(
        data_type::map_of(type_kind::int_, data_type::list_of(data_type::set_of(type_kind::smallint))),
        rc::gen::resize(5, any<std::map<std::int32_t, std::vector<std::set<std::int16_t>>>>())
    );
}

}  // namespace
}  // namespace async_cassandra
