// SPDX-License-Identifier: Apache-2.0
#include "simulation/cluster_plan.hpp"
#include "simulation/cluster_run.hpp"
#include "simulation/scenario_checks.hpp"
#include "simulation/scenario_cluster.hpp"
#include "simulation/scenario_run.hpp"
#include "simulation/simulated_cluster.hpp"
#include "support/addresses.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

/// 400, or what the environment variable AC_SIM_SEEDS says.
std::uint64_t seed_count()
{
    const char* wanted = std::getenv("AC_SIM_SEEDS");
    const std::uint64_t count = wanted == nullptr ? 0 : std::strtoull(wanted, nullptr, 10);
    return count == 0 ? 400 : count;
}

constexpr std::uint64_t parts = 4;

/// In parts, so that they can run side by side.
class seeds : public ::testing::TestWithParam<std::uint64_t> {
protected:
    /// A file for each part, for whoever wants the sum of them all.
    static void keep(const effect_tally& effects)
    {
        const char* directory = std::getenv("AC_SIM_EFFECTS");
        if (directory == nullptr)
            return;
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        std::string name = test->name();
        std::ranges::replace(name, '/', '_');
        std::ofstream out{std::string{directory} + "/" + name + ".txt"};
        for (const auto& [what, count] : effects.all())
            out << count << ' ' << what << '\n';
        EXPECT_TRUE(out.flush()) << directory;
    }

    template <class Check>
    void play(Check check)
    {
        const std::uint64_t count = seed_count();
        scenario_report last;
        std::size_t calls = 0;
        std::size_t failed = 0;
        effect_tally effects;
        for (std::uint64_t seed = 1 + GetParam(); seed <= count; seed += parts) {
            EXPECT_EQ(check(seed, &last), "");
            calls += last.calls;
            failed += last.failed_calls;
            effects.add(last.effects);
        }
        keep(effects);
        // A scenario in which nothing or everything fails shows nothing.
        if (count >= 200) {
            EXPECT_GT(failed, calls / 50);
            EXPECT_LT(failed, calls / 2);
        }
    }
};

INSTANTIATE_TEST_SUITE_P(all, seeds, ::testing::Range<std::uint64_t>(0, parts));

TEST_P(seeds, keep_every_promise_and_run_alike_twice)
{
    play(check_seed);
}

TEST_P(seeds, keep_every_promise_in_a_cluster_and_run_alike_twice)
{
    play(check_cluster_seed);
}

/// What of all that can go wrong went wrong nowhere, of these answers to these requests.
std::vector<std::string> missing_of(const effect_tally& tally)
{
    std::vector<std::string> missing;
    for (const auto& [name, count] : tally.all())
        if (count == 0)
            missing.push_back(name);
    return missing;
}

// The seeds of `make test` alone, once: a fault that is drawn and meets nothing shows nothing.
TEST(cluster_seeds, every_fault_takes_effect)
{
    effect_tally all;
    for (std::uint64_t seed = 1; seed <= 500; ++seed)
        all.add(run_cluster_scenario(seed).effects);
    for (const auto& [name, count] : all.all())
        std::cout << name << ": " << count << '\n';
    EXPECT_THAT(missing_of(all), IsEmpty());
}

// What is drawn.

TEST(cluster_plans, have_all_sizes_and_all_faults)
{
    std::set<std::size_t> data_centers;
    std::set<std::size_t> nodes;
    std::set<cluster_fault_kind> faults;
    std::set<unsigned> shards;
    std::set<unsigned> connections;
    std::set<std::size_t> sessions;
    std::set<call_kind> calls;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        const cluster_plan plan = make_cluster_plan(seed);
        data_centers.insert(plan.data_centers.size());
        nodes.insert(std::reduce(plan.data_centers.begin(), plan.data_centers.end()));
        for (const planned_cluster_fault& fault : plan.faults)
            faults.insert(fault.kind);
        shards.insert(plan.client.shards);
        connections.insert(plan.client.connections);
        sessions.insert(plan.client.sessions);
        for (const planned_call& call : plan.client.calls)
            calls.insert(call.kind);
    }
    EXPECT_THAT(shards, ElementsAre(1, 2, 3));
    EXPECT_THAT(connections, ElementsAre(1, 2, 3));
    EXPECT_THAT(sessions, ElementsAre(1, 2, 3));
    EXPECT_EQ(calls.size(), call_kinds);
    EXPECT_THAT(data_centers, ElementsAre(1, 2, 3));
    EXPECT_EQ(nodes.size(), 12U);
    EXPECT_EQ(*nodes.rbegin(), 12U);
    EXPECT_EQ(faults.size(), cluster_fault_kinds);
}

TEST(cluster_plans, are_told_in_words)
{
    cluster_plan plan;
    plan.data_centers = {3, 2};
    plan.racks = 2;
    plan.tokens_per_node = 8;
    plan.replication = 2;
    plan.peers_v2 = false;
    planned_cluster_fault fault;
    fault.kind = cluster_fault_kind::early_up;
    fault.node = 4;
    fault.begins = 1500us;
    fault.lasts = 20ms;
    plan.faults = {fault};
    EXPECT_EQ(
        describe(plan),
        "  shards: 1; connections: 1; sessions: 1; closed at 0.000 ms\n"
        "  nodes of the data centers: 3 2; racks: 2; tokens: 8; replicas in each: 2; no peers_v2\n"
        "  local: '', rack ''; remote nodes: 0\n"
        "  at 1.500 ms for 20.000 ms: early up, node 4\n"
    );
}

// The checks find what they are there for.

class scenario_checks : public ::testing::Test {
protected:
    scenario_checks()
    {
        record.what = "insert";
        record.plan.kind = call_kind::prepared_insert;
        record.began = simulation_core::start;
        record.deadline = record.began + 100ms;
        record.ended = record.began + 50ms;
        record.completions = 1;
    }

    std::vector<std::string> found(int applied = 1)
    {
        scenario_report report;
        check_call(record, {[applied](std::int64_t) { return applied; }}, report);
        return report.broken;
    }
    void fail(errc code, request_effect effect)
    {
        failure f;
        f.code = code;
        f.what = "it failed";
        f.effect = effect;
        f.node = loopback_address();
        record.error = failed_with(std::move(f));
    }
    static std::exception_ptr failed_with(failure f)
    {
        try {
            throw_exception_from_error(failure_ptr{std::move(f)}, {});
        } catch (...) {
            return std::current_exception();
        }
    }

    call_record record;
};

TEST_F(scenario_checks, have_nothing_against_a_good_call)
{
    EXPECT_THAT(found(), IsEmpty());
    fail(errc::connection_lost, request_effect::maybe_applied);
    EXPECT_THAT(found(0), IsEmpty());
    EXPECT_THAT(found(1), IsEmpty());
}

TEST_F(scenario_checks, find_calls_that_fail_when_no_fault_is_left)
{
    fail(errc::connection_lost, request_effect::maybe_applied);
    record.must_succeed = true;
    EXPECT_THAT(found(0), ElementsAre(HasSubstr("it failed, though no fault was left: ")));
}

TEST_F(scenario_checks, find_calls_that_end_never_or_twice)
{
    record.completions = 0;
    EXPECT_THAT(found(), ElementsAre(HasSubstr("it ended 0 times")));
    record.completions = 2;
    EXPECT_THAT(found(), ElementsAre(HasSubstr("it ended 2 times")));
}

TEST_F(scenario_checks, find_calls_that_are_late_but_for_want_of_cpu)
{
    record.ended = record.deadline + 2ms;
    EXPECT_THAT(found(), IsEmpty());
    record.ended = record.deadline + 3ms;
    EXPECT_THAT(found(), ElementsAre(HasSubstr("it ended 3.000 ms behind its deadline")));
    record.stalled_after = 1ms;
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(scenario_checks, find_wrong_answers_and_lost_or_repeated_inserts)
{
    record.wrong = "the row of 7";
    EXPECT_THAT(found(), ElementsAre(HasSubstr("the row of 7")));
    record.wrong.clear();
    EXPECT_THAT(found(0), ElementsAre(HasSubstr("it is said to be done, and was not")));
    EXPECT_THAT(found(2), ElementsAre(HasSubstr("it was carried out 2 times")));
}

TEST_F(scenario_checks, find_errors_that_lie_or_belong_to_nobody)
{
    fail(errc::connection_lost, request_effect::not_sent);
    EXPECT_THAT(found(1), ElementsAre(HasSubstr("though the error says not_sent")));
    record.error = std::make_exception_ptr(std::runtime_error("stray"));
    EXPECT_THAT(found(0), ElementsAre(HasSubstr("none of the library's: stray")));
}

TEST(scenario_truth, is_not_what_a_client_knows_that_has_seen_nothing)
{
    cluster_plan plan;
    plan.data_centers = {1, 1};
    scenario_cluster servers{plan};
    simulated_world world;
    servers.enter(world);
    EXPECT_TRUE(servers.can_serve());
    scenario_report report;
    servers.check_known(make_simulated_cluster(world, {}), report);
    EXPECT_THAT(
        report.broken,
        IsSupersetOf(
            {HasSubstr("node 0 is not known"),
             HasSubstr("node 1 is not known"),
             HasSubstr("0 nodes in place of 2"),
             HasSubstr("other replicas of key 19"),
             HasSubstr("no keyspace sim")}
        )
    );
    plan.client.balancing.local_dc = "dc3";
    EXPECT_FALSE(servers.can_serve()) << "all nodes are in other data centers";
}

TEST(scenario_reports, tell_how_to_play_a_bad_seed_again)
{
    scenario_report first;
    first.plan = "  the plan\n";
    scenario_report second = first;
    EXPECT_EQ(compare_runs(7, first, second, "--cluster "), "");
    second.hash = 1;
    EXPECT_EQ(
        compare_runs(7, first, second, "--cluster "),
        "seed 7:\n  the plan\n  two runs of it differ\n  again, with its trace: simulation_seeds --cluster "
        "--first 7 --seeds 1 --trace\n"
    );
    check_protocol({"connection 1: it is rude"}, first);
    check_closed("node 3", 2, first);
    EXPECT_THAT(
        first.broken,
        ElementsAre(
            "the protocol was broken on connection 1: it is rude",
            "2 connections to node 3 are open after close"
        )
    );
}

TEST_F(scenario_checks, find_what_is_left)
{
    scenario_report report;
    check_left(what_is_left(session_stats{}) + what_is_left(cluster_stats{}), report);
    EXPECT_THAT(report.broken, IsEmpty());
    session_stats session;
    session.streams = 1;
    cluster_stats cluster;
    cluster.orphaned_stream_ids = 2;
    check_left(what_is_left(session) + what_is_left(cluster), report);
    EXPECT_THAT(
        report.broken,
        ElementsAre("something is left after close: 0 requests, 1 streams, 0 pages of 0 bytes; "
                    "0 timers, 0 connections, 2 orphaned stream ids; ")
    );
}

}  // namespace
}  // namespace async_cassandra::testing
