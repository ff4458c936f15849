// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/bad_answers.hpp"
#include "simulation/cluster_plan.hpp"
#include "simulation/scenario_calls.hpp"
#include "support/cluster_carriers.hpp"
#include "support/fake_cluster.hpp"
#include "support/simulated_world.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace async_cassandra::testing {

/// The servers of a scenario: a cluster with the table of the calls, whose answers go wrong as often as the plan says, and
/// to which the faults of the plan happen.
class scenario_cluster {
public:
    explicit scenario_cluster(const cluster_plan& plan);
    scenario_cluster(const scenario_cluster&) = delete;
    scenario_cluster& operator=(const scenario_cluster&) = delete;

    [[nodiscard]] fake_cluster& nodes() noexcept { return cluster_; }
    /// A node of each data center, those of dc1 first: where a client begins.
    [[nodiscard]] std::vector<endpoint> contact_points() const;

    /// How often the insert with this id was carried out.
    [[nodiscard]] int applied(std::int64_t id) const;
    /// Whether its row is there with its value.
    [[nodiscard]] bool stored(std::int64_t id) const;
    /// Whether the node may have connections of which it never hears the end.
    [[nodiscard]] bool lost_for_good(std::size_t node) const { return lost_.contains(node); }

    /// The nodes listen in this world, with the weather of the plan; before anything else happens there.
    void enter(simulated_world& world);
    /// It happens now; what ends it later is put into the world's future.
    void strike(const planned_cluster_fault& fault, scenario_calls& client);

private:
    enum class mood : std::uint8_t { usual, late, doubled, damaged };

    void teach(std::size_t node);
    void fill();
    [[nodiscard]] answer say(std::size_t node, const request_record& request);
    void set_weather(const endpoint& at);
    void set_mood(const planned_cluster_fault& fault, mood how);
    void strike_network(const planned_cluster_fault& fault);
    void strike_ring(const planned_cluster_fault& fault);
    void strike_all(const planned_cluster_fault& fault, scenario_calls& client);
    void kill(std::size_t node, std::chrono::nanoseconds lasts, bool early_up);

    const cluster_plan& plan_;
    bool checksums_;
    bad_answers bad_;
    bad_answers never_bad_{0, 0, false};
    seeded_random random_;
    fake_cluster cluster_;
    std::map<std::size_t, mood> moods_;
    std::set<std::size_t> lost_;
    std::uint8_t addresses_used_ = 100;
    int tables_made_ = 0;
    simulated_world* world_ = nullptr;
    std::optional<simulated_carrier> carrier_;
};

}  // namespace async_cassandra::testing
