// SPDX-License-Identifier: Apache-2.0
// R13: at least 10,000 random values of every type, null, the least and the greatest among them, bound and read again.
#include <async_cassandra/types/codec.hpp>

#include "unit/types/page_builder.hpp"

#include <rapidcheck.h>

#include <functional>
#include <map>
#include <set>
#include <sstream>

namespace async_cassandra::test {

struct node {
    std::string name;
    std::optional<std::int32_t> weight;
    std::map<std::string, std::vector<std::tuple<date, std::optional<varint>>>> history;
    friend bool operator==(const node&, const node&) = default;
};

}  // namespace async_cassandra::test

namespace async_cassandra {
namespace {

using test::node;
using test::page_builder;

constexpr std::size_t values_per_page = 100;
constexpr std::size_t least_values = 10'000;

/// Values of many types from one number of RapidCheck's, whose templates for each of them would take a minute to compile.
class dice {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

    /// As many small numbers as large ones.
    template <std::integral T>
    T number()
    {
        const std::uint64_t bits = next();
        return static_cast<T>(static_cast<std::int64_t>(bits) >> (next() % 64));
    }
    std::size_t below(std::size_t bound) { return next() % bound; }
    std::uint64_t next() noexcept
    {
        std::uint64_t mixed = state_ += 0x9E37'79B9'7F4A'7C15U;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBU;
        return mixed ^ (mixed >> 31U);
    }
    template <class T, class Make>
    T filled(std::size_t most, Make make)
    {
        T out;
        for (std::size_t left = below(most + 1); left != 0; --left)
            out.insert(out.end(), make(*this));
        return out;
    }
    std::string text(std::size_t most = 40)
    {
        return filled<std::string>(most, [](dice& d) { return static_cast<char>(d.next()); });
    }
    blob bytes(std::size_t most = 40)
    {
        return filled<blob>(most, [](dice& d) { return static_cast<std::byte>(d.next()); });
    }
    template <class Array>
    Array array()
    {
        Array out{};
        for (auto& each : out)
            each = static_cast<std::uint8_t>(next());
        return out;
    }

private:
    std::uint64_t state_;
};

template <class T>
bool same(const T& a, const T& b)
{
    if constexpr (std::floating_point<T>)
        return std::bit_cast<std::array<char, sizeof(T)>>(a) == std::bit_cast<std::array<char, sizeof(T)>>(b);
    else
        return a == b;
}

/// Runs `property` with the seeds of a page's values, until there were enough of them.
void check_pages(
    const std::string& what, const std::function<void(const std::vector<std::uint64_t>&)>& property
)
{
    std::size_t checked = 0;
    const auto result = rc::detail::checkTestable([&] {
        const auto seeds = *rc::gen::container<std::vector<std::uint64_t>>(
            values_per_page, rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>())
        );
        property(seeds);
        checked += seeds.size();
    });
    std::ostringstream report;
    rc::detail::printResultMessage(result, report);
    EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << what << ": " << report.str();
    EXPECT_GE(checked, least_values) << what;
}

/// `edges` and null are among the values.
template <class T>
void expect_round_trips(const data_type& type, T (*make)(dice&), const std::vector<T>& edges)
{
    using maybe = std::optional<T>;
    check_pages(type.to_string(), [&](const std::vector<std::uint64_t>& seeds) {
        std::vector<maybe> written;
        for (const std::uint64_t seed : seeds) {
            dice chance{seed};
            const std::size_t choice = chance.below(10 * (edges.size() + 1));
            if (choice < edges.size())
                written.emplace_back(edges[choice]);
            else if (choice == edges.size())
                written.emplace_back();
            else
                written.emplace_back(make(chance));
        }
        page_builder builder{{{"v", type}, {"end", type_kind::int_}}};
        for (const maybe& value : written)
            builder.row(value, 7);
        const page p = builder.build();
        auto expected = written.begin();
        for (const auto& [value, end] : p.as<maybe, int>()) {
            RC_ASSERT(value.has_value() == expected->has_value());
            // RC_ASSERT evaluates both sides of "||".
            if (value)
                RC_ASSERT(same(*value, **expected));
            RC_ASSERT(end == 7);
            ++expected;
        }
        RC_ASSERT(expected == written.end());
    });
}

template <class T>
void expect_integers(type_kind kind)
{
    using limits = std::numeric_limits<T>;
    expect_round_trips<T>(
        kind, [](dice& d) { return d.number<T>(); }, {limits::min(), limits::max(), -1, 0, 1}
    );
}

template <class T, class Bits>
T any_bits(dice& d)
{
    return std::bit_cast<T>(static_cast<Bits>(d.next()));
}

varint any_varint(dice& d)
{
    return varint::from_bytes(d.bytes());
}

date any_date(dice& d)
{
    return date{std::chrono::days{d.number<std::int32_t>()}};
}

duration any_duration(dice& d)
{
    // A number below 0 with its bits turned over is none.
    const auto plus = [](auto n) { return n < 0 ? static_cast<decltype(n)>(~n) : n; };
    const auto months = plus(d.number<std::int32_t>());
    const auto days = plus(d.number<std::int32_t>());
    const auto count = plus(d.number<std::int64_t>());
    return d.below(2) == 0 ? duration{months, days, std::chrono::nanoseconds{count}}
                           : duration{-months, -days, std::chrono::nanoseconds{-count}};
}

std::optional<varint> maybe_varint(dice& d)
{
    return d.below(4) == 0 ? std::nullopt : std::optional{any_varint(d)};
}

node any_node(dice& d)
{
    node out;
    out.name = d.text(8);
    if (d.below(3) != 0)
        out.weight = d.number<std::int32_t>();
    using entry = std::tuple<date, std::optional<varint>>;
    for (std::size_t left = d.below(3); left != 0; --left)
        out.history[d.text(8)] = d.filled<std::vector<entry>>(3, [](dice& each) {
            return entry{any_date(each), maybe_varint(each)};
        });
    return out;
}

TEST(codec_round_trip, integers)
{
    expect_integers<std::int8_t>(type_kind::tinyint);
    expect_integers<std::int16_t>(type_kind::smallint);
    expect_integers<std::int32_t>(type_kind::int_);
    expect_integers<std::int64_t>(type_kind::bigint);
    expect_integers<std::int64_t>(type_kind::counter);
}

TEST(codec_round_trip, floating_point_of_every_bit_pattern)
{
    using f = std::numeric_limits<float>;
    using d = std::numeric_limits<double>;
    expect_round_trips<float>(
        type_kind::float_,
        &any_bits<float, std::uint32_t>,
        {f::lowest(), f::max(), f::denorm_min(), f::infinity(), -f::infinity(), f::quiet_NaN(), -0.0F}
    );
    expect_round_trips<double>(
        type_kind::double_,
        &any_bits<double, std::uint64_t>,
        {d::lowest(), d::max(), d::denorm_min(), d::infinity(), -d::infinity(), d::quiet_NaN(), -0.0}
    );
}

TEST(codec_round_trip, numbers_of_any_size)
{
    expect_round_trips<varint>(type_kind::varint, &any_varint, {0, -1, INT64_MIN, UINT64_MAX});
    expect_round_trips<decimal>(
        type_kind::decimal,
        [](dice& d) {
            return decimal{any_varint(d), d.number<std::int32_t>()};
        },
        {{0, 0}, {1, INT32_MIN}, {-1, INT32_MAX}, {INT64_MIN, 2}}
    );
}

TEST(codec_round_trip, text_bytes_and_boolean)
{
    const auto text = [](dice& d) { return d.text(); };
    const auto bytes = [](dice& d) { return d.bytes(); };
    expect_round_trips<std::string>(type_kind::text, text, {"", std::string(1000, 'z')});
    expect_round_trips<std::string>(type_kind::ascii, text, {"", std::string(1, '\0')});
    expect_round_trips<blob>(type_kind::blob, bytes, {{}, blob(1000)});
    expect_round_trips<blob>(data_type::custom_of("org.example.Type"), bytes, {{}});
    expect_round_trips<bool>(type_kind::boolean, [](dice& d) { return d.below(2) == 1; }, {false, true});
}

TEST(codec_round_trip, identifiers_and_addresses)
{
    const auto random = [](dice& d) { return uuid::random(d.next(), d.next()); };
    const auto time_based = [](dice& d) {
        return uuid::time_based(
            uuid::time_point{uuid::time_point::duration{d.number<std::int64_t>()}}, d.next()
        );
    };
    expect_round_trips<uuid>(type_kind::uuid, random, {uuid{}});
    expect_round_trips<uuid>(type_kind::timeuuid, time_based, {});
    const auto address = [](dice& d) {
        return d.below(2) == 0 ? inet{d.array<std::array<std::uint8_t, 4>>()}
                               : inet{d.array<std::array<std::uint8_t, 16>>()};
    };
    expect_round_trips<inet>(type_kind::inet, address, {inet{}});
}

TEST(codec_round_trip, times)
{
    expect_round_trips<timestamp>(
        type_kind::timestamp,
        [](dice& d) { return timestamp{std::chrono::milliseconds{d.number<std::int64_t>()}}; },
        {timestamp::min(), timestamp::max()}
    );
    expect_round_trips<date>(
        type_kind::date,
        &any_date,
        {date{std::chrono::days{INT32_MIN}}, date{std::chrono::days{INT32_MAX}}, date{}}
    );
    expect_round_trips<time_of_day>(
        type_kind::time,
        [](dice& d) { return time_of_day{static_cast<std::int64_t>(d.below(86'400'000'000'000))}; },
        {time_of_day{0}, time_of_day{86'399'999'999'999}}
    );
    expect_round_trips<duration>(
        type_kind::duration,
        &any_duration,
        {duration{},
         duration{INT32_MIN, INT32_MIN, std::chrono::nanoseconds::min()},
         duration{INT32_MAX, INT32_MAX, std::chrono::nanoseconds::max()}}
    );
}

TEST(codec_round_trip, collections_nested_three_deep)
{
    using numbers = std::vector<std::int32_t>;
    static constexpr auto number = [](dice& d) { return d.number<std::int32_t>(); };
    expect_round_trips<numbers>(
        data_type::list_of(type_kind::int_), [](dice& d) { return d.filled<numbers>(8, number); }, {{}}
    );
    using words = std::set<std::string>;
    expect_round_trips<words>(
        data_type::set_of(type_kind::text),
        [](dice& d) { return d.filled<words>(6, [](dice& each) { return each.text(5); }); },
        {{}}
    );
    using nested = std::map<std::int32_t, std::vector<std::set<std::int16_t>>>;
    expect_round_trips<nested>(
        data_type::map_of(type_kind::int_, data_type::list_of(data_type::set_of(type_kind::smallint))),
        [](dice& d) {
            nested out;
            for (std::size_t left = d.below(3); left != 0; --left)
                out[d.number<std::int32_t>()] = d.filled<nested::mapped_type>(3, [](dice& each) {
                    return each.filled<std::set<std::int16_t>>(3, [](dice& last) {
                        return last.number<std::int16_t>();
                    });
                });
            return out;
        },
        {{}}
    );
}

TEST(codec_round_trip, tuples_structs_and_vectors_nested_three_deep)
{
    using triple = std::tuple<std::int32_t, std::optional<std::string>, std::pair<bool, double>>;
    expect_round_trips<triple>(
        data_type::tuple_of(
            {type_kind::int_, type_kind::text, data_type::tuple_of({type_kind::boolean, type_kind::double_})}
        ),
        [](dice& d) {
            return triple{
                d.number<int>(),
                d.below(3) == 0 ? std::nullopt : std::optional{d.text()},
                {d.below(2) == 0, static_cast<double>(d.number<int>())}};
        },
        {triple{}}
    );
    const data_type history = data_type::map_of(
        type_kind::text, data_type::list_of(data_type::tuple_of({type_kind::date, type_kind::varint}))
    );
    expect_round_trips<node>(
        data_type::udt_of(
            "shop", "node", {"name", "weight", "history"}, {type_kind::text, type_kind::int_, history}
        ),
        &any_node,
        {node{}}
    );
    using floats = std::array<float, 5>;
    expect_round_trips<floats>(
        data_type::vector_of(type_kind::float_, 5),
        [](dice& d) {
            floats out{};
            for (float& each : out)
                each = static_cast<float>(d.number<int>());
            return out;
        },
        {floats{}}
    );
    using texts = std::array<std::array<std::string, 2>, 2>;
    expect_round_trips<texts>(
        data_type::vector_of(data_type::vector_of(type_kind::text, 2), 2),
        [](dice& d) {
            return texts{{{d.text(), d.text(200)}, {d.text(), d.text(3)}}};
        },
        {texts{}}
    );
}

}  // namespace
}  // namespace async_cassandra
