// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/read_cell.hpp>

/// Rows as structs, for `as<Struct>()` with a type that has no codec of its own (a struct beside others, as
/// in `as<int, Struct>()`, is a column of a user-defined type):
/// - described with Boost.Describe: every public member (inherited ones too) takes the column of its name, in
///   any order;
/// - any other aggregate: members take the columns by position (Boost.PFR).
/// Columns and members must correspond one to one; a mismatch in count or name is a `query_error` that names
/// both.
namespace async_cassandra::detail {

template <class T>
concept described_struct = described_shape<T> && (!readable<T> || by_members<T>);

template <class T>
concept plain_struct =
    std::is_aggregate_v<T> && std::is_class_v<T> && !described_struct<T> && (!readable<T> || by_members<T>);

/// By position.
template <plain_struct T>
struct row_reader<T> {
    using type = T;
    static constexpr std::size_t size = boost::pfr::tuple_size_v<T>;

    explicit row_reader(const columns& list) { check(list); }

    void check(const columns& list) const
    {
        if (list.size() != size)
            throw_count_mismatch(list, "struct " + type_name<T>(), size);
        check_all(list, std::make_index_sequence<size>{});
    }

    [[nodiscard]] T take(const std::byte*& at, const columns& list) const
    {
        return take_all(at, list, std::make_index_sequence<size>{});
    }

private:
    template <std::size_t I>
    using member = boost::pfr::tuple_element_t<I, T>;

    template <std::size_t... I>
    static void check_all(const columns& list, std::index_sequence<I...>)
    {
        (check_column<member<I>>(list, I), ...);
    }

    template <std::size_t... I>
    static T take_all(const std::byte*& at, const columns& list, std::index_sequence<I...>)
    {
        return T{take_cell<member<I>>(at, list, I)...};
    }
};

/// Finds each member's column. Throws query_error that names both when they do not correspond.
void match_members(
    const columns& list,
    std::span<const char* const> members,
    std::span<std::size_t> positions,
    name_function name
);

[[noreturn]] void throw_columns_changed(const columns& list, name_function name);

/// By name.
template <described_struct T>
struct row_reader<T> {
    using type = T;
    using members = described_members<T>;
    static constexpr std::size_t size = boost::mp11::mp_size<members>::value;

    explicit row_reader(const columns& list) : position_(match(list)) { check_types(list); }

    /// A later page of the same result: its columns must stand where the first page's did.
    void check(const columns& list) const
    {
        if (match(list) != position_)
            throw_columns_changed(list, &type_name<T>);
        check_types(list);
    }

    [[nodiscard]] T take(const std::byte*& at, const columns& list) const
    {
        std::array<const std::byte*, size> cells;
        for (const std::byte*& c : cells) {
            c = at;
            at = skip_cell(at);
        }
        T out{};
        std::size_t i = 0;
        boost::mp11::mp_for_each<members>([&](auto member) {
            auto& target = out.*member.pointer;
            const std::byte* from = cells[position_[i]];
            target = take_cell<std::remove_reference_t<decltype(target)>>(from, list, position_[i]);
            ++i;
        });
        return out;
    }

private:
    using positions = std::array<std::size_t, size>;

    static positions match(const columns& list)
    {
        std::array<const char*, size> names{};
        std::size_t i = 0;
        boost::mp11::mp_for_each<members>([&](auto member) { names[i++] = member.name; });
        positions found{};
        match_members(list, names, found, &type_name<T>);
        return found;
    }

    void check_types(const columns& list) const
    {
        std::size_t i = 0;
        boost::mp11::mp_for_each<members>([&](auto member) {
            check_column<std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>>(
                list, position_[i++]
            );
        });
    }

    positions position_;
};

}  // namespace async_cassandra::detail
