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

/// All tokens of a cluster with their nodes, by position in the list of nodes. Sorted; no token is in it twice. Finds the
/// owner of a token by its first bits: tokens are spread evenly, so hardly anything is left to search, however many there
/// are.
class token_ring {
public:
    token_ring() = default;

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] const ring_entry& operator[](std::size_t index) const noexcept { return entries_[index]; }
    [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }
    [[nodiscard]] auto end() const noexcept { return entries_.end(); }

    /// As `owner_index`. Precondition: not empty.
    [[nodiscard]] std::size_t owner(token at) const noexcept;

private:
    friend class token_ring_builder;

    [[nodiscard]] std::size_t bucket(token of) const noexcept
    {
        constexpr std::uint64_t sign = std::uint64_t{1} << 63U;
        return (static_cast<std::uint64_t>(of) ^ sign) >> shift_;
    }

    std::vector<ring_entry> entries_;
    std::vector<std::uint32_t>
        first_in_;         // by bucket: where its entries begin, those of the next one otherwise
    unsigned shift_ = 63;  // of a token's bits, to its bucket
};

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
    enum class phase : std::uint8_t { gather, sort_runs, merge_runs, drop_duplicates, fill_buckets, done };

    void gather(std::size_t& budget);
    void sort_runs(std::size_t& budget);
    void merge_runs(std::size_t& budget);
    void next_pair(std::size_t begin) noexcept;
    void end_pass();
    void drop_duplicates(std::size_t& budget);
    void make_buckets();
    void fill_buckets(std::size_t& budget);

    std::span<const node_description> nodes_;
    phase phase_ = phase::gather;
    std::vector<ring_entry> ring_;
    std::vector<ring_entry> merged_;
    token_ring made_;
    std::size_t at_ = 0;     // the node, run, pair of runs or entry that is next
    std::size_t run_ = 0;    // length of the sorted runs
    std::size_t left_ = 0;   // in the first run of a pair
    std::size_t right_ = 0;  // in the second
    std::size_t duplicates_ = 0;
};

}  // namespace async_cassandra::detail
