// SPDX-License-Identifier: Apache-2.0
#include "support/effect_tally.hpp"

#include "support/request_record.hpp"

namespace async_cassandra::testing {

asked_by asker_of(const request_record& request)
{
    using protocol::opcode;
    switch (request.op) {
    case opcode::prepare: return asked_by::preparing;
    case opcode::register_: return asked_by::registering;
    case opcode::options: return asked_by::probe;
    case opcode::startup: return asked_by::startup;
    default:
        return request.query.find(" FROM system") != std::string::npos ? asked_by::system_table
                                                                       : asked_by::call;
    }
}

std::string_view to_string(fault_effect what) noexcept
{
    switch (what) {
    case fault_effect::link_reset: return "connection reset";
    case fault_effect::half_open_loss: return "lost on a half-open connection";
    case fault_effect::held_back: return "held back";
    case fault_effect::slow_piece: return "slow on its way";
    case fault_effect::refused_connect: return "connect refused by the network";
    case fault_effect::partial_write: return "partial write";
    case fault_effect::partial_read: return "partial read";
    case fault_effect::frozen: return "bytes at a frozen node";
    case fault_effect::killed_connection: return "connection of a killed node";
    case fault_effect::closed_by_node: return "connection closed by its node";
    case fault_effect::dead_node_tried: return "connect to a dead node";
    case fault_effect::early_up: return "UP that is too early";
    case fault_effect::forgotten_statement: return "statement forgotten";
    case fault_effect::new_address_used: return "connect to a node's new address";
    case fault_effect::new_place_read: return "new rack read";
    case fault_effect::new_node_used: return "connect to a new node";
    case fault_effect::departure_read: return "departure read";
    case fault_effect::wrong_row_read: return "wrong row of peers read";
    case fault_effect::old_schema_read: return "old schema read";
    case fault_effect::lost_event: return "event lost";
    case fault_effect::doubled_event: return "event doubled";
    case fault_effect::overtaken_event: return "event overtaken";
    case fault_effect::everything_down: return "everything down";
    case fault_effect::stall: return "client stalled";
    }
    return "unknown";
}

std::string_view to_string(answer_fault what) noexcept
{
    switch (what) {
    case answer_fault::late: return "late";
    case answer_fault::doubled: return "doubled";
    case answer_fault::damaged: return "damaged";
    case answer_fault::cut_short: return "cut short";
    case answer_fault::withheld: return "withheld";
    case answer_fault::refused: return "refused";
    }
    return "unknown";
}

std::string_view to_string(asked_by whom) noexcept
{
    switch (whom) {
    case asked_by::call: return "a call";
    case asked_by::preparing: return "PREPARE";
    case asked_by::system_table: return "a read of system tables";
    case asked_by::registering: return "REGISTER";
    case asked_by::probe: return "OPTIONS";
    case asked_by::startup: return "STARTUP";
    }
    return "unknown";
}

std::vector<std::pair<std::string, std::uint64_t>> effect_tally::all() const
{
    std::vector<std::pair<std::string, std::uint64_t>> named;
    for (std::size_t i = 0; i < fault_effects; ++i)
        named.emplace_back(to_string(static_cast<fault_effect>(i)), counts_[i]);
    for (std::size_t fault = 0; fault < answer_faults; ++fault)
        for (std::size_t whom = 0; whom < askers; ++whom) {
            const auto what = static_cast<answer_fault>(fault);
            const auto by = static_cast<asked_by>(whom);
            named.emplace_back(
                std::string{to_string(what)} + " answer to " + std::string{to_string(by)}, count(what, by)
            );
        }
    return named;
}

}  // namespace async_cassandra::testing
