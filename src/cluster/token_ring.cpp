// SPDX-License-Identifier: Apache-2.0
#include "cluster/token_ring.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace async_cassandra::detail {
namespace {

constexpr std::size_t first_run = 1024;
// Of sorting an entry in its first run, against copying it in a merge.
constexpr std::size_t sort_cost = 8;

constexpr bool comes_before(const ring_entry& a, const ring_entry& b) noexcept
{
    return a.at != b.at ? a.at < b.at : a.node < b.node;
}

void spend(std::size_t& budget, std::size_t units) noexcept
{
    budget -= std::min(budget, units);
}

}  // namespace

bool operator==(const node_placement& a, const node_placement& b) noexcept
{
    const auto same = [](const node_place& x, const node_place& y) {
        return x.data_center == y.data_center && x.rack == y.rack;
    };
    return a.rack_count == b.rack_count && a.data_centers == b.data_centers &&
           std::ranges::equal(a.places, b.places, same);
}

node_placement place_nodes(std::span<const node_description> nodes)
{
    node_placement made;
    std::map<std::string_view, std::uint32_t> centers;
    std::map<std::pair<std::uint32_t, std::string_view>, std::uint32_t> racks;
    made.places.reserve(nodes.size());
    for (const node_description& each : nodes) {
        const auto center =
            centers.try_emplace(each.facts.data_center, static_cast<std::uint32_t>(centers.size()));
        if (center.second)
            made.data_centers.push_back(each.facts.data_center);
        const std::uint32_t number = center.first->second;
        const auto rack =
            racks.try_emplace({number, each.facts.rack}, static_cast<std::uint32_t>(racks.size()));
        made.places.push_back({number, rack.first->second});
    }
    made.rack_count = static_cast<std::uint32_t>(racks.size());
    return made;
}

std::size_t token_ring::owner(token at) const noexcept
{
    const std::size_t number = bucket(at);
    const auto begin = entries_.begin() + first_in_[number];
    const auto end = entries_.begin() + first_in_[number + 1];
    const auto found =
        std::lower_bound(begin, end, at, [](const ring_entry& e, token t) { return e.at < t; });
    return found == entries_.end() ? 0 : static_cast<std::size_t>(found - entries_.begin());
}

token_ring_builder::token_ring_builder(std::span<const node_description> nodes) : nodes_(nodes)
{
    std::size_t tokens = 0;
    for (const node_description& each : nodes)
        tokens += each.tokens.size();
    ring_.reserve(tokens);
    merged_.reserve(tokens);
}

bool token_ring_builder::step(std::size_t& budget)
{
    while (budget != 0 && phase_ != phase::done) {
        switch (phase_) {
        case phase::gather: gather(budget); break;
        case phase::sort_runs: sort_runs(budget); break;
        case phase::merge_runs: merge_runs(budget); break;
        case phase::drop_duplicates: drop_duplicates(budget); break;
        case phase::fill_buckets: fill_buckets(budget); break;
        case phase::done: break;
        }
    }
    return phase_ == phase::done;
}

std::shared_ptr<const token_ring> token_ring_builder::take()
{
    return std::make_shared<const token_ring>(std::move(made_));
}

void token_ring_builder::gather(std::size_t& budget)
{
    for (; at_ < nodes_.size() && budget != 0; ++at_) {
        for (const token t : nodes_[at_].tokens)
            ring_.push_back({t, static_cast<std::uint32_t>(at_)});
        spend(budget, 1 + nodes_[at_].tokens.size());
    }
    if (at_ < nodes_.size())
        return;
    at_ = 0;
    phase_ = phase::sort_runs;
}

void token_ring_builder::sort_runs(std::size_t& budget)
{
    for (; at_ < ring_.size() && budget != 0; at_ += first_run) {
        const std::span<ring_entry> run =
            std::span{ring_}.subspan(at_, std::min(first_run, ring_.size() - at_));
        std::ranges::sort(run, comes_before);
        spend(budget, sort_cost * run.size());
    }
    if (at_ < ring_.size())
        return;
    run_ = first_run;
    phase_ = run_ < ring_.size() ? phase::merge_runs : phase::drop_duplicates;
    next_pair(0);
}

void token_ring_builder::next_pair(std::size_t begin) noexcept
{
    at_ = left_ = std::min(begin, ring_.size());
    right_ = std::min(begin + run_, ring_.size());
}

void token_ring_builder::merge_runs(std::size_t& budget)
{
    while (budget != 0 && phase_ == phase::merge_runs) {
        const std::size_t left_end = std::min(at_ + run_, ring_.size());
        const std::size_t right_end = std::min(left_end + run_, ring_.size());
        for (; budget != 0 && (left_ != left_end || right_ != right_end); --budget) {
            const bool from_left =
                right_ == right_end || (left_ != left_end && !comes_before(ring_[right_], ring_[left_]));
            merged_.push_back(ring_[from_left ? left_++ : right_++]);
        }
        if (left_ != left_end || right_ != right_end)
            return;
        next_pair(right_end);
        if (at_ == ring_.size())
            end_pass();
    }
}

void token_ring_builder::end_pass()
{
    ring_.swap(merged_);
    merged_.clear();
    run_ *= 2;
    if (run_ >= ring_.size())
        phase_ = phase::drop_duplicates;
    next_pair(0);
}

// at_ is the next entry, left_ the number of those that stay.
void token_ring_builder::drop_duplicates(std::size_t& budget)
{
    for (; at_ < ring_.size() && budget != 0; ++at_, --budget) {
        if (left_ != 0 && ring_[left_ - 1].at == ring_[at_].at)
            ++duplicates_;
        else
            ring_[left_++] = ring_[at_];
    }
    if (at_ < ring_.size())
        return;
    ring_.resize(left_);
    make_buckets();
    phase_ = phase::fill_buckets;
}

// About as many as there are entries.
void token_ring_builder::make_buckets()
{
    const auto bits = static_cast<unsigned>(std::bit_width(ring_.size() | 1U));
    made_.shift_ = 64 - bits;
    made_.first_in_.assign((std::size_t{1} << bits) + 1, static_cast<std::uint32_t>(ring_.size()));
    made_.entries_ = std::move(ring_);
    at_ = left_ = 0;
}

// at_ is the next entry, left_ the next bucket.
void token_ring_builder::fill_buckets(std::size_t& budget)
{
    for (; at_ < made_.size() && budget != 0; ++at_, --budget)
        for (const std::size_t number = made_.bucket(made_[at_].at); left_ <= number; ++left_)
            made_.first_in_[left_] = static_cast<std::uint32_t>(at_);
    if (at_ == made_.size())
        phase_ = phase::done;
}

}  // namespace async_cassandra::detail
