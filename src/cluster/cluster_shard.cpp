// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster_shard.hpp"

#include <utility>

namespace async_cassandra::detail {

namespace {

net::close_reason closed_reason()
{
    return {make_error_code(errc::closed), "the cluster is closed", nullptr};
}

}  // namespace

cluster_shard::cluster_shard(std::shared_ptr<net::shard> home, const pool_settings& settings)
    : shard_(std::move(home)), settings_(settings)
{
    shard_->add_guest(*this);
}

void cluster_shard::add_control_connection(std::shared_ptr<cluster_knowledge> knowledge)
{
    knowledge_ = std::move(knowledge);
    watch_ =
        std::make_shared<topology_watch>(shard_, settings_.config, static_cast<topology_listener&>(*this));
    control_ = std::make_unique<control_connection>(shard_, settings_.config, watch_);
}

void cluster_shard::on_topology(const std::shared_ptr<const topology_data>& now)
{
    knowledge_->set(topology{now});
}

void cluster_shard::on_schema(const schema& now)
{
    knowledge_->set(now);
}

void cluster_shard::on_hint(const protocol::status_change&) {}

const std::string& cluster_shard::key(protocol_version version, const std::string& keyspace) noexcept
{
    static const std::string all;
    return version == protocol_version::v5 ? all : keyspace;
}

pool_set* cluster_shard::pools(protocol_version version, const std::string& keyspace) noexcept
{
    const auto found = pools_.find(key(version, keyspace));
    return found == pools_.end() ? nullptr : &found->second;
}

void cluster_shard::open_pools(
    const control_connection::target& where, const std::string& keyspace, pool::open_callback done
)
{
    if (is_closed()) {
        const net::close_reason reason = closed_reason();
        done(&reason);
        return;
    }
    const std::string& name = key(where.version, keyspace);
    auto found = pools_.find(name);
    if (found == pools_.end()) {
        auto only = std::make_unique<pool>(shard_, settings_, where.node, where.version, name, where.host);
        found = pools_.try_emplace(name, std::move(only)).first;
    }
    found->second.at(0).open(std::move(done));
}

void cluster_shard::close(std::function<void()> done)
{
    closing_ = true;
    // Side by side, for all together have one drain timeout. One more than there are: some close before others begin.
    auto missing = std::make_shared<std::size_t>(1);
    const auto one_closed = [self = shared_from_this(), missing, done = std::move(done)] {
        if (--*missing != 0)
            return;
        self->close_now();
        done();
    };
    while (!closables_.empty()) {
        ++*missing;
        closables_.pop_front().close(one_closed);
    }
    one_closed();
}

void cluster_shard::close_now() noexcept
{
    if (std::exchange(closed_, true))
        return;
    for (auto& [name, set] : pools_)
        for (std::size_t i = 0; i < set.size(); ++i)
            set.at(i).close(closed_reason());
    if (control_ != nullptr)
        control_->close();
    // Here, not in the destructor: that may run on any thread.
    static_cast<base::list_hook<net::guest_tag>&>(*this).unlink();
}

void cluster_shard::on_shard_down() noexcept
{
    closed_ = true;
    if (control_ != nullptr)
        control_->drop();
    for (auto& [name, set] : pools_)
        for (std::size_t i = 0; i < set.size(); ++i)
            set.at(i).drop();
}

}  // namespace async_cassandra::detail
