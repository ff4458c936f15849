// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/topology_data.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace async_cassandra::detail {

/// The newest topology, for callers on any thread. Shards have copies of their own: no request looks here.
class topology_cell {
public:
    void set(std::shared_ptr<const topology_data> now)
    {
        const std::lock_guard lock{mutex_};
        now_.swap(now);  // the old one goes behind the lock
    }

    [[nodiscard]] std::shared_ptr<const topology_data> get() const
    {
        const std::lock_guard lock{mutex_};
        return now_;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const topology_data> now_;
};

}  // namespace async_cassandra::detail
