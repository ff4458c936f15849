// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_checks.hpp"

#include <boost/asio/error.hpp>

#include <cstdio>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

// A tick of the timer wheel, and one more for the turn in which the handler runs.
constexpr std::chrono::nanoseconds lateness_allowed = 2ms;

void blame(scenario_report& report, const call_record& record, const std::string& what)
{
    report.broken.push_back(
        record.what + " (" + std::string{to_string(record.plan.kind)} + " " + std::to_string(record.plan.id) +
        ", begun at " + in_milliseconds(record.began - simulation_core::start) + "): " + what
    );
}

void check_insert(
    const call_record& record, const error* failed, const scenario_truth& truth, scenario_report& report
)
{
    if (record.what != "insert")
        return;
    const int applied = truth.applied(record.plan.id);
    if (applied > 1)
        blame(report, record, "it was carried out " + std::to_string(applied) + " times");
    if (failed == nullptr && applied == 0)
        blame(report, record, "it is said to be done, and was not");
    if (failed != nullptr && failed->effect() != request_effect::maybe_applied && applied != 0) {
        blame(
            report,
            record,
            "it was carried out, though the error says " + std::string{to_string(failed->effect())} + ": " +
                failed->what()
        );
    }
}

void check_error(const call_record& record, const scenario_truth& truth, scenario_report& report)
{
    ++report.failed_calls;
    try {
        std::rethrow_exception(record.error);
    } catch (const error& e) {
        if (record.must_succeed)
            blame(report, record, std::string{"it failed, though no fault was left: "} + e.what());
        if (e.code() == asio::error::operation_aborted)
            blame(report, record, "it is said to be cancelled, and nobody did");
        if (e.details().what.empty())
            blame(report, record, "the error has no text");
        if (e.effect() != request_effect::not_sent && !e.node() && e.attempts().empty())
            blame(report, record, std::string{"the error names no node: "} + e.what());
        if (record.what == "close")
            blame(report, record, "close failed");
        check_insert(record, &e, truth, report);
    } catch (const std::exception& e) {
        blame(report, record, std::string{"an error that is none of the library's: "} + e.what());
    } catch (...) {
        blame(report, record, "something thrown that is no exception");
    }
}

}  // namespace

std::string in_milliseconds(std::chrono::nanoseconds time)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3f ms", std::chrono::duration<double, std::milli>(time).count());
    return text;
}

void check_call(const call_record& record, const scenario_truth& truth, scenario_report& report)
{
    ++report.calls;
    if (record.completions != 1) {
        blame(report, record, "it ended " + std::to_string(record.completions) + " times");
        return;
    }
    const auto allowed = lateness_allowed + (record.stalled_after - record.stalled_before);
    const auto late = record.ended - record.deadline;
    if (late > allowed)
        blame(report, record, "it ended " + in_milliseconds(late) + " behind its deadline");
    if (!record.wrong.empty())
        blame(report, record, "the answer has " + record.wrong);
    if (record.error)
        check_error(record, truth, report);
    else
        check_insert(record, nullptr, truth, report);
}

void check_protocol(const std::vector<std::string>& violations, scenario_report& report)
{
    for (const std::string& violation : violations)
        report.broken.push_back("the protocol was broken on " + violation);
}

void check_closed(const std::string& node, std::size_t open_connections, scenario_report& report)
{
    if (open_connections != 0)
        report.broken.push_back(
            std::to_string(open_connections) + " connections to " + node + " are open after close"
        );
}

std::string what_is_left(const session_stats& stats)
{
    if (stats == session_stats{})
        return {};
    return std::to_string(stats.requests) + " requests, " + std::to_string(stats.streams) + " streams, " +
           std::to_string(stats.pages) + " pages of " + std::to_string(stats.page_bytes) + " bytes; ";
}

std::string what_is_left(const cluster_stats& stats)
{
    if (stats == cluster_stats{})
        return {};
    return what_is_left(static_cast<const session_stats&>(stats)) + std::to_string(stats.timers) +
           " timers, " + std::to_string(stats.connections) + " connections, " +
           std::to_string(stats.orphaned_stream_ids) + " orphaned stream ids; ";
}

void check_left(const std::string& left, scenario_report& report)
{
    if (!left.empty())
        report.broken.push_back("something is left after close: " + left);
}

std::string compare_runs(
    std::uint64_t seed, const scenario_report& first, const scenario_report& second, const char* option
)
{
    std::string wrong;
    for (const std::string& line : first.broken)
        wrong += "  " + line + "\n";
    if (first.hash != second.hash)
        wrong += "  two runs of it differ\n";
    if (wrong.empty())
        return wrong;
    const std::string number = std::to_string(seed);
    return "seed " + number + ":\n" + first.plan + wrong + "  again, with its trace: simulation_seeds " +
           option + "--first " + number + " --seeds 1 --trace\n";
}

}  // namespace async_cassandra::testing
