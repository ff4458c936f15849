// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/bad_answers.hpp"
#include "simulation/scenario_plan.hpp"
#include "support/fake_node.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace async_cassandra::testing {

/// The server of a scenario: answers carry the identity of their request, and go wrong as often as the plan says. Keeps
/// the truth about what was applied.
class scenario_node {
public:
    static constexpr const char* prepared_select = "SELECT k, v FROM sim.t WHERE k = ?";
    static constexpr const char* prepared_insert = "INSERT INTO sim.t (k, v) VALUES (?, ?)";
    /// Beside `sim`, which all tables are in.
    static constexpr const char* other_keyspace = "more";
    static constexpr const char* stream = "SELECT s, i FROM sim.s WHERE s = ? AND n = ?";

    explicit scenario_node(const scenario_plan& plan);

    /// The text of an unprepared select of this row.
    [[nodiscard]] static std::string select_of(std::int64_t id);
    /// What is in column v of the row.
    [[nodiscard]] static std::string value_of(std::int64_t id);

    /// Teaches any node to answer `stream`. `bad` must live as long.
    static void teach_stream(fake_node& node, bad_answers& bad);

    [[nodiscard]] fake_node& node() noexcept { return node_; }
    /// How often the insert with this id was carried out.
    /// From now on no answer goes wrong.
    void calm() noexcept { bad_.stop(); }
    [[nodiscard]] int applied(std::int64_t id) const;

private:
    void teach();
    [[nodiscard]] answer on_insert(const request_record& request);

    bad_answers bad_;
    std::map<std::int64_t, int> applied_;
    fake_node node_;
};

}  // namespace async_cassandra::testing
