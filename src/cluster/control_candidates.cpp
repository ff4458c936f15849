// SPDX-License-Identifier: Apache-2.0
#include "cluster/control_candidates.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace async_cassandra::detail {

void control_candidates::begin(std::vector<control_candidate> known, std::vector<endpoint> left)
{
    forget_call();
    const std::size_t first = std::min(known.size(), most_known_first);
    later_.assign(known.begin() + static_cast<std::ptrdiff_t>(first), known.end());
    known.resize(first);
    waiting_ = std::move(known);
    left_ = std::move(left);
    next_waiting_ = 0;
    names_.clear();
    next_name_ = 0;
    for (const std::string& text : config_->contact_points) {
        // The configuration was checked: it parses.
        contact_point point = *contact_point::parse(text, config_->port);
        if (point.address)
            waiting_.push_back({{*point.address, point.port}});
        else
            names_.push_back(std::move(point));
    }
    given_.clear();
    troubles_.clear();
}

void control_candidates::next(next_callback then)
{
    then_ = std::move(then);
    go_on();
}

void control_candidates::forget_call() noexcept
{
    base::timer_wheel::clear(*this);
    then_ = nullptr;
    resolving_.reset();
}

void control_candidates::stop() noexcept
{
    forget_call();
    look_ups_.clear();
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
        if (next_name_ != names_.size()) {
            resolving_ = names_[next_name_++];
            if (take_answer())
                continue;
            wait_for_name();
            return;
        }
        if (take_later())
            continue;
        std::exchange(then_, nullptr)(nullptr);
        return;
    }
}

void control_candidates::wait_for_name()
{
    shard_->set_timer(*this, shard_->now() + config_->handshake_timeout);
    const std::string& host = resolving_->host;
    const auto [known, is_new] = look_ups_.try_emplace(host);
    if (!is_new)
        return;
    known->second.running = shard_->env().resolve(
        host,
        [this, home = shard_, host](base::error_code code, std::vector<inet> addresses) {
            home->turn([&] {
                look_ups_[host].answer = name_answer{code, std::move(addresses)};
                if (resolving_ && resolving_->host == host && take_answer())
                    go_on();
            });
        }
    );
}

// False: it is still awaited.
bool control_candidates::take_answer()
{
    const auto found = look_ups_.find(resolving_->host);
    if (found == look_ups_.end() || !found->second.answer)
        return false;
    const name_answer answer = *std::move(found->second.answer);
    look_ups_.erase(found);
    base::timer_wheel::clear(*this);
    const contact_point point = *std::exchange(resolving_, std::nullopt);
    if (answer.code)
        troubles_.push_back(point.host + ": the name could not be resolved: " + answer.code.message());
    for (const inet& address : answer.addresses)
        waiting_.push_back({{address, point.port}, point.host});
    return true;
}

// One that hangs must not hold up the others. It is not looked up again until this ends: look-ups that hang would gather.
void control_candidates::on_timer(base::time_point) noexcept
{
    resolving_.reset();
    go_on();
}

std::string control_candidates::troubles() const
{
    std::string text;
    const auto add = [&](const std::string& trouble) { text += (text.empty() ? "" : "; ") + trouble; };
    for (const std::string& trouble : troubles_)
        add(trouble);
    for (const auto& [host, each] : look_ups_)
        if (!each.answer)
            add(host + ": the name is still being resolved");
    return text;
}

}  // namespace async_cassandra::detail
