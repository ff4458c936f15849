// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include "cluster/contact_point.hpp"
#include "net/shard.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// A node that the control connection may go to.
struct control_candidate {
    endpoint node;
    std::string host{};  ///< The name that the address was found under; empty: none.
};

/// Whom the control connection tries, a round at a time: nodes that are known, and when none of them will do the
/// contact points: addresses first, then names, which are resolved anew in each round, one after the other. No address comes
/// twice in a round. A name has `handshake_timeout`; then its look-up goes on beside the others, and the next round may use
/// its answer. On shard 0.
class control_candidates final : private base::timer_node {
public:
    /// Of the known nodes so many come before the contact points, the others after them: a large cluster that has moved as a
    /// whole is to be found by its name before each of its old addresses has been tried.
    static constexpr std::size_t most_known_first = 10;

    control_candidates(std::shared_ptr<net::shard> home, std::shared_ptr<const cluster_config> config)
        : shard_(std::move(home)), config_(std::move(config))
    {}

    /// \param left nodes that come after all others, in this order: they were of no use.
    void begin(std::vector<control_candidate> known, std::vector<endpoint> left);

    /// Calls back once, in this function or when a name has been resolved: with the next one, or with null when the round
    /// is over.
    using next_callback = std::function<void(const control_candidate*)>;
    void next(next_callback then);

    /// A call of `next` is under way.
    [[nodiscard]] bool resolving() const noexcept { return resolving_.has_value(); }

    /// A call of `next` under way is forgotten, and so are the look-ups.
    void stop() noexcept;

    /// What became of names that gave no address in this round, and which are being resolved. Empty: nothing to tell.
    [[nodiscard]] std::string troubles() const;

private:
    struct name_answer {
        base::error_code code;
        std::vector<inet> addresses;
    };
    struct look_up {
        std::unique_ptr<base::pending_operation> running{};
        std::optional<name_answer> answer{};
    };

    void forget_call() noexcept;
    [[nodiscard]] std::optional<control_candidate> take_waiting();
    [[nodiscard]] bool take_later();
    [[nodiscard]] bool take_answer();
    void wait_for_name();
    void go_on();
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<const cluster_config> config_;
    std::vector<control_candidate> waiting_;
    std::vector<control_candidate>
        later_;  // the known ones after the contact points, then those that were left
    std::vector<endpoint> left_;
    std::size_t next_waiting_ = 0;
    std::vector<contact_point> names_;
    std::size_t next_name_ = 0;
    std::optional<contact_point> resolving_;  // what the call of `next` waits for
    std::map<std::string, look_up> look_ups_;
    std::set<endpoint> given_;
    std::vector<std::string> troubles_;
    next_callback then_;
};

}  // namespace async_cassandra::detail
