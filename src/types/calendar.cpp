// SPDX-License-Identifier: Apache-2.0
#include "types/calendar.hpp"

#include <charconv>

namespace async_cassandra::types {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t day_ms = 86'400'000;

struct civil {
    std::int64_t year;
    int month;
    int day;
};

// The proleptic Gregorian calendar in eras of 400 years (146,097 days) that begin on 1 March.
constexpr civil civil_from_days(std::int64_t days) noexcept
{
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr std::int64_t days_from_civil(civil date) noexcept
{
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const int shifted_month = date.month + (date.month > 2 ? -3 : 9);
    const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
    const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

void append_padded(std::string& out, std::int64_t value, std::size_t width)
{
    if (value < 0)
        out.push_back('-');
    const std::string digits = std::to_string(value < 0 ? -value : value);
    if (digits.size() < width)
        out.append(width - digits.size(), '0');
    out += digits;
}

class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

    bool take(char c) noexcept
    {
        if (rest_.empty() || rest_[0] != c)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// `least` to `most` digits.
    [[nodiscard]] std::optional<std::int64_t> digits(std::size_t least, std::size_t most) noexcept
    {
        std::size_t n = 0;
        while (n < rest_.size() && n < most && rest_[n] >= '0' && rest_[n] <= '9')
            ++n;
        if (n < least)
            return std::nullopt;
        std::int64_t value = 0;
        std::from_chars(rest_.data(), rest_.data() + n, value);
        digits_read_ = n;
        rest_.remove_prefix(n);
        return value;
    }

    [[nodiscard]] std::size_t digits_read() const noexcept { return digits_read_; }

private:
    std::string_view rest_;
    std::size_t digits_read_ = 0;
};

std::optional<std::int64_t> scan_date(scanner& in) noexcept
{
    const bool negative = in.take('-');
    if (!negative)
        in.take('+');
    const auto year = in.digits(4, 9);
    if (!year || !in.take('-'))
        return std::nullopt;
    const auto month = in.digits(2, 2);
    if (!month || !in.take('-'))
        return std::nullopt;
    const auto day = in.digits(2, 2);
    if (!day || *month < 1 || *month > 12 || *day < 1)
        return std::nullopt;
    const civil date{negative ? -*year : *year, static_cast<int>(*month), static_cast<int>(*day)};
    const std::int64_t days = days_from_civil(date);
    const civil back = civil_from_days(days);
    if (back.month != date.month || back.day != date.day)
        return std::nullopt;
    return days;
}

struct clock_form {
    std::size_t least_digits;  // of hours, minutes and seconds
    bool needs_seconds;
    std::size_t most_fraction_digits;
};

/// Nanoseconds of the day.
std::optional<std::int64_t> scan_time(scanner& in, clock_form form) noexcept
{
    const auto hour = in.digits(form.least_digits, 2);
    if (!hour || !in.take(':'))
        return std::nullopt;
    const auto minute = in.digits(form.least_digits, 2);
    if (!minute || *hour > 23 || *minute > 59)
        return std::nullopt;
    std::int64_t ns = (*hour * 60 + *minute) * 60 * second_ns;
    if (!in.take(':'))
        return form.needs_seconds ? std::nullopt : std::optional{ns};
    const auto second = in.digits(form.least_digits, 2);
    if (!second || *second > 59)
        return std::nullopt;
    ns += *second * second_ns;
    if (!in.take('.'))
        return ns;
    const auto fraction = in.digits(1, form.most_fraction_digits);
    if (!fraction)
        return std::nullopt;
    std::int64_t unit = second_ns;
    for (std::size_t i = 0; i < in.digits_read(); ++i)
        unit /= 10;
    return ns + *fraction * unit;
}

/// Milliseconds east of UTC.
std::optional<std::int64_t> scan_zone(scanner& in) noexcept
{
    if (in.done() || in.take('Z'))
        return 0;
    const bool west = in.take('-');
    if (!west && !in.take('+'))
        return std::nullopt;
    const auto hours = in.digits(2, 2);
    if (!hours)
        return std::nullopt;
    in.take(':');
    const auto minutes = in.done() ? std::optional<std::int64_t>{0} : in.digits(2, 2);
    if (!minutes || *hours > 18 || *minutes > 59)
        return std::nullopt;
    const std::int64_t east = (*hours * 60 + *minutes) * 60'000;
    return west ? -east : east;
}

void append_civil(std::string& out, civil date)
{
    append_padded(out, date.year, 4);
    out.push_back('-');
    append_padded(out, date.month, 2);
    out.push_back('-');
    append_padded(out, date.day, 2);
}

void append_clock(std::string& out, std::int64_t seconds)
{
    append_padded(out, seconds / 3600, 2);
    out.push_back(':');
    append_padded(out, seconds / 60 % 60, 2);
    out.push_back(':');
    append_padded(out, seconds % 60, 2);
    out.push_back('.');
}

/// Every character a digit, and at least one.
bool is_count(std::string_view text) noexcept
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void append_timestamp(std::string& out, timestamp value, year_style style)
{
    const std::int64_t ms = value.time_since_epoch().count();
    const std::int64_t days = ms / day_ms - (ms % day_ms < 0 ? 1 : 0);
    const std::int64_t of_day = ms % day_ms + (ms % day_ms < 0 ? day_ms : 0);
    const civil date = civil_from_days(days);
    const bool of_era = style == year_style::of_era;
    const std::int64_t year = of_era && date.year < 1 ? 1 - date.year : date.year;
    if (of_era && year > 9999)
        out.push_back('+');
    append_civil(out, {year, date.month, date.day});
    out.push_back(' ');
    append_clock(out, of_day / 1000);
    append_padded(out, of_day % 1000, 3);
    out.push_back('Z');
}

void append_date(std::string& out, date value)
{
    const civil date = civil_from_days(value.time_since_epoch().count());
    if (date.year > 9999)
        out.push_back('+');
    append_civil(out, date);
}

void append_time(std::string& out, time_of_day value)
{
    append_clock(out, value.count() / second_ns);
    append_padded(out, value.count() % second_ns, 9);
}

std::optional<date> parse_date(std::string_view text) noexcept
{
    constexpr std::int64_t epoch = std::int64_t{1} << 31;
    std::int64_t days = 0;
    if (is_count(text)) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
        if (error != std::errc{})
            return std::nullopt;
        days -= epoch;
    } else {
        scanner in{text};
        const auto scanned = scan_date(in);
        if (!scanned || !in.done())
            return std::nullopt;
        days = *scanned;
    }
    if (days < -epoch || days >= epoch)
        return std::nullopt;
    return date{std::chrono::days{days}};
}

std::optional<time_of_day> parse_time(std::string_view text) noexcept
{
    if (is_count(text)) {
        std::int64_t ns = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ns);
        if (error != std::errc{} || ns >= day_ms * 1'000'000)
            return std::nullopt;
        return time_of_day{ns};
    }
    scanner in{text};
    const auto ns = scan_time(in, {1, true, 9});
    if (!ns || !in.done())
        return std::nullopt;
    return time_of_day{*ns};
}

std::optional<timestamp> parse_timestamp(std::string_view text) noexcept
{
    scanner in{text};
    const auto days = scan_date(in);
    if (!days)
        return std::nullopt;
    std::int64_t of_day = 0;
    if (in.take(' ') || in.take('T')) {
        const auto time = scan_time(in, {2, false, 3});
        if (!time)
            return std::nullopt;
        of_day = *time / 1'000'000;
    }
    const auto zone = scan_zone(in);
    if (!zone || !in.done())
        return std::nullopt;
    std::int64_t ms = 0;
    // The last day of a negative range begins before its first representable millisecond: add what is
    // negative last.
    const std::int64_t within = of_day - *zone;
    const bool before = *days < 0;
    if (__builtin_mul_overflow(*days + (before ? 1 : 0), day_ms, &ms) ||
        __builtin_add_overflow(ms, within - (before ? day_ms : 0), &ms))
        return std::nullopt;
    return timestamp{std::chrono::milliseconds{ms}};
}

}  // namespace async_cassandra::types
