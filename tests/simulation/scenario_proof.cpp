// SPDX-License-Identifier: Apache-2.0
// That each session of a scenario serves: it writes a row and reads it again.
#include "simulation/scenario_calls.hpp"
#include "simulation/scenario_node.hpp"

#include <utility>

namespace async_cassandra::testing {

void scenario_calls::prove(bool must_succeed)
{
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        if (sessions_[i])
            prove(i, must_succeed);
        else
            connect(i, must_succeed, [this, i, must_succeed] { prove(i, must_succeed); });
    }
}

void scenario_calls::prove(std::size_t index, bool must_succeed)
{
    planned_call call;
    call.kind = call_kind::prepared_insert;
    call.id = first_proof + static_cast<std::int64_t>(index);
    call.session = index;
    call_record& preparing = open(call, "prepare", call.timeout, must_succeed);
    sessions_[index]->prepare(
        scenario_node::prepared_insert,
        [this, &preparing, call, must_succeed](std::exception_ptr error, prepared_statement made) {
            end(preparing, error);
            if (error)
                return;
            call_record& writing = open(call, "insert", call.timeout, must_succeed);
            statement what = made.bind(call.id, scenario_node::value_of(call.id));
            what.timeout(call.timeout).consistency(consistency::one);
            sessions_[call.session]->execute(
                std::move(what),
                [this, &writing, call, must_succeed](std::exception_ptr failed, result_set) {
                    end(writing, failed);
                    if (!failed)
                        read_back(call, must_succeed);
                }
            );
        }
    );
}

void scenario_calls::read_back(const planned_call& written, bool must_succeed)
{
    planned_call call = written;
    call.kind = call_kind::select;
    select(call, statement{scenario_node::select_of(call.id)}.consistency(consistency::one), must_succeed);
}

}  // namespace async_cassandra::testing
