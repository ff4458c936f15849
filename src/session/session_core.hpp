// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/shard_call.hpp"
#include "session/session_shard.hpp"
#include "session/session_state.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// What every handle of one session shares. Safe from any thread.
class session_core final : public std::enable_shared_from_this<session_core> {
public:
    /// To be called when the pools of every shard are open.
    session_core(std::shared_ptr<cluster_core> cluster, std::string keyspace, protocol_version version);

    /// The last handle is gone. Running calls finish; nothing blocks.
    ~session_core();

    session_core(const session_core&) = delete;
    session_core& operator=(const session_core&) = delete;

    /// Where a call begins: on the shard whose thread this is, else on each in turn.
    [[nodiscard]] const std::shared_ptr<session_shard>& choose() noexcept
    {
        return shards_[cluster_->choose_shard()];
    }

    [[nodiscard]] std::string keyspace() const { return state_->keyspace(); }
    [[nodiscard]] protocol_version version() const noexcept { return version_; }
    [[nodiscard]] cluster_core& cluster() noexcept { return *cluster_; }

    [[nodiscard]] bool is_closed() const noexcept
    {
        return closed_.load(std::memory_order_acquire) || cluster_->is_closed();
    }
    void mark_closed() noexcept { closed_.store(true, std::memory_order_release); }

    [[nodiscard]] session_stats stats() const noexcept;

    /// Closes the part of every shard; `done` runs on shard 0. To be called on shard 0.
    void close(std::function<void()> done);

private:
    std::shared_ptr<cluster_core> cluster_;
    std::shared_ptr<session_state> state_;
    protocol_version version_;
    std::vector<std::shared_ptr<session_shard>> shards_;
    std::atomic<bool> closed_{false};
};

}  // namespace async_cassandra::detail
