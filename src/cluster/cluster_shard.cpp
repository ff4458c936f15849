// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster_shard.hpp"

#include <algorithm>
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
    if (found == pools_.end())
        found = pools_.try_emplace(name, node_at(where)).first;
    shard_node& node = found->second.node();
    node.open(name, std::move(done));
    if (pool* const known = node.find(name))
        found->second.use(pool_ptr{known});
}

shard_node& cluster_shard::node_at(const control_connection::target& where)
{
    const auto found = std::ranges::find_if(nodes_, [&](const std::unique_ptr<shard_node>& n) {
        return n->who().address == where.node && n->who().version == where.version;
    });
    if (found != nodes_.end())
        return **found;
    nodes_.push_back(std::make_unique<shard_node>(
        shard_, settings_, shard_node::identity{{}, where.node, where.host, where.version}
    ));
    return *nodes_.back();
}

void cluster_shard::resize(std::size_t connections)
{
    settings_.connections = connections;
    for (const std::unique_ptr<shard_node>& node : nodes_)
        node->resize(connections);
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
    for (const std::unique_ptr<shard_node>& node : nodes_)
        node->close(closed_reason());
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
    for (const std::unique_ptr<shard_node>& node : nodes_)
        node->drop();
}

}  // namespace async_cassandra::detail
