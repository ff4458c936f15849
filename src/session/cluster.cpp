// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/cluster.hpp>
#include <async_cassandra/error.hpp>

#include "base/asio_environment.hpp"
#include "base/failure.hpp"
#include "net/shard_call.hpp"
#include "session/closing.hpp"
#include "session/connecting.hpp"
#include "session/health_operation.hpp"

#include <string>
#include <utility>

namespace async_cassandra {

namespace detail {

namespace {

std::shared_ptr<cluster_core> over_executor(asio::any_io_executor executor, cluster_config&& config)
{
    check_config(config);
    if (config.io_threads != 1)
        throw configuration_error{failure_ptr{base::make_failure(
            errc::bad_configuration,
            "cluster_config::io_threads is " + std::to_string(config.io_threads) +
                ", legal: 1 beside an executor; leave the executor out for threads of the cluster's own"
        )}};
    std::vector<std::unique_ptr<base::environment>> one;
    one.push_back(base::make_asio_environment(std::move(executor), nullptr, base::make_transport(config)));
    return cluster_core::create(std::move(one), std::move(config));
}

}  // namespace

void start_connect(const std::shared_ptr<cluster_core>& core, std::string&& keyspace, connect_handler handler)
{
    core->shards().front()->home().submit(*new connect_operation{
        core, std::move(keyspace), std::move(handler)});
}

void start_close(const std::shared_ptr<cluster_core>& core, close_handler handler)
{
    core->mark_closed();
    net::shard& first = core->shards().front()->home();
    first.submit(*new close_operation{
        first, [core](std::function<void()> done) { core->close(std::move(done)); }, std::move(handler)});
}

void start_health_check(
    const std::shared_ptr<cluster_core>& core, const uuid& host_id, health_handler handler
)
{
    core->shards().front()->home().submit(*new health_operation{core, host_id, std::move(handler)});
}

}  // namespace detail

cluster::cluster(asio::any_io_executor executor, cluster_config config)
    : core_(detail::over_executor(std::move(executor), std::move(config)))
{}

cluster::cluster(cluster_config config) : core_(detail::cluster_core::create_with_threads(std::move(config)))
{}

topology cluster::topology() const
{
    return core_->known_topology();
}

schema cluster::schema() const
{
    return core_->known_schema();
}

cluster_stats cluster::stats() const
{
    return core_->stats();
}

std::vector<node_stats> cluster::node_stats() const
{
    return core_->stats_of_nodes();
}

void cluster::set_connections_per_node(unsigned connections) const
{
    detail::check_connections_per_node(connections);
    for (const std::shared_ptr<detail::cluster_shard>& shard : core_->shards())
        net::run_on(shard->home(), [shard, connections] { shard->resize(connections); });
}

bool cluster::is_closed() const noexcept
{
    return core_->is_closed();
}

}  // namespace async_cassandra
