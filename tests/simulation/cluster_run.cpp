// SPDX-License-Identifier: Apache-2.0
#include "simulation/cluster_run.hpp"

#include "simulation/scenario_calls.hpp"
#include "simulation/scenario_checks.hpp"
#include "simulation/scenario_cluster.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

// The last fault begins within 4 s, and nothing lasts longer than 3 s.
constexpr std::chrono::nanoseconds faults_over = 8s;
// The look of each minute, the windows and pauses before and behind it, and what spreads the schema late.
constexpr std::chrono::nanoseconds time_to_recover = 75s;

class cluster_scenario {
public:
    cluster_scenario(std::uint64_t seed, bool keep_trace)
        : plan_(make_cluster_plan(seed)),
          servers_(plan_),
          world_(seed),
          calls_(world_, plan_.client, servers_.contact_points())
    {
        world_.events().keep_text(keep_trace);
        servers_.enter(world_);
    }

    scenario_report run()
    {
        report_.plan = describe(plan_);
        calls_.begin();
        for (const planned_cluster_fault& fault : plan_.faults)
            world_.after(fault.begins, [this, &fault] { servers_.strike(fault, calls_); });
        if (plan_.client.recovers)
            recover();
        // Longer than anything that was planned may take.
        if (!world_.run_until([this] { return calls_.closed() && calls_.all_ended(); }, 30s))
            report_.broken.emplace_back("some calls have not ended 30 s after the begin");
        // The end of a connection may be under way for as long as the slowest network takes.
        world_.run_for(5s);
        check();
        report_.effects = servers_.effects();
        report_.hash = world_.events().hash();
        report_.trace = world_.events().text();
        return std::move(report_);
    }

private:
    /// When the faults are over, and the client has had the time in which it looks at everything anew, it serves as if
    /// nothing had been, and knows what is true.
    void recover()
    {
        world_.run_for(faults_over);
        servers_.calm();
        world_.run_for(time_to_recover);
        const bool must = servers_.can_serve();
        calls_.prove(must);
        if (!world_.run_until([this] { return calls_.all_ended(); }, 30s))
            report_.broken.emplace_back(
                "some calls have not ended 30 s after the client should have recovered"
            );
        if (must && calls_.connected())
            servers_.check_known(calls_.client(), report_);
        calls_.close();
    }

    void check()
    {
        const scenario_truth truth{[this](std::int64_t id) { return servers_.applied(id); }};
        for (const call_record& record : calls_.records()) {
            check_call(record, truth, report_);
            if (record.what == "insert" && record.completions == 1 && !record.error &&
                !servers_.stored(record.plan.id))
                report_.broken.push_back(
                    "insert " + std::to_string(record.plan.id) + " was answered and is not there"
                );
        }
        check_left(calls_.left(), report_);
        fake_cluster& nodes = servers_.nodes();
        check_places();
        check_protocol(nodes.violations(), report_);
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (!servers_.lost_for_good(i))
                check_closed("node " + std::to_string(i), nodes.node(i).open_connections(), report_);
    }

    /// Nodes that no request may go to had none but those that named them.
    void check_places()
    {
        // A row that tells of another place, and an address that another node had, make it hard to say which they are.
        const bool clear = std::ranges::none_of(plan_.faults, [](const planned_cluster_fault& fault) {
            return fault.kind == cluster_fault_kind::wrong_row ||
                   fault.kind == cluster_fault_kind::move_address;
        });
        const load_balancing_settings& how = plan_.client.balancing;
        for (std::size_t i = 0; clear && i < servers_.nodes().size(); ++i) {
            const node_figures had = servers_.nodes().node(i).figures();
            const bool remote = how.max_nodes_per_remote_dc == 0 && !how.local_dc.empty() &&
                                servers_.nodes().settings(i).data_center != how.local_dc;
            const bool named = calls_.named_nodes().contains(servers_.nodes().host_id(i));
            if (!named && (remote || plan_.refused == i) &&
                had.served_as_replica + had.served_for_others != 0)
                report_.broken.push_back(
                    "node " + std::to_string(i) + " had requests, though " +
                    (remote ? "it is in another data center" : "the filter refuses it")
                );
        }
    }

    cluster_plan plan_;
    scenario_cluster servers_;
    simulated_world world_;
    scenario_calls calls_;
    scenario_report report_;
};

}  // namespace

scenario_report run_cluster_scenario(std::uint64_t seed, bool keep_trace)
{
    return cluster_scenario{seed, keep_trace}.run();
}

std::string check_cluster_seed(std::uint64_t seed, scenario_report* report)
{
    scenario_report first = run_cluster_scenario(seed);
    std::string wrong = compare_runs(seed, first, run_cluster_scenario(seed), "--cluster ");
    if (report != nullptr)
        *report = std::move(first);
    return wrong;
}

}  // namespace async_cassandra::testing
