// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/fake_node.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace async_cassandra::testing {

/// The tables that the `async-cassandra bench` command uses, with the statements that it prepares.
class bench_tables {
public:
    static constexpr const char* select = "SELECT k, v FROM bench.kv WHERE k = ?";
    static constexpr const char* insert = "INSERT INTO bench.kv (k, v) VALUES (?, ?)";
    static constexpr const char* stream = "SELECT id, ts, name, value, payload FROM bench.big";

    /// Teaches the node; `big_rows` are in bench.big. Rows of bench.kv that were not inserted have 100 bytes made from
    /// the key.
    bench_tables(fake_node& node, std::size_t big_rows);

    /// Of bench.kv. Not while requests are under way on another thread.
    [[nodiscard]] const std::map<std::int64_t, std::vector<std::byte>>& inserted() const noexcept
    {
        return *kv_;
    }

private:
    std::shared_ptr<std::map<std::int64_t, std::vector<std::byte>>> kv_;
};

}  // namespace async_cassandra::testing
