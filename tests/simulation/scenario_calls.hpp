// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "simulation/scenario_plan.hpp"
#include "support/simulated_world.hpp"

#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
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
    std::string wrong;  ///< Not empty: what the answer had that it should not.
};

/// The client's part of a scenario: makes the calls of the plan through the public interface and writes down how each
/// ends.
class scenario_calls {
public:
    scenario_calls(
        simulated_world& world, const scenario_plan& plan, const std::vector<endpoint>& contact_points
    );
    scenario_calls(const scenario_calls&) = delete;
    scenario_calls& operator=(const scenario_calls&) = delete;

    /// Connects, and puts the calls of the plan into the world's future. Before the connection is there, and after it
    /// failed, they are not made.
    void begin();
    /// The client gets no CPU.
    void stall(std::chrono::nanoseconds time);

    [[nodiscard]] bool all_ended() const;
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    /// What session and cluster still held when they had been closed; empty when nothing.
    [[nodiscard]] const std::string& left() const noexcept { return left_; }
    [[nodiscard]] const std::deque<call_record>& records() const noexcept { return records_; }

private:
    struct running_stream;

    call_record& open(const planned_call& plan, std::string what, std::chrono::nanoseconds limit);
    void end(call_record& record, const std::exception_ptr& error);
    /// The node has forgotten its statements: the next calls prepare anew.
    void forget_if_unprepared(const std::exception_ptr& error);
    void connect();
    void make(const planned_call& call);
    void select(const planned_call& call, statement what);
    void with_prepared(
        const planned_call& call, const char* text, std::function<void(const prepared_statement&)> use
    );
    void insert(const planned_call& call, const prepared_statement& how);
    void create_table(const planned_call& call);
    void use(const planned_call& call);
    void begin_stream(const planned_call& call, const prepared_statement& how);
    void next_page(const std::shared_ptr<running_stream>& stream);
    void close();
    void close_cluster(call_record& record);

    simulated_world& world_;
    const scenario_plan& plan_;
    cluster cluster_;
    std::optional<session> session_;
    std::map<std::string, prepared_statement, std::less<>> prepared_;
    std::deque<call_record> records_;  // never moves its elements
    std::chrono::nanoseconds stalled_{0};
    std::string left_;
    bool closed_ = false;
};

}  // namespace async_cassandra::testing
