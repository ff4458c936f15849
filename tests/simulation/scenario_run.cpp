// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_run.hpp"

#include "simulation/scenario_calls.hpp"
#include "simulation/scenario_checks.hpp"
#include "simulation/scenario_node.hpp"
#include "support/addresses.hpp"

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

constexpr endpoint address = loopback_address();

class scenario {
public:
    scenario(std::uint64_t seed, bool keep_trace)
        : plan_(make_plan(seed)), server_(plan_), world_(seed), calls_(world_, plan_, {to_string(address)})
    {
        world_.events().keep_text(keep_trace);
        world_.network().conditions(address) = plan_.weather;
        world_.network().listen(address, server_.node());
    }

    scenario_report run()
    {
        calls_.begin();
        for (const planned_fault& fault : plan_.faults)
            world_.after(fault.begins, [this, &fault] { strike(fault); });
        if (plan_.recovers)
            recover();
        // Longer than anything that was planned may take.
        if (!world_.run_until([this] { return calls_.closed() && calls_.all_ended(); }, 30s))
            blame("some calls have not ended 30 s after the begin");
        // The end of a connection may be under way for as long as the slowest network takes.
        world_.run_for(5s);
        const scenario_truth truth{[this](std::int64_t id) { return server_.applied(id); }};
        for (const call_record& record : calls_.records())
            check_call(record, truth, report_);
        check_left(calls_.left(), report_);
        check_node();
        report_.hash = world_.events().hash();
        report_.trace = world_.events().text();
        return std::move(report_);
    }

private:
    void recover()
    {
        world_.run_for(8s);
        server_.calm();
        world_.run_for(75s);
        calls_.prove(true);
        if (!world_.run_until([this] { return calls_.all_ended(); }, 30s))
            blame("some calls have not ended 30 s after the client should have recovered");
        calls_.close();
    }
    void strike(const planned_fault& fault);
    void later(std::chrono::nanoseconds time, std::function<void()> action)
    {
        world_.after(time, std::move(action));
    }

    void check_node();
    void blame(std::string what) { report_.broken.push_back(std::move(what)); }

    scenario_plan plan_;
    scenario_node server_;
    simulated_world world_;
    scenario_calls calls_;
    scenario_report report_;
    bool lost_for_good_ = false;  // connections of which the node never hears the end
};

void scenario::strike(const planned_fault& fault)
{
    simulated_network& network = world_.network();
    fake_node& node = server_.node();
    world_.note(to_string(fault.kind), static_cast<std::uint64_t>(fault.lasts.count()));
    switch (fault.kind) {
    case fault_kind::reset: network.reset(address); break;
    case fault_kind::go_silent:
        lost_for_good_ = true;
        network.go_silent(address);
        break;
    case fault_kind::hold:
        network.hold(address);
        later(fault.lasts, [&network] { network.heal(address); });
        break;
    case fault_kind::refuse:
        network.reset(address);
        network.set_connect_fate(address, connect_fate::refused);
        later(fault.lasts, [&network] { network.set_connect_fate(address, connect_fate::accepted); });
        break;
    case fault_kind::freeze:
        node.freeze();
        later(fault.lasts, [&node] { node.thaw(); });
        break;
    case fault_kind::forget_prepared: node.forget_prepared(); break;
    case fault_kind::close_by_node: node.end_connections(peer_ending::orderly); break;
    case fault_kind::stall: calls_.stall(fault.lasts); break;
    case fault_kind::slow_network:
        network.conditions(address).delay_max += fault.lasts;
        later(fault.lasts, [&network, usual = plan_.weather.delay_max] {
            network.conditions(address).delay_max = usual;
        });
        break;
    }
}

void scenario::check_node()
{
    check_protocol(server_.node().violations(), report_);
    if (!lost_for_good_)
        check_closed(to_string(address), server_.node().open_connections(), report_);
}

}  // namespace

scenario_report run_scenario(std::uint64_t seed, bool keep_trace)
{
    return scenario{seed, keep_trace}.run();
}

std::string check_seed(std::uint64_t seed, scenario_report* report)
{
    scenario_report first = run_scenario(seed);
    std::string wrong = compare_runs(seed, first, run_scenario(seed), "");
    if (report != nullptr)
        *report = std::move(first);
    return wrong;
}

}  // namespace async_cassandra::testing
