// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace async_cassandra::integration {

/// A CQL type and literals of it that the server takes. Those that this library writes in another way than they
/// are given here stand in pairs: as given, as written.
struct literals_of_type {
    struct literal {
        constexpr literal(const char* both) : given(both), written(both) {}  // NOLINT(*-explicit-*)
        constexpr literal(const char* as_given, const char* as_written) : given(as_given), written(as_written)
        {}
        const char* given;
        const char* written;
    };

    const char* type;
    std::span<const literal> literals;
};

/// Statements that create the user-defined types of the table below.
[[nodiscard]] std::span<const char* const> type_statements() noexcept;

/// Every type but counter: typical, empty, least and most, awkward; made of others up to three deep.
[[nodiscard]] std::span<const literals_of_type> every_type() noexcept;

}  // namespace async_cassandra::integration
