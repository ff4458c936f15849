// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/duration.hpp>
#include <async_cassandra/types/value_error.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace async_cassandra {

namespace {

using std::uint64_t;

constexpr uint64_t second_ns = 1'000'000'000;
constexpr uint64_t minute_ns = 60 * second_ns;
constexpr uint64_t hour_ns = 60 * minute_ns;

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <class T>
constexpr uint64_t magnitude_of(T value) noexcept
{
    return value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
}

enum class part { months, days, nanoseconds };

struct unit {
    std::string_view name;
    part to;
    uint64_t factor;
};

// In the order in which they may follow each other. A longer name stands before its own beginning.
constexpr std::array<unit, 12> cql_units{{
    {"y", part::months, 12},
    {"mo", part::months, 1},
    {"w", part::days, 7},
    {"d", part::days, 1},
    {"h", part::nanoseconds, hour_ns},
    {"ms", part::nanoseconds, 1'000'000},
    {"m", part::nanoseconds, minute_ns},
    {"s", part::nanoseconds, second_ns},
    {"us", part::nanoseconds, 1000},
    {"\u00b5s", part::nanoseconds, 1000},
    {"\u03bcs", part::nanoseconds, 1000},
    {"ns", part::nanoseconds, 1},
}};

// Hours 4, minutes 5, seconds 6, milliseconds 7, microseconds 8, nanoseconds 9.
constexpr std::array<int, cql_units.size()> unit_rank{0, 1, 2, 3, 4, 7, 5, 6, 8, 8, 8, 9};

/// Adds parts up and sees that none overflows.
class builder {
public:
    bool add(part to, uint64_t count, uint64_t factor) noexcept
    {
        uint64_t& target = sums_[static_cast<std::size_t>(to)];
        uint64_t product = 0;
        return !__builtin_mul_overflow(count, factor, &product) &&
               !__builtin_add_overflow(target, product, &target);
    }

    [[nodiscard]] std::optional<duration> build(bool negative) const noexcept
    {
        const auto months = signed_part<std::int32_t>(sums_[0], negative);
        const auto days = signed_part<std::int32_t>(sums_[1], negative);
        const auto nanoseconds = signed_part<std::int64_t>(sums_[2], negative);
        if (!months || !days || !nanoseconds)
            return std::nullopt;
        return duration{*months, *days, std::chrono::nanoseconds{*nanoseconds}};
    }

private:
    template <class T>
    static std::optional<T> signed_part(uint64_t value, bool negative) noexcept
    {
        constexpr auto most = static_cast<uint64_t>(std::numeric_limits<T>::max());
        if (value > most + (negative ? 1 : 0))
            return std::nullopt;
        return static_cast<T>(negative ? -value : value);
    }

    std::array<uint64_t, 3> sums_{};
};

class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

    bool take(std::string_view word) noexcept
    {
        if (rest_.size() < word.size())
            return false;
        for (std::size_t i = 0; i < word.size(); ++i)
            if (lower(rest_[i]) != lower(word[i]))
                return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    /// `width` digits, or as many as there are when it is 0.
    [[nodiscard]] std::optional<uint64_t> number(std::size_t width = 0) noexcept
    {
        uint64_t value = 0;
        const char* const begin = rest_.data();
        const char* const end = begin + (width == 0 ? rest_.size() : std::min(width, rest_.size()));
        const auto [after, error] = std::from_chars(begin, end, value);
        digits_ = static_cast<std::size_t>(after - begin);
        if (error != std::errc{} || (width != 0 && digits_ != width))
            return std::nullopt;
        rest_.remove_prefix(digits_);
        return value;
    }

    /// Digits of the last `number`.
    [[nodiscard]] std::size_t digits() const noexcept { return digits_; }

    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::string_view rest_;
    std::size_t digits_ = 0;
};

/// "1y2mo3w4d5h6m7s8ms9us10ns"
bool parse_units(scanner& in, builder& out) noexcept
{
    int last = -1;
    while (!in.done()) {
        const auto count = in.number();
        if (!count)
            return false;
        std::size_t i = 0;
        while (i < cql_units.size() && !in.take(cql_units[i].name))
            ++i;
        if (i == cql_units.size() || unit_rank[i] <= last ||
            !out.add(cql_units[i].to, *count, cql_units[i].factor))
            return false;
        last = unit_rank[i];
    }
    return last >= 0;
}

/// ".007S" behind a number of seconds.
bool parse_fraction(scanner& in, builder& out) noexcept
{
    const auto fraction = in.number();
    if (!fraction || in.digits() > 9 || !in.take("S"))
        return false;
    uint64_t factor = 1;
    for (std::size_t i = in.digits(); i < 9; ++i)
        factor *= 10;
    return out.add(part::nanoseconds, *fraction, factor);
}

/// "1Y2M3DT4H5M6S" or "3W", behind the P.
bool parse_iso(scanner& in, builder& out) noexcept
{
    static constexpr std::array<unit, 4> calendar{
        {{"Y", part::months, 12}, {"M", part::months, 1}, {"W", part::days, 7}, {"D", part::days, 1}}};
    static constexpr std::array<unit, 3> clock{
        {{"H", part::nanoseconds, hour_ns},
         {"M", part::nanoseconds, minute_ns},
         {"S", part::nanoseconds, second_ns}}};
    std::span<const unit> units = calendar;
    bool in_clock = false;
    bool any = false;
    while (!in.done()) {
        if (!in_clock && in.take("T")) {
            units = clock;
            in_clock = true;
            any = false;
            continue;
        }
        const auto count = in.number();
        if (!count)
            return false;
        if (in_clock && !units.empty() && in.take("."))
            return out.add(part::nanoseconds, *count, second_ns) && parse_fraction(in, out) && in.done();
        while (!units.empty() && !in.take(units.front().name))
            units = units.subspan(1);
        if (units.empty() || !out.add(units.front().to, *count, units.front().factor))
            return false;
        units = units.subspan(1);
        any = true;
    }
    return any;
}

/// "0001-02-03T04:05:06", behind the P.
bool parse_alternative(scanner& in, builder& out) noexcept
{
    struct field {
        std::size_t width;
        std::string_view after;
        part to;
        uint64_t factor;
    };
    static constexpr std::array<field, 6> fields{
        {{4, "-", part::months, 12},
         {2, "-", part::months, 1},
         {2, "T", part::days, 1},
         {2, ":", part::nanoseconds, hour_ns},
         {2, ":", part::nanoseconds, minute_ns},
         {2, "", part::nanoseconds, second_ns}}};
    for (const field& each : fields) {
        const auto count = in.number(each.width);
        if (!count || !in.take(each.after) || !out.add(each.to, *count, each.factor))
            return false;
    }
    return in.done();
}

void append_part(std::string& out, uint64_t& rest, uint64_t divisor, const char* name)
{
    if (rest < divisor)
        return;
    out += std::to_string(rest / divisor);
    out += name;
    rest %= divisor;
}

}  // namespace

duration::duration(std::int32_t months, std::int32_t days, std::chrono::nanoseconds nanoseconds)
    : months_(months), days_(days), nanoseconds_(nanoseconds)
{
    if (is_negative() && (months > 0 || days > 0 || nanoseconds.count() > 0))
        throw value_error{
            "the parts of a duration must all be of one sign: " + std::to_string(months) + " months, " +
            std::to_string(days) + " days, " + std::to_string(nanoseconds.count()) + " nanoseconds"};
}

std::optional<duration> duration::parse(std::string_view text) noexcept
{
    scanner in{text};
    const bool negative = in.take("-");
    builder sums;
    bool read = false;
    if (!in.take("P"))
        read = parse_units(in, sums);
    else if (in.rest().find('-') != std::string_view::npos)
        read = parse_alternative(in, sums);
    else
        read = parse_iso(in, sums);
    return read ? sums.build(negative) : std::nullopt;
}

std::string duration::to_string() const
{
    if (*this == duration{})
        return "0ns";
    std::string out = is_negative() ? "-" : "";
    uint64_t months = magnitude_of(months_);
    uint64_t days = magnitude_of(days_);
    uint64_t rest = magnitude_of(nanoseconds_.count());
    append_part(out, months, 12, "y");
    append_part(out, months, 1, "mo");
    append_part(out, days, 1, "d");
    append_part(out, rest, hour_ns, "h");
    append_part(out, rest, minute_ns, "m");
    append_part(out, rest, second_ns, "s");
    append_part(out, rest, 1'000'000, "ms");
    append_part(out, rest, 1000, "us");
    append_part(out, rest, 1, "ns");
    return out;
}

std::string duration::to_iso_string() const
{
    if (*this == duration{})
        return "PT0S";
    std::string out = is_negative() ? "-P" : "P";
    uint64_t months = magnitude_of(months_);
    uint64_t days = magnitude_of(days_);
    uint64_t rest = magnitude_of(nanoseconds_.count());
    append_part(out, months, 12, "Y");
    append_part(out, months, 1, "M");
    append_part(out, days, 1, "D");
    if (rest == 0)
        return out;
    out.push_back('T');
    append_part(out, rest, hour_ns, "H");
    append_part(out, rest, minute_ns, "M");
    if (rest == 0)
        return out;
    out += std::to_string(rest / second_ns);
    if (rest % second_ns != 0) {
        const std::string fraction = std::to_string(rest % second_ns);
        out.push_back('.');
        out.append(9 - fraction.size(), '0');
        out += fraction.substr(0, fraction.find_last_not_of('0') + 1);
    }
    out.push_back('S');
    return out;
}

}  // namespace async_cassandra
