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
#include <optional>
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
    /// Where a client begins: a node of each data center, those of dc1 first, and behind them a name that has the
    /// addresses of all nodes, whatever they are at the time.
    [[nodiscard]] std::vector<std::string> contact_points() const;

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
    /// When all faults have ended by themselves: from now on no answer goes wrong either.
    void calm();

    /// Whether a node is left that requests of the plan's client may go to.
    [[nodiscard]] bool can_serve() const;
    /// What the client knows of nodes, replicas and schema is what is true.
    void check_known(const cluster& client, scenario_report& report) const;
    /// What all faults did so far.
    [[nodiscard]] effect_tally effects() const;

private:
    enum class mood : std::uint8_t { usual, late, doubled, damaged };

    void teach(std::size_t node);
    void fill();
    [[nodiscard]] answer say(std::size_t node, const request_record& request);
    [[nodiscard]] bad_answers& bad_answers_to(asked_by whom) noexcept;
    void set_weather(const endpoint& at);
    /// The name of the contact points has the addresses of those that are in the ring now.
    void enter_name();
    [[nodiscard]] bool may_serve(std::size_t node) const;
    void check_nodes(const topology& known, scenario_report& report) const;
    void check_replicas(const topology& known, scenario_report& report) const;
    void check_schema(const schema& known, scenario_report& report) const;
    void begin_bad_events(const planned_cluster_fault& fault);
    void set_mood(const planned_cluster_fault& fault, mood how);
    void strike_network(const planned_cluster_fault& fault);
    void strike_ring(const planned_cluster_fault& fault);
    void strike_all(const planned_cluster_fault& fault, scenario_calls& client);
    void kill(std::size_t node, std::chrono::nanoseconds lasts, bool early_up);

    const cluster_plan& plan_;
    bool checksums_;
    bad_answers bad_;
    bad_answers bad_control_;
    bad_answers bad_registering_;  // it is rare, so more of them are bad
    bad_answers bad_startup_;      // outside of segments
    bad_answers never_bad_{0, 0, false};
    effect_tally refused_;
    bool calm_ = false;
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
