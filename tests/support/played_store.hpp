// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/cells.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

/// Where a row is: table and primary key.
struct stored_key {
    std::string table;  ///< "ks.t"
    std::vector<std::byte> key;

    friend auto operator<=>(const stored_key&, const stored_key&) = default;
};

/// The rows of a played cluster. Each write is held by the replicas that got it, which are told by number; what a
/// replica has of a row is the newest write that it holds.
class played_store {
public:
    using holders = std::set<std::uint64_t>;
    using row_columns = std::map<std::string, cell, std::less<>>;

    void write(const stored_key& at, row_columns columns, const holders& replicas);
    /// The newest that one of the replicas has; null when none has any.
    [[nodiscard]] const row_columns* read(const stored_key& at, const holders& replicas) const;
    /// The newest that anybody has.
    [[nodiscard]] const row_columns* newest(const stored_key& at) const;
    /// How often the row was written.
    [[nodiscard]] std::size_t writes(const stored_key& at) const;
    /// The replica gets what it missed while it was away.
    void hand_over(std::uint64_t replica);

private:
    struct written {
        row_columns columns;
        holders who;
    };
    struct place {
        std::vector<written> versions;  // the newest last
        std::size_t writes = 0;
    };

    std::map<stored_key, place> places_;
};

}  // namespace async_cassandra::testing
