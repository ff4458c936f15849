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

void cluster_core::count(std::shared_ptr<const session_holdings> held)
{
    const std::lock_guard lock{sessions_mutex_};
    std::erase_if(sessions_, [](const auto& known) { return known.use_count() == 1; });
    sessions_.push_back(std::move(held));
}

cluster_stats cluster_core::stats() const
{
    cluster_stats sum;
    {
        const std::lock_guard lock{sessions_mutex_};
        for (const std::shared_ptr<const session_holdings>& held : sessions_)
            held->add_to(sum);
    }
    for (const std::shared_ptr<cluster_shard>& shard : shards_) {
        const net::shard& home = *shard->shared_home();
        sum.timers += home.timers();
        sum.connections += home.held().connections;
        sum.orphaned_stream_ids += home.held().orphans;
    }
    return sum;
}

std::vector<node_traffic::list> cluster_core::traffic() const
{
    std::vector<node_traffic::list> lists;
    lists.reserve(shards_.size());
    for (const std::shared_ptr<cluster_shard>& shard : shards_)
        lists.push_back(shard->traffic());
    return lists;
}

topology cluster_core::known_topology() const
{
    std::uint64_t changes = 0;
    for (const std::shared_ptr<cluster_shard>& shard : shards_)
        changes += shard->state_changes();
    return shown_.of(knowledge_->known_topology(), changes, traffic());
}

std::vector<node_stats> cluster_core::stats_of_nodes() const
{
    std::vector<node_stats> all;
    const std::shared_ptr<const topology_data> now = knowledge_->known_topology();
    if (now == nullptr)
        return all;
    const std::vector<node_traffic::list> lists = traffic();
    all.reserve(now->nodes.size());
    for (const node& each : now->nodes)
        all.push_back(sum_traffic(each, lists));
    return all;
}

const std::shared_ptr<cluster_shard>& cluster_core::shard_connected_to(const uuid& host_id) const
{
    for (const std::shared_ptr<cluster_shard>& shard : shards_) {
        const node_traffic::list traffic = shard->traffic();
        const net::traffic* const counts = find_traffic(traffic, host_id);
        if (counts != nullptr && counts->connections != 0)
            return shard;
    }
    return shards_.front();
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
