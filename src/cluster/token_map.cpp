// SPDX-License-Identifier: Apache-2.0
#include "cluster/token_map.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

token_map::token_map(std::shared_ptr<const token_ring> ring, std::vector<std::uint32_t> everywhere)
    : ring_(std::move(ring)), count_(everywhere.size())
{
    auto copy = std::make_unique_for_overwrite<std::uint32_t[]>(count_);
    std::ranges::copy(everywhere, copy.get());
    replicas_ = std::move(copy);
}

token_map::token_map(
    std::shared_ptr<const token_ring> ring, std::unique_ptr<const std::uint32_t[]> replicas, std::size_t count
) noexcept
    : ring_(std::move(ring)), replicas_(std::move(replicas)), count_(count), stride_(count)
{}

std::span<const std::uint32_t> token_map::replicas(token at) const noexcept
{
    return count_ == 0 ? std::span<const std::uint32_t>{} : replicas_of(ring_->owner(at));
}

std::size_t token_map::byte_size() const noexcept
{
    const std::size_t rows = stride_ == 0 ? 1 : ring_->size();
    return sizeof *this + rows * count_ * sizeof(std::uint32_t);
}

void token_map_builder::order::resize(std::size_t elements, std::size_t lists)
{
    links_.assign(elements + lists, link{});
    heads_ = elements;
    for (std::size_t i = elements; i < links_.size(); ++i)
        links_[i].before = links_[i].next = static_cast<std::uint32_t>(i);
}

bool token_map_builder::order::touch(std::uint32_t element, std::size_t list) noexcept
{
    link& moved = links_[element];
    const bool is_new = moved.next == none;
    if (!is_new) {
        links_[moved.before].next = moved.next;
        links_[moved.next].before = moved.before;
    }
    const auto head = static_cast<std::uint32_t>(heads_ + list);
    moved.before = head;
    moved.next = links_[head].next;
    links_[moved.next].before = element;
    links_[head].next = element;
    return is_new;
}

token_map_builder::token_map_builder(
    std::shared_ptr<const token_ring> ring, const node_placement& placement, const replication& how
)
    : ring_(std::move(ring)), made_(std::make_shared<const token_map>())
{
    if (ring_->empty())
        return;
    const std::size_t nodes = placement.places.size();
    switch (how.strategy) {
    case replication_strategy::unknown:
    case replication_strategy::local: return;
    case replication_strategy::everywhere: finish_everywhere(nodes); return;
    case replication_strategy::simple: begin_simple(nodes, how); break;
    case replication_strategy::network_topology: begin_network_topology(placement, how); break;
    }
    next_at_.resize(nodes);
    left_ = 2 * ring_->size();
}

void token_map_builder::begin_network_topology(const node_placement& placement, const replication& how)
{
    places_ = placement.places;
    centers_.resize(placement.data_centers.size());
    for (const auto& [name, factor] : how.data_centers) {
        const auto found = std::ranges::find(placement.data_centers, name);
        if (found != placement.data_centers.end())
            centers_[static_cast<std::size_t>(found - placement.data_centers.begin())].factor = factor;
    }
    node_order_.resize(places_.size(), centers_.size());
    rack_order_.resize(placement.rack_count, centers_.size());
    rack_first_.resize(placement.rack_count);
}

// As if all nodes stood in one rack: the first one on the ring, then any others.
void token_map_builder::begin_simple(std::size_t nodes, const replication& how)
{
    places_.resize(nodes);
    centers_.push_back({.factor = how.factor});
    node_order_.resize(nodes, 1);
    rack_order_.resize(1, 1);
    rack_first_.resize(1);
}

void token_map_builder::finish_everywhere(std::size_t nodes)
{
    std::vector<bool> on_ring(nodes);
    for (const ring_entry& entry : *ring_)
        on_ring[entry.node] = true;
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < nodes; ++i)
        if (on_ring[i])
            all.push_back(i);
    made_ = std::make_shared<const token_map>(ring_, std::move(all));
}

bool token_map_builder::step(std::size_t& budget)
{
    const std::size_t round = ring_->size();
    while (left_ != 0 && budget != 0) {
        --left_;
        touch(left_);
        if (left_ == round)
            end_first_round();
        else if (left_ < round)
            write(left_);
        budget -= std::min(budget, 2 + (left_ < round ? 2 * count_ : 0));
    }
    if (left_ == 0 && replicas_ != nullptr)
        made_ = std::make_shared<const token_map>(ring_, std::move(replicas_), count_);
    return left_ == 0;
}

std::shared_ptr<const token_map> token_map_builder::take()
{
    return std::move(made_);
}

void token_map_builder::touch(std::size_t at) noexcept
{
    const std::uint32_t node = (*ring_)[at < ring_->size() ? at : at - ring_->size()].node;
    const node_place& place = places_[node];
    center& c = centers_[place.data_center];
    if (c.factor.all == 0)
        return;
    next_at_[node] = at;
    rack_first_[place.rack] = node;
    c.nodes += node_order_.touch(node, place.data_center) ? 1U : 0U;
    c.racks += rack_order_.touch(place.rack, place.data_center) ? 1U : 0U;
}

// All nodes and racks were met: how many replicas there can be is known.
void token_map_builder::end_first_round()
{
    for (center& c : centers_) {
        const std::uint32_t all = std::min(c.factor.all, c.nodes);
        c.first_of_racks = std::min(all, c.racks);
        c.others = all - c.first_of_racks;
        // Where nodes are missing, it is transient replicas that there are fewer of.
        const std::uint32_t missing = c.factor.all - all;
        c.full = all - (c.factor.transient > missing ? c.factor.transient - missing : 0);
        count_ += c.full;
    }
    if (count_ == 0) {
        left_ = 0;
    } else if (ring_->size() > most_token_map_cells / count_) {
        reason_ = std::to_string(count_) + " replicas of each of " + std::to_string(ring_->size()) +
                  " tokens are too many to be kept";
        left_ = 0;
    } else {
        replicas_ = std::make_unique_for_overwrite<std::uint32_t[]>(ring_->size() * count_);
    }
}

void token_map_builder::collect(std::size_t number, const center& wanted)
{
    const auto begin = static_cast<std::ptrdiff_t>(candidates_.size());
    std::uint32_t rack = rack_order_.first(number);
    for (std::uint32_t i = 0; i < wanted.first_of_racks; ++i, rack = rack_order_.after(rack)) {
        const std::uint32_t node = rack_first_[rack];
        candidates_.push_back({next_at_[node], node});
    }
    std::uint32_t node = node_order_.first(number);
    for (std::uint32_t others = wanted.others; others != 0; node = node_order_.after(node)) {
        if (rack_first_[places_[node].rack] == node)
            continue;
        candidates_.push_back({next_at_[node], node});
        --others;
    }
    if (wanted.full == candidates_.size() - static_cast<std::size_t>(begin))
        return;
    std::ranges::sort(candidates_.begin() + begin, candidates_.end(), {}, &candidate::at);
    candidates_.resize(static_cast<std::size_t>(begin) + wanted.full);
}

void token_map_builder::write(std::size_t entry)
{
    candidates_.clear();
    for (std::size_t i = 0; i < centers_.size(); ++i)
        if (centers_[i].full != 0)
            collect(i, centers_[i]);
    std::ranges::sort(candidates_, {}, &candidate::at);
    std::uint32_t* out = replicas_.get() + entry * count_;
    for (const candidate& each : candidates_)
        *out++ = each.node;
}

}  // namespace async_cassandra::detail
