// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

struct request_record;

/// What a fault did, counted where it did it: a fault that met nothing leaves no trace here.
enum class fault_effect : std::uint8_t {
    // Between client and node.
    link_reset,       ///< An open connection was reset.
    half_open_loss,   ///< Bytes or an end vanished on a connection that both sides held for open.
    held_back,        ///< A piece was kept back.
    slow_piece,       ///< A piece was under way for more than `slow_piece_from`.
    refused_connect,  ///< By the network.
    partial_write,    ///< A write was not taken whole.
    partial_read,     ///< A read did not give all that was there.
    // In a node.
    frozen,               ///< Bytes came that nobody looked at.
    killed_connection,    ///< Reset because its node died.
    closed_by_node,       ///< In order.
    dead_node_tried,      ///< The client connected where nobody listens.
    early_up,             ///< A connection was told UP of a node that was down.
    forgotten_statement,  ///< EXECUTE got UNPREPARED.
    // In the ring.
    new_address_used,  ///< A connection to a node that has moved there.
    new_place_read,    ///< A row of a node that changed its rack.
    new_node_used,     ///< A connection to a node that joined.
    departure_read,    ///< A list of nodes without one that left.
    wrong_row_read,    ///< A row of the lists that was wrong.
    old_schema_read,   ///< From a node that does not have the newest schema.
    // Everywhere.
    lost_event,
    doubled_event,
    overtaken_event,  ///< One came before another that was said earlier.
    everything_down,  ///< With connections open before.
    stall,            ///< The client stood still with connections open.
};

inline constexpr std::size_t fault_effects = static_cast<std::size_t>(fault_effect::stall) + 1;

/// Pieces are at most some 6 ms under way in usual weather.
inline constexpr std::size_t slow_piece_from_ms = 20;

/// What became of an answer that did not go out as it should.
enum class answer_fault : std::uint8_t {
    late,
    doubled,
    damaged,    ///< A wrong checksum or version, or bytes that are no answer.
    cut_short,  ///< Only its begin.
    withheld,   ///< Never, or the connection ended in its place.
    refused,    ///< An error in its place.
};
inline constexpr std::size_t answer_faults = static_cast<std::size_t>(answer_fault::refused) + 1;

/// To what kind of request.
enum class asked_by : std::uint8_t { call, preparing, system_table, registering, probe, startup };
inline constexpr std::size_t askers = static_cast<std::size_t>(asked_by::startup) + 1;

[[nodiscard]] asked_by asker_of(const request_record& request);

[[nodiscard]] std::string_view to_string(fault_effect what) noexcept;
[[nodiscard]] std::string_view to_string(answer_fault what) noexcept;
[[nodiscard]] std::string_view to_string(asked_by whom) noexcept;

class effect_tally {
public:
    void add(fault_effect what, std::uint64_t times = 1) noexcept
    {
        counts_[static_cast<std::size_t>(what)] += times;
    }
    void add(answer_fault what, asked_by whom) noexcept { ++counts_[place_of(what, whom)]; }
    void add(const effect_tally& other) noexcept
    {
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
    }

    [[nodiscard]] std::uint64_t count(fault_effect what) const noexcept
    {
        return counts_[static_cast<std::size_t>(what)];
    }
    [[nodiscard]] std::uint64_t count(answer_fault what, asked_by whom) const noexcept
    {
        return counts_[place_of(what, whom)];
    }
    /// All of them with their names, also those that are 0.
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> all() const;

private:
    [[nodiscard]] static std::size_t place_of(answer_fault what, asked_by whom) noexcept
    {
        return fault_effects + static_cast<std::size_t>(what) * askers + static_cast<std::size_t>(whom);
    }

    std::array<std::uint64_t, fault_effects + answer_faults * askers> counts_{};
};

}  // namespace async_cassandra::testing
