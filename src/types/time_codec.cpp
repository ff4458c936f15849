// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

#include "types/vint.hpp"

#include <limits>

namespace async_cassandra {

namespace {

constexpr std::int64_t first_day = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t last_day = std::numeric_limits<std::int32_t>::max();

}  // namespace

void codec<date>::encode(date value, const data_type& type, value_sink& out)
{
    const std::int64_t days = value.time_since_epoch().count();
    if (type.kind() == type_kind::timestamp) {
        std::int64_t milliseconds = 0;
        if (__builtin_mul_overflow(days, std::int64_t{86'400'000}, &milliseconds))
            detail::throw_beyond(std::to_string(days) + " days since 1970-01-01", type);
        return out.append_be(milliseconds);
    }
    if (days < first_day || days > last_day)
        detail::throw_beyond(std::to_string(days) + " days since 1970-01-01", type);
    out.append_be(static_cast<std::uint32_t>(days - first_day));
}

std::chrono::year_month_day codec<std::chrono::year_month_day>::decode(
    const data_type& type, std::span<const std::byte> bytes
)
{
    constexpr date first{std::chrono::year::min() / std::chrono::January / 1};
    constexpr date last{std::chrono::year::max() / std::chrono::December / 31};
    const date day = codec<date>::decode(type, bytes);
    if (day < first || day > last)
        throw value_error{
            "day " + std::to_string(day.time_since_epoch().count()) +
            " since 1970-01-01 is beyond the years -32767 to 32767 of std::chrono::year_month_day; read it "
            "as "
            "std::chrono::sys_days"};
    return day;
}

void codec<std::chrono::year_month_day>::encode(
    const std::chrono::year_month_day& value, const data_type& type, value_sink& out
)
{
    if (!value.ok())
        throw value_error{
            "year " + std::to_string(static_cast<int>(value.year())) + ", month " +
            std::to_string(static_cast<unsigned>(value.month())) + ", day " +
            std::to_string(static_cast<unsigned>(value.day())) + " is no day of the calendar"};
    codec<date>::encode(date{value}, type, out);
}

duration codec<duration>::decode(const data_type& type, std::span<const std::byte> bytes)
{
    const auto months = types::take_vint(bytes);
    const auto days = types::take_vint(bytes);
    const auto nanoseconds = types::take_vint(bytes);
    if (!months || !days || !nanoseconds || !bytes.empty())
        detail::throw_malformed(type, "it is not three variable-length integers");
    if (!std::in_range<std::int32_t>(*months) || !std::in_range<std::int32_t>(*days))
        detail::throw_malformed(type, "its months or days exceed 32 bits");
    const auto mixed = [](std::int64_t a, std::int64_t b) { return (a < 0 && b > 0) || (a > 0 && b < 0); };
    if (mixed(*months, *days) || mixed(*months, *nanoseconds) || mixed(*days, *nanoseconds))
        detail::throw_malformed(type, "its parts are not all of one sign");
    return {
        static_cast<std::int32_t>(*months),
        static_cast<std::int32_t>(*days),
        std::chrono::nanoseconds{*nanoseconds}};
}

void codec<duration>::encode(const duration& value, const data_type&, value_sink& out)
{
    types::append_vint(out, value.months());
    types::append_vint(out, value.days());
    types::append_vint(out, value.nanoseconds().count());
}

}  // namespace async_cassandra
