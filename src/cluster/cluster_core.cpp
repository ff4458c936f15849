// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster_core.hpp"

#include "net/shard_call.hpp"

#include <utility>

namespace async_cassandra::detail {

std::shared_ptr<cluster_core> cluster_core::create(
    std::vector<std::unique_ptr<base::environment>> environments, cluster_config config
)
{
    check_config(config);
    return std::make_shared<cluster_core>(
        std::move(config), std::vector<base::io_thread>{}, std::move(environments)
    );
}

std::shared_ptr<cluster_core> cluster_core::create_with_threads(cluster_config config)
{
    check_config(config);
    const std::shared_ptr<const base::transport> how = base::make_transport(config);
    std::vector<base::io_thread> threads(config.io_threads);
    std::vector<std::unique_ptr<base::environment>> environments;
    environments.reserve(threads.size());
    for (const base::io_thread& thread : threads)
        environments.push_back(base::make_asio_environment(thread.executor(), thread.context(), how));
    return std::make_shared<cluster_core>(std::move(config), std::move(threads), std::move(environments));
}

cluster_core::cluster_core(
    cluster_config config,
    std::vector<base::io_thread> threads,
    std::vector<std::unique_ptr<base::environment>> environments
)
    : config_(std::make_shared<const cluster_config>(std::move(config))), threads_(std::move(threads))
{
    const pool_settings settings{config_, environments.size()};
    shards_.reserve(environments.size());
    for (std::unique_ptr<base::environment>& env : environments)
        shards_.push_back(std::make_shared<cluster_shard>(net::shard::create(std::move(env)), settings));
    shards_.front()->add_control_connection({shards_.begin(), shards_.end()}, knowledge_);
}

cluster_core::~cluster_core()
{
    // With threads of its own nobody runs what comes later, such as the answer of an authentication provider: it would
    // keep the shard, and the shard the context that it waits in.
    const bool own_threads = !threads_.empty();
    for (const std::shared_ptr<cluster_shard>& shard : shards_)
        net::run_on(shard->home(), [shard, own_threads] {
            shard->close_now();
            if (own_threads)
                shard->home().close_inbox();
        });
}

std::size_t cluster_core::choose_shard() noexcept
{
    if (shards_.size() == 1)
        return 0;
    for (std::size_t i = 0; i < shards_.size(); ++i)
        if (shards_[i]->home().on_thread())
            return i;
    return next_shard_.fetch_add(1, std::memory_order_relaxed) % shards_.size();
}

void cluster_core::open_pools(protocol_version version, const std::string& keyspace, pool::open_callback done)
{
    struct gathering {
        std::size_t missing;
        pool::open_callback done;
    };
    auto all = std::make_shared<gathering>(gathering{shards_.size(), std::move(done)});
    const std::shared_ptr<net::shard> home = shards_.front()->shared_home();
    const auto report = [all, home](const net::close_reason* reason) {
        std::shared_ptr<net::close_reason> copy =
            reason == nullptr ? nullptr : std::make_shared<net::close_reason>(*reason);
        net::run_on(*home, [all, copy] {
            if (all->missing == 0)
                return;  // told of a failure before
            all->missing = copy != nullptr ? 0 : all->missing - 1;
            if (all->missing == 0)
                all->done(copy.get());
        });
    };
    for (const std::shared_ptr<cluster_shard>& shard : shards_)
        net::run_on(shard->home(), [shard, version, keyspace, report] {
            shard->open_pools(version, keyspace, report);
        });
}

void cluster_core::close(std::function<void()> done)
{
    if (closing_ == closing::done) {
        done();
        return;
    }
    close_waiters_.push_back(std::move(done));
    if (std::exchange(closing_, closing::running) == closing::running)
        return;
    auto missing = std::make_shared<std::size_t>(shards_.size());
    const auto report = [self = shared_from_this(), missing] {
        net::run_on(self->shards_.front()->home(), [self, missing] {
            if (--*missing == 0)
                self->on_shards_closed();
        });
    };
    for (const std::shared_ptr<cluster_shard>& shard : shards_)
        net::run_on(shard->home(), [shard, report] { shard->close(report); });
}

void cluster_core::on_shards_closed()
{
    closing_ = closing::done;
    for (const std::function<void()>& done : std::exchange(close_waiters_, {}))
        done();
    if (threads_.empty())
        return;
    for (const std::shared_ptr<cluster_shard>& shard : shards_)
        net::run_on(shard->home(), [shard] { shard->home().close_inbox(); });
    threads_.clear();
}

}  // namespace async_cassandra::detail
