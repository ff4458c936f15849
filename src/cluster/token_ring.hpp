// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/node_description.hpp"
#include "cluster/replicas.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// All tokens of a cluster with their nodes, by position in the list of nodes. Sorted; no token is in it twice.
using token_ring = std::vector<ring_entry>;

/// Where each node stands, with numbers for data centers and racks.
struct node_placement {
    std::vector<node_place> places;         ///< By position of the node.
    std::vector<std::string> data_centers;  ///< Names by number.
    std::uint32_t rack_count = 0;

    friend bool operator==(const node_placement&, const node_placement&) noexcept;
};

[[nodiscard]] node_placement place_nodes(std::span<const node_description> nodes);

/// Makes a ring of the tokens of nodes in small steps, so that a loop is not held up. A token that several nodes claim
/// goes to the first of them.
class token_ring_builder {
public:
    /// `nodes` live as long as this object works.
    explicit token_ring_builder(std::span<const node_description> nodes);

    /// Works for about `budget` units (some nanoseconds each), which are taken off it. True when the ring is ready.
    bool step(std::size_t& budget);

    /// The ring. Precondition: `step` returned true.
    [[nodiscard]] std::shared_ptr<const token_ring> take();

    /// Claims of tokens that another node had already.
    [[nodiscard]] std::size_t duplicates() const noexcept { return duplicates_; }

private:
    enum class phase : std::uint8_t { gather, sort_runs, merge_runs, drop_duplicates, done };

    void gather(std::size_t& budget);
    void sort_runs(std::size_t& budget);
    void merge_runs(std::size_t& budget);
    void next_pair(std::size_t begin) noexcept;
    void end_pass();
    void drop_duplicates(std::size_t& budget);

    std::span<const node_description> nodes_;
    phase phase_ = phase::gather;
    token_ring ring_;
    token_ring merged_;
    std::size_t at_ = 0;     // the node, run, pair of runs or entry that is next
    std::size_t run_ = 0;    // length of the sorted runs
    std::size_t left_ = 0;   // in the first run of a pair
    std::size_t right_ = 0;  // in the second
    std::size_t duplicates_ = 0;
};

}  // namespace async_cassandra::detail
