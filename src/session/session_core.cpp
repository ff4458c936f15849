// SPDX-License-Identifier: Apache-2.0
#include "session/session_core.hpp"

#include <utility>

namespace async_cassandra::detail {

session_core::session_core(
    std::shared_ptr<cluster_core> cluster, std::string keyspace, protocol_version version
)
    : cluster_(std::move(cluster)),
      state_(std::make_shared<session_state>(std::move(keyspace))),
      version_(version)
{
    shards_.reserve(cluster_->shards().size());
    for (const std::shared_ptr<cluster_shard>& shard : cluster_->shards()) {
        shards_.push_back(std::make_shared<session_shard>(cluster_, shard, state_, version));
        state_->add(shards_.back());
        // Before calls from other threads, which travel through the same inbox; calls on the shard's own open it themselves.
        net::run_on(shard->home(), [opened = shards_.back()] { opened->open(); });
    }
}

session_core::~session_core()
{
    for (const std::shared_ptr<session_shard>& shard : shards_)
        net::run_on(*shard->shared_home(), [shard] { shard->forget(); });
}

session_stats session_core::stats() const noexcept
{
    session_stats sum;
    for (const std::shared_ptr<session_shard>& shard : shards_)
        shard->held().add_to(sum);
    return sum;
}

void session_core::close(std::function<void()> done)
{
    mark_closed();
    if (cluster_->is_closed()) {
        // Its shards close their parts of every session, and soon take no more messages: ours might get lost.
        cluster_->close(std::move(done));
        return;
    }
    struct gathering {
        std::size_t missing;
        std::function<void()> done;
    };
    auto all = std::make_shared<gathering>(gathering{shards_.size(), std::move(done)});
    const std::shared_ptr<net::shard> first = shards_.front()->shared_home();
    const auto report = [all, first] {
        net::run_on(*first, [all] {
            if (--all->missing == 0)
                all->done();
        });
    };
    for (const std::shared_ptr<session_shard>& shard : shards_)
        net::run_on(shard->home(), [shard, report] { shard->close(report); });
}

}  // namespace async_cassandra::detail
