// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/codec.hpp>

/// The codecs of timestamp, date, time and duration. <async_cassandra/types/codec.hpp> includes this.
namespace async_cassandra {

/// timestamp: reads into milliseconds; binds milliseconds and every unit that converts to them without loss
/// (seconds, minutes).
template <class Duration>
    requires std::convertible_to<Duration, std::chrono::milliseconds>
struct codec<std::chrono::time_point<std::chrono::system_clock, Duration>> {
    using value_type = std::chrono::time_point<std::chrono::system_clock, Duration>;
    static constexpr std::size_t fixed_size = 8;
    static std::string name()
    {
        return std::same_as<value_type, timestamp>
                   ? "std::chrono::sys_time<std::chrono::milliseconds>"
                   : detail::parse_type_name(detail::function_signature<value_type>());
    }
    static data_type natural_type() noexcept { return type_kind::timestamp; }
    static bool reads(const data_type& type) noexcept
        requires std::same_as<value_type, timestamp>
    {
        return type.kind() == type_kind::timestamp;
    }
    static bool binds(const data_type& type) noexcept { return type.kind() == type_kind::timestamp; }
    static value_type decode(const data_type& type, std::span<const std::byte> bytes)
        requires std::same_as<value_type, timestamp>
    {
        if (bytes.size() != 8) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        return value_type{Duration{detail::load_be<std::int64_t>(bytes.data())}};
    }
    static void encode(const value_type& value, const data_type& type, value_sink& out)
    {
        using in_milliseconds = std::ratio_divide<typename Duration::period, std::milli>;
        const auto count = static_cast<std::int64_t>(value.time_since_epoch().count());
        std::int64_t milliseconds = 0;
        if (__builtin_mul_overflow(count, std::int64_t{in_milliseconds::num}, &milliseconds)) [[unlikely]]
            detail::throw_beyond(std::to_string(count) + " " + name(), type);
        out.append_be(milliseconds);
    }
};

/// date and, bound, timestamp (midnight UTC). Every day of the wire can be read; a day beyond its 32 bits
/// cannot be bound.
template <>
struct codec<date> {
    static constexpr std::size_t fixed_size = 4;
    static std::string name() { return "std::chrono::sys_days"; }
    static data_type natural_type() noexcept { return type_kind::date; }
    static bool reads(const data_type& type) noexcept { return type.kind() == type_kind::date; }
    static bool binds(const data_type& type) noexcept
    {
        return type.kind() == type_kind::date || type.kind() == type_kind::timestamp;
    }
    static date decode(const data_type& type, std::span<const std::byte> bytes)
    {
        if (bytes.size() != 4) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        // The wire counts from -2^31, so that its numbers sort as the days do.
        const std::int64_t days = std::int64_t{detail::load_be<std::uint32_t>(bytes.data())} - 0x8000'0000;
        return date{std::chrono::days{static_cast<std::chrono::days::rep>(days)}};
    }
    static void encode(date value, const data_type& type, value_sink& out);
};

/// date, by its calendar, which ends at year 32767: reading a later (or as much earlier) day is an error.
template <>
struct codec<std::chrono::year_month_day> {
    static constexpr std::size_t fixed_size = 4;
    static std::string name() { return "std::chrono::year_month_day"; }
    static data_type natural_type() noexcept { return type_kind::date; }
    static bool reads(const data_type& type) noexcept { return type.kind() == type_kind::date; }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static std::chrono::year_month_day decode(const data_type& type, std::span<const std::byte> bytes);
    /// Throws value_error for a day that the calendar does not have.
    static void encode(const std::chrono::year_month_day& value, const data_type& type, value_sink& out);
};

/// time, since midnight: reads into nanoseconds; binds nanoseconds and every unit that converts to them
/// without loss. Beyond 0 to 86,399,999,999,999 ns is an error both ways.
template <class Rep, class Period>
    requires std::convertible_to<std::chrono::duration<Rep, Period>, std::chrono::nanoseconds>
struct codec<std::chrono::duration<Rep, Period>> {
    using value_type = std::chrono::duration<Rep, Period>;
    static constexpr std::size_t fixed_size = 8;
    static std::string name()
    {
        return std::same_as<value_type, time_of_day>
                   ? "std::chrono::nanoseconds"
                   : detail::parse_type_name(detail::function_signature<value_type>());
    }
    static data_type natural_type() noexcept { return type_kind::time; }
    static bool reads(const data_type& type) noexcept
        requires std::same_as<value_type, time_of_day>
    {
        return type.kind() == type_kind::time;
    }
    static bool binds(const data_type& type) noexcept { return type.kind() == type_kind::time; }
    static value_type decode(const data_type& type, std::span<const std::byte> bytes)
        requires std::same_as<value_type, time_of_day>
    {
        if (bytes.size() != 8) [[unlikely]]
            detail::throw_wrong_size(type, bytes.size());
        const auto count = detail::load_be<std::int64_t>(bytes.data());
        check(count, type);
        return value_type{count};
    }
    static void encode(const value_type& value, const data_type& type, value_sink& out)
    {
        check(value.count(), type);
        out.append_be(std::int64_t{time_of_day{value}.count()});
    }

private:
    static constexpr auto last =
        std::chrono::floor<value_type>(std::chrono::hours{24} - std::chrono::nanoseconds{1}).count();
    static void check(Rep count, const data_type& type)
    {
        if (count < 0 || count > last) [[unlikely]]
            detail::throw_beyond(std::to_string(count) + " " + name(), type);
    }
};

template <>
struct codec<duration> {
    static std::string name() { return "async_cassandra::duration"; }
    static data_type natural_type() noexcept { return type_kind::duration; }
    static bool reads(const data_type& type) noexcept { return type.kind() == type_kind::duration; }
    static bool binds(const data_type& type) noexcept { return reads(type); }
    static duration decode(const data_type& type, std::span<const std::byte> bytes);
    static void encode(const duration& value, const data_type& type, value_sink& out);
};

}  // namespace async_cassandra
