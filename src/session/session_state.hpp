// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::net {
class shard;
}  // namespace async_cassandra::net

namespace async_cassandra::detail {

class session_shard;

/// What the shards of one session have in common: its keyspace, as callers on any thread see it. Shards have copies of
/// their own: no request looks here.
class session_state {
public:
    explicit session_state(std::string keyspace) : keyspace_(std::move(keyspace)) {}

    [[nodiscard]] std::string keyspace() const
    {
        const std::lock_guard lock{mutex_};
        return keyspace_;
    }

    /// Before the first call of `move`.
    void add(std::weak_ptr<session_shard> part) { parts_.push_back(std::move(part)); }

    /// All shards, then callers, see another keyspace; then `done` runs. What is moved first is moved everywhere first. To be
    /// called on the thread of `home`, the first shard of the cluster, where `done` runs too.
    static void move(
        const std::shared_ptr<session_state>& self,
        const std::shared_ptr<net::shard>& home,
        std::string keyspace,
        std::function<void()> done
    );

private:
    void set(std::string keyspace)
    {
        const std::lock_guard lock{mutex_};
        std::swap(keyspace_, keyspace);
    }

    mutable std::mutex mutex_;
    std::string keyspace_;
    std::vector<std::weak_ptr<session_shard>> parts_;
};

}  // namespace async_cassandra::detail
