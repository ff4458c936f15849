// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/replication.hpp"
#include "cluster/token_ring.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// The replicas of every token of a ring, for one way of replication. Immutable.
class token_map {
public:
    /// No replicas.
    token_map() noexcept = default;

    /// The same nodes for every token.
    token_map(std::shared_ptr<const token_ring> ring, std::vector<std::uint32_t> everywhere);

    /// `count` nodes for each entry of the ring.
    token_map(
        std::shared_ptr<const token_ring> ring,
        std::unique_ptr<const std::uint32_t[]> replicas,
        std::size_t count
    ) noexcept;

    /// Positions of the nodes that hold the token, in the order in which the server finds them. Valid as long as this.
    [[nodiscard]] std::span<const std::uint32_t> replicas(token at) const noexcept;

    /// The same for the token of an entry of the ring.
    [[nodiscard]] std::span<const std::uint32_t> replicas_of(std::size_t entry) const noexcept
    {
        return {replicas_.get() + entry * stride_, count_};
    }

    /// How many replicas each token has.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// Memory of its own, without the ring, which maps share.
    [[nodiscard]] std::size_t byte_size() const noexcept;

private:
    std::shared_ptr<const token_ring> ring_;
    std::unique_ptr<const std::uint32_t[]> replicas_;
    std::size_t count_ = 0;
    std::size_t stride_ = 0;  // 0: all entries have the same
};

/// More cells than this (64 MiB) no map has: a factor of thousands would make it so large.
inline constexpr std::size_t most_token_map_cells = std::size_t{1} << 24U;

/// Makes a token map in small steps, so that a loop is not held up: the whole takes a time proportional to tokens and
/// replicas, however nodes and racks are spread.
///
/// The walk of replicas.hpp, which goes forward from each token, is turned round: from one token back to the one before
/// it, only that one's node moves to the front of those that follow.
class token_map_builder {
public:
    token_map_builder(
        std::shared_ptr<const token_ring> ring, const node_placement& placement, const replication& how
    );

    /// Works for about `budget` units (some nanoseconds each), which are taken off it. True when the map is ready.
    bool step(std::size_t& budget);

    /// The map. Precondition: `step` returned true.
    [[nodiscard]] std::shared_ptr<const token_map> take();

    /// Why there are no replicas, for the log; empty when there is nothing to say.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    // Numbers in the order of their next occurrence on the ring, one list for each data center.
    class order {
    public:
        void resize(std::size_t elements, std::size_t lists);
        [[nodiscard]] std::uint32_t first(std::size_t list) const noexcept
        {
            return links_[heads_ + list].next;
        }
        [[nodiscard]] std::uint32_t after(std::uint32_t element) const noexcept
        {
            return links_[element].next;
        }
        /// To the front. True when it was in no list before.
        bool touch(std::uint32_t element, std::size_t list) noexcept;

    private:
        struct link {
            std::uint32_t before = none;
            std::uint32_t next = none;
        };
        std::vector<link> links_;
        std::size_t heads_ = 0;
    };

    // What one data center wants.
    struct center {
        replication_factor factor;
        std::uint32_t nodes = 0;
        std::uint32_t racks = 0;
        std::uint32_t first_of_racks = 0;  // replicas that are the first node of their rack
        std::uint32_t others = 0;
        std::uint32_t full = 0;  // how many of both are told
    };

    struct candidate {
        std::size_t at;
        std::uint32_t node;
    };

    void begin_network_topology(const node_placement& placement, const replication& how);
    void begin_simple(std::size_t nodes, const replication& how);
    void finish_everywhere(std::size_t nodes);
    void touch(std::size_t at) noexcept;
    void end_first_round();
    void collect(std::size_t number, const center& wanted);
    void write(std::size_t entry);

    std::shared_ptr<const token_ring> ring_;
    std::vector<node_place> places_;
    std::vector<center> centers_;
    order node_order_;
    order rack_order_;
    std::vector<std::size_t> next_at_;       // by node: its next place on the ring, counted on over the end
    std::vector<std::uint32_t> rack_first_;  // by rack: its next node
    std::vector<candidate> candidates_;
    std::size_t left_ = 0;  // twice round the ring, backwards
    std::size_t count_ = 0;
    std::unique_ptr<std::uint32_t[]> replicas_;
    std::shared_ptr<const token_map> made_;
    std::string reason_;
};

}  // namespace async_cassandra::detail
