// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/bound_values.hpp>

#include "types/counted.hpp"

#include <algorithm>
#include <vector>

namespace async_cassandra::detail {

using types::counted;

namespace {

std::string at_value(std::size_t index, const columns* markers)
{
    if (markers == nullptr)
        return "value at position " + std::to_string(index) + ": ";
    return "marker '" + (*markers)[index].name + "' (position " + std::to_string(index) + "): ";
}

}  // namespace

std::optional<std::span<const std::byte>> bound_values::value(std::size_t index) const noexcept
{
    const std::byte* at = sink_.bytes().data();
    while (true) {
        const auto size = load_be<std::int32_t>(at);
        at += sizeof size;
        if (index-- == 0) {
            if (size < 0)
                return std::nullopt;
            return std::span{at, static_cast<std::size_t>(size)};
        }
        at += size > 0 ? size : 0;
    }
}

const std::string& bound_values::error() const noexcept
{
    static const std::string none;
    return failure_ ? failure_->what : none;
}

std::exception_ptr bound_values::cause() const noexcept
{
    return failure_ ? failure_->cause : nullptr;
}

void bound_values::fail(std::string what, std::exception_ptr cause)
{
    if (!failure_)
        failure_ = std::make_shared<const failure_state>(std::move(what), std::move(cause));
}

void bound_values::clear() noexcept
{
    sink_.truncate(0);
    count_ = 0;
    failure_.reset();
}

void bound_values::fail_at(std::size_t index, const columns* markers, name_function name)
{
    fail_in(at_value(index, markers), name);
}

void bound_values::fail_at(std::string_view value_name, name_function name)
{
    fail_in("value '" + std::string{value_name} + "': ", name);
}

void bound_values::fail_in(const std::string& where, name_function name)
{
    try {
        throw;
    } catch (const value_error& e) {
        fail(where + e.what());
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& e) {
        fail(where + "binding " + name() + " failed: " + e.what(), std::current_exception());
    } catch (...) {
        fail(where + "binding " + name() + " threw no std::exception", std::current_exception());
    }
}

void fail_value_count(bound_values& out, const columns& markers, std::size_t count)
{
    std::string what = counted(count, "value") + " for " + counted(markers.size(), "marker");
    if (!markers.empty())
        what += " (" + markers.names() + ")";
    if (count < markers.size())
        what += ": no value for marker '" + markers[count].name +
                "'; bind async_cassandra::unset to leave it as it is";
    else
        what += ": " + std::to_string(count - markers.size()) + " too many";
    out.fail(std::move(what));
}

void bind_raw(bound_values& out, const columns& markers, std::span<const raw_value> values)
{
    if (values.size() != markers.size())
        return fail_value_count(out, markers, values.size());
    std::size_t index = 0;
    try {
        for (; index < values.size(); ++index)
            out.add(values[index], markers[index].type);
    } catch (...) {
        out.fail_at(index, &markers, &type_name<raw_value>);
    }
}

void arrange(bound_values& values, const columns& markers, std::span<const std::uint16_t> positions)
{
    // Where each marker's value lies, with its length.
    std::vector<std::span<const std::byte>> found(markers.size());
    std::span<const std::byte> left = values.bytes();
    for (const std::uint16_t position : positions) {
        const auto size = load_be<std::int32_t>(left.data());
        const std::size_t whole = sizeof size + static_cast<std::size_t>(std::max(size, 0));
        found[position] = left.first(whole);
        left = left.subspan(whole);
    }
    bound_values ordered;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i].empty()) {
            values.fail(
                "no value for marker '" + markers[i].name +
                "'; bind async_cassandra::unset to leave it as it is"
            );
            return;
        }
        ordered.sink_.append(found[i]);
        ++ordered.count_;
    }
    values = std::move(ordered);
}

}  // namespace async_cassandra::detail
