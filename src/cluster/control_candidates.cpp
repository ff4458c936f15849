// SPDX-License-Identifier: Apache-2.0
#include "cluster/control_candidates.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace async_cassandra::detail {

void control_candidates::begin(std::vector<control_candidate> known, std::vector<endpoint> left)
{
    stop();
    const std::size_t first = std::min(known.size(), most_known_first);
    later_.assign(known.begin() + static_cast<std::ptrdiff_t>(first), known.end());
    known.resize(first);
    waiting_ = std::move(known);
    left_ = std::move(left);
    next_waiting_ = 0;
    next_point_ = 0;
    given_.clear();
    troubles_.clear();
}

void control_candidates::next(next_callback then)
{
    then_ = std::move(then);
    go_on();
}

void control_candidates::stop() noexcept
{
    then_ = nullptr;
    resolving_.reset();
}

std::optional<control_candidate> control_candidates::take_waiting()
{
    while (next_waiting_ < waiting_.size()) {
        control_candidate& each = waiting_[next_waiting_++];
        if (std::ranges::find(left_, each.node) != left_.end())
            later_.push_back(std::move(each));
        else if (given_.insert(each.node).second)
            return std::move(each);
    }
    return std::nullopt;
}

bool control_candidates::take_later()
{
    if (later_.empty())
        return false;
    const auto rank = [this](const control_candidate& c) {
        const auto found = std::ranges::find(left_, c.node);
        return found == left_.end() ? -1 : found - left_.begin();
    };
    std::ranges::stable_sort(later_, {}, rank);
    left_.clear();
    std::ranges::move(later_, std::back_inserter(waiting_));
    later_.clear();
    return true;
}

void control_candidates::go_on()
{
    while (true) {
        if (const std::optional<control_candidate> found = take_waiting()) {
            std::exchange(then_, nullptr)(&*found);
            return;
        }
        const bool points_over = next_point_ == config_->contact_points.size();
        if (points_over && take_later())
            continue;
        if (points_over) {
            std::exchange(then_, nullptr)(nullptr);
            return;
        }
        // The configuration was checked: it parses.
        contact_point point = *contact_point::parse(config_->contact_points[next_point_++], config_->port);
        if (!point.address) {
            resolve(std::move(point));
            return;
        }
        waiting_.push_back({{*point.address, point.port}});
    }
}

void control_candidates::resolve(contact_point point)
{
    const std::string host = point.host;
    resolving_ = shard_->env().resolve(
        host,
        [this, home = shard_, point = std::move(point)](base::error_code code, std::vector<inet> addresses) {
            home->turn([&] { on_resolved(point, code, addresses); });
        }
    );
}

void control_candidates::on_resolved(
    const contact_point& point, base::error_code code, const std::vector<inet>& addresses
)
{
    resolving_.reset();
    if (code)
        troubles_.push_back(point.host + ": the name could not be resolved: " + code.message());
    for (const inet& address : addresses)
        waiting_.push_back({{address, point.port}, point.host});
    go_on();
}

std::string control_candidates::troubles() const
{
    std::string text;
    for (const std::string& trouble : troubles_)
        text += (text.empty() ? "" : "; ") + trouble;
    if (resolving_ != nullptr)
        text += (text.empty() ? "" : "; ") + config_->contact_points[next_point_ - 1] +
                ": the name is still being resolved";
    return text;
}

}  // namespace async_cassandra::detail
