// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/uuid.hpp>

#include "base/environment.hpp"
#include "cluster/health_check.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <utility>

namespace async_cassandra::detail {

/// Whether nodes live that no request goes to, so that no connection tells: they are asked when somebody needs to know, and
/// what they said is believed for a while. Pure: the asking is a function, the time an argument.
class unused_nodes {
public:
    /// As `cluster_shard::check_health`: calls back once, maybe at once.
    using check_function = std::function<void(const uuid& host_id, health_check::callback done)>;

    unused_nodes(std::chrono::milliseconds believed_for, check_function check)
        : believed_for_(believed_for), check_(std::move(check))
    {}

    /// False for a node that was asked and gave no sign of life. `ask`: when nothing is known, it is asked now, and may be up
    /// until it is known better.
    [[nodiscard]] bool may_be_up(const uuid& host_id, bool ask, base::time_point now);

    /// Another node says that it is up.
    void forget(const uuid& host_id) { known_.erase(host_id); }

private:
    struct finding {
        base::time_point asked{};
        bool dead = false;
    };

    std::chrono::milliseconds believed_for_;
    check_function check_;
    std::map<uuid, finding> known_;
};

}  // namespace async_cassandra::detail
