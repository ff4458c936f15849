// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/error.hpp>

#include "cluster/plan_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// Which nodes a request tries, in order: positions in the topology that the plan was made of, each at most once. First
/// those that are listed, then, unless the list is all, the others of each group in turn that are up, at last those that
/// are not (so that a request that fails can say why each did not take it). Nodes behind the list are looked for only
/// when they are asked for. Keeps the table; holds no memory of its own before its thirteenth node.
class node_plan {
public:
    static constexpr std::size_t most_inline = 12;

    /// Tries nothing.
    node_plan() noexcept = default;

    /// No further node. What is up is looked at now.
    [[nodiscard]] bool empty()
    {
        if (next_listed_ < listed_)
            return false;
        if (upcoming_ == none)
            upcoming_ = look_further();
        return upcoming_ == none;
    }

    /// Whether a further node may take the request: one that is up, or that nobody has connected to so far. Looks now, and
    /// changes nothing.
    [[nodiscard]] bool has_choice() const noexcept;

    /// Precondition: not empty().
    [[nodiscard]] std::uint32_t next()
    {
        if (next_listed_ < std::min<std::uint32_t>(listed_, most_inline))
            return given_[next_listed_++];
        return upcoming_ == none ? look_further() : std::exchange(upcoming_, none);
    }

    /// Tries nothing from now on, and keeps nothing.
    void clear() noexcept
    {
        table_.reset();
        overflow_.reset();
        upcoming_ = none;
        next_listed_ = listed_ = 0;
        groups_ = 0;
    }

    /// What the positions mean. Null for a plan made by the default constructor.
    [[nodiscard]] const plan_table_ptr& table() const noexcept { return table_; }

private:
    friend class load_balancer;

    static constexpr std::uint32_t none = UINT32_MAX;

    struct overflow {
        std::vector<std::uint32_t> list;  // behind those inline
        std::vector<bool> given;
    };

    /// What a policy's sink writes to.
    class policy_list final : public plan_list {
    public:
        explicit policy_list(node_plan& to) noexcept : to_(&to) {}
        void add(std::size_t position) override;

    private:
        node_plan* to_;
    };

    node_plan(plan_table_ptr table, std::uint32_t turn) noexcept : table_(std::move(table)), turn_(turn) {}

    void list(std::uint32_t position);
    [[nodiscard]] std::uint32_t listed_at(std::uint32_t index) const noexcept
    {
        return index < most_inline ? given_[index] : overflow_->list[index - most_inline];
    }
    [[nodiscard]] bool is_given(std::uint32_t position) const noexcept;
    [[nodiscard]] bool may_take(std::uint32_t position) const noexcept;
    void mark_given(std::uint32_t position);
    [[nodiscard]] std::uint32_t look_further();
    [[nodiscard]] std::uint32_t next_of_group(const plan_table::group& in, bool want_up);

    plan_table_ptr table_;
    std::unique_ptr<overflow> overflow_;
    std::array<std::uint32_t, most_inline> given_{};  // the list, then what was given after it
    std::uint32_t turn_ = 0;
    std::uint32_t upcoming_ = none;
    std::uint32_t next_listed_ = 0;
    std::uint32_t listed_ = 0;
    std::uint32_t first_ = 0;  // index in the group where this round begins
    std::uint32_t step_ = 0;   // how far it is
    std::uint16_t group_ = 0;
    std::uint16_t groups_ = 0;  // how many of the table's may be used; none when the list is all
    std::uint8_t given_count_ = 0;
    bool down_too_ = false;  // the last round
};

/// What the nodes of one request are chosen by.
struct plan_request {
    async_cassandra::consistency consistency = async_cassandra::consistency::local_quorum;
    bool conditional = false;  ///< A statement with IF.
    /// Of conditional statements.
    async_cassandra::consistency serial = async_cassandra::consistency::serial;
    std::string_view keyspace{};
    std::span<const std::uint32_t> replicas{};  ///< In the order of the ring, of the table's topology.
    std::chrono::steady_clock::time_point now{};
};

/// Makes the plans of one shard. Pure: time is an argument, chance comes from the seed.
///
/// The default order: replicas that are up in the local rack, then in the local data center; then other nodes of the
/// rack, of the data center, and of other data centers as far as the settings allow.
class load_balancer {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// How many replicas of a plan are put in order; of more the first on the ring.
    static constexpr std::size_t most_replicas = 8;

    load_balancer(const load_balancing_settings& settings, std::uint64_t seed);

    /// From now on plans are made of this table.
    void use(plan_table_ptr table) noexcept { table_ = std::move(table); }

    /// Throws what the user's policy throws, nothing else but std::bad_alloc; without a policy it allocates nothing.
    [[nodiscard]] node_plan plan(const plan_request& request)
    {
        return table_ == nullptr || policy_ != nullptr ? other_plan(request) : usual_plan(request);
    }

    /// This node and no other, also one that the filter refuses. `position` is less than the table's size.
    [[nodiscard]] node_plan plan_of_one(std::uint32_t position) const;

private:
    [[nodiscard]] std::uint64_t chance() noexcept;
    [[nodiscard]] node_plan usual_plan(const plan_request& request) noexcept;
    [[nodiscard]] node_plan other_plan(const plan_request& request);
    void list_replicas(node_plan& to, const plan_request& request) noexcept;
    template <class Accept>
    std::size_t collect(
        std::span<const std::uint32_t> replicas, Accept accept, node_plan& to, std::size_t count
    ) const noexcept;
    void shuffle(std::span<std::uint32_t> nodes) noexcept;
    void avoid_slow(std::span<std::uint32_t> nodes, time_point now) noexcept;

    plan_table_ptr table_;
    std::shared_ptr<load_balancing_policy> policy_;
    std::uint64_t state_;
    std::uint32_t turn_;
    bool remote_for_local_;
    bool shuffle_;
    bool avoid_slow_;
};

/// Reads at a serial level are transactions, too.
[[nodiscard]] constexpr bool is_conditional(const plan_request& request) noexcept
{
    return request.conditional || request.consistency == consistency::serial ||
           request.consistency == consistency::local_serial;
}

/// What the level says of "here" would be another place in a remote data center.
[[nodiscard]] constexpr bool is_bound_to_local(const plan_request& request) noexcept
{
    return request.consistency == consistency::local_one ||
           request.consistency == consistency::local_quorum ||
           request.consistency == consistency::local_serial ||
           (request.conditional && request.serial == consistency::local_serial);
}

/// The failure of a request whose policy threw.
[[nodiscard]] failure policy_failure(std::exception_ptr cause);

}  // namespace async_cassandra::detail
