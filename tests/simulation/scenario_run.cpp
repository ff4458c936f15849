// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_run.hpp"

#include "simulation/scenario_calls.hpp"
#include "simulation/scenario_node.hpp"
#include "support/addresses.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstdio>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

constexpr endpoint address = loopback_address();

// A tick of the timer wheel, and one more for the turn in which the handler runs.
constexpr std::chrono::nanoseconds lateness_allowed = 2ms;

std::string in_milliseconds(std::chrono::nanoseconds time)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3f ms", std::chrono::duration<double, std::milli>(time).count());
    return text;
}

class scenario {
public:
    scenario(std::uint64_t seed, bool keep_trace)
        : plan_(make_plan(seed)), server_(plan_), world_(seed), calls_(world_, plan_, address)
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
        // Longer than anything that was planned may take.
        if (!world_.run_until([this] { return calls_.closed() && calls_.all_ended(); }, 30s))
            blame("some calls have not ended 30 s after the begin");
        // The end of a connection may be under way for as long as the slowest network takes.
        world_.run_for(5s);
        for (const call_record& record : calls_.records())
            check(record);
        check_node();
        report_.hash = world_.events().hash();
        report_.trace = world_.events().text();
        return std::move(report_);
    }

private:
    void strike(const planned_fault& fault);
    void later(std::chrono::nanoseconds time, std::function<void()> action)
    {
        world_.after(time, std::move(action));
    }

    void check(const call_record& record);
    void check_error(const call_record& record);
    void check_insert(const call_record& record, const error* failed);
    void check_node();
    void blame(std::string what) { report_.broken.push_back(std::move(what)); }
    void blame(const call_record& record, const std::string& what)
    {
        blame(
            record.what + " (" + std::string{to_string(record.plan.kind)} + " " +
            std::to_string(record.plan.id) + ", begun at " +
            in_milliseconds(record.began - simulation_core::start) + "): " + what
        );
    }

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

void scenario::check(const call_record& record)
{
    ++report_.calls;
    if (record.completions != 1) {
        blame(record, "it ended " + std::to_string(record.completions) + " times");
        return;
    }
    const auto allowed = lateness_allowed + (record.stalled_after - record.stalled_before);
    if (record.ended > record.deadline + allowed)
        blame(record, "it ended " + in_milliseconds(record.ended - record.deadline) + " behind its deadline");
    if (!record.wrong.empty())
        blame(record, "the answer has " + record.wrong);
    if (record.error)
        check_error(record);
    else
        check_insert(record, nullptr);
}

void scenario::check_error(const call_record& record)
{
    ++report_.failed_calls;
    try {
        std::rethrow_exception(record.error);
    } catch (const error& e) {
        if (e.code() == asio::error::operation_aborted)
            blame(record, "it is said to be cancelled, and nobody did");
        if (e.details().what.empty())
            blame(record, "the error has no text");
        if (e.effect() != request_effect::not_sent && !e.node() && e.attempts().empty())
            blame(record, std::string{"the error names no node: "} + e.what());
        if (record.what == "close")
            blame(record, "close failed");
        check_insert(record, &e);
    } catch (const std::exception& e) {
        blame(record, std::string{"an error that is none of the library's: "} + e.what());
    } catch (...) {
        blame(record, "something thrown that is no exception");
    }
}

void scenario::check_insert(const call_record& record, const error* failed)
{
    if (record.what != "insert")
        return;
    const int applied = server_.applied(record.plan.id);
    if (applied > 1)
        blame(record, "it was carried out " + std::to_string(applied) + " times");
    if (failed == nullptr && applied == 0)
        blame(record, "it is said to be done, and was not");
    if (failed != nullptr && failed->effect() != request_effect::maybe_applied && applied != 0) {
        blame(
            record,
            "it was carried out, though the error says " + std::string{to_string(failed->effect())} + ": " +
                failed->what()
        );
    }
}

void scenario::check_node()
{
    for (const std::string& violation : server_.node().violations())
        blame("the protocol was broken on " + violation);
    if (!lost_for_good_ && server_.node().open_connections() != 0)
        blame(std::to_string(server_.node().open_connections()) + " connections are open after close");
}

}  // namespace

scenario_report run_scenario(std::uint64_t seed, bool keep_trace)
{
    return scenario{seed, keep_trace}.run();
}

std::string check_seed(std::uint64_t seed, scenario_report* report)
{
    std::string wrong;
    scenario_report first = run_scenario(seed);
    const scenario_report second = run_scenario(seed);
    for (const std::string& line : first.broken)
        wrong += "  " + line + "\n";
    if (first.hash != second.hash)
        wrong += "  two runs of it differ\n";
    if (!wrong.empty()) {
        const std::string number = std::to_string(seed);
        wrong = "seed " + number + ":\n" + wrong + "  again, with its trace: simulation_seeds --first " +
                number + " --seeds 1 --trace\n";
    }
    if (report != nullptr)
        *report = std::move(first);
    return wrong;
}

}  // namespace async_cassandra::testing
