// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "simulation/scenario_plan.hpp"
#include "support/simulated_world.hpp"

#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace async_cassandra::testing {

/// One promise of the library: this call ends once, in time, well or with a typed error.
struct call_record {
    planned_call plan;
    std::string what;
    time_point began;
    time_point deadline;
    std::chrono::nanoseconds stalled_before{0};  ///< How long the client had got no CPU when it began.
    std::chrono::nanoseconds stalled_after{0};   ///< And when it ended.
    int completions = 0;
    time_point ended;
    std::exception_ptr error;
    std::string wrong;          ///< Not empty: what the answer had that it should not.
    bool must_succeed = false;  ///< All faults are over.
};

/// The client's part of a scenario: makes the calls of the plan through the public interface and writes down how each
/// ends.
class scenario_calls {
public:
    scenario_calls(
        simulated_world& world, const scenario_plan& plan, std::vector<std::string> contact_points
    );
    scenario_calls(const scenario_calls&) = delete;
    scenario_calls& operator=(const scenario_calls&) = delete;

    /// Connects each session, and puts the calls of the plan, and the close when it does not wait for the recovery, into
    /// the world's future. Before its session is there, and after it failed, a call is not made.
    void begin();
    /// Each session writes a row and reads it again; one that could not connect does so now. `must_succeed`: each of it.
    void prove(bool must_succeed);
    void close();
    /// The client gets no CPU.
    void stall(std::chrono::nanoseconds time);

    [[nodiscard]] bool all_ended() const;
    /// At least one session could connect.
    [[nodiscard]] bool connected() const;
    /// Nodes that a call named: it goes there wherever they stand, and whatever the filter says.
    [[nodiscard]] const std::set<uuid>& named_nodes() const noexcept { return named_nodes_; }
    [[nodiscard]] const cluster& client() const noexcept { return cluster_; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    /// What session and cluster still held when they had been closed; empty when nothing.
    [[nodiscard]] const std::string& left() const noexcept { return left_; }
    [[nodiscard]] const std::deque<call_record>& records() const noexcept { return records_; }

    /// Rows of `prove` have this id, and those that follow.
    static constexpr std::int64_t first_proof = 1'000'000;

private:
    struct running_stream;

    call_record& open(const planned_call& plan, std::string what, std::chrono::nanoseconds limit);
    void end(call_record& record, const std::exception_ptr& error);
    /// The node has forgotten its statements: the next calls prepare anew.
    void forget_if_unprepared(const std::exception_ptr& error);
    call_record& open(const planned_call& plan, std::string what, std::chrono::nanoseconds limit, bool must);
    /// Calls `then` when the session is there.
    void connect(std::size_t index, bool must_succeed, std::function<void()> then = {});
    void prove(std::size_t index, bool must_succeed);
    void read_back(const planned_call& written, bool must_succeed);
    void make(const planned_call& call);
    void select(const planned_call& call, statement what, bool must_succeed = false);
    /// A node of the topology, chosen by the call's id; empty when none is known.
    [[nodiscard]] std::optional<uuid> node_of(const planned_call& call) const;
    void pinned_select(const planned_call& call);
    void check_health(const planned_call& call);
    void resize(const planned_call& call);
    void with_prepared(
        const planned_call& call, const char* text, std::function<void(const prepared_statement&)> use
    );
    void insert(const planned_call& call, const prepared_statement& how);
    void create_table(const planned_call& call);
    void use(const planned_call& call);
    void begin_stream(const planned_call& call, const prepared_statement& how);
    void next_page(const std::shared_ptr<running_stream>& stream);
    void close_cluster(call_record& record);

    simulated_world& world_;
    const scenario_plan& plan_;
    cluster cluster_;
    std::vector<std::optional<session>> sessions_;
    std::map<std::string, prepared_statement, std::less<>> prepared_;
    std::set<uuid> named_nodes_;
    std::deque<call_record> records_;  // never moves its elements
    std::chrono::nanoseconds stalled_{0};
    std::string left_;
    bool closed_ = false;
};

}  // namespace async_cassandra::testing
