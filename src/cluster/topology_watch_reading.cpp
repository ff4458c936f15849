// SPDX-License-Identifier: Apache-2.0
#include "cluster/topology_change.hpp"
#include "cluster/topology_watch.hpp"
#include "net/shard_call.hpp"

#include <algorithm>
#include <utility>

// What the nodes are asked for, and the topology that is made of their answers.
namespace async_cassandra::detail {

namespace {

// Requests can do without the schema, so `connect` waits for a share of its time.
constexpr int patience_share = 4;
constexpr std::chrono::milliseconds most_patience{5000};

// Units of topology_builder in a turn of the loop: less than a millisecond.
constexpr std::size_t units_per_turn = 50'000;

/// When the node refuses to tell the list for good, it is still of use itself.
described_nodes connected_node_alone(const endpoint& address)
{
    described_nodes alone;
    node_description only;
    only.facts.address = address;
    alone.nodes.push_back(std::move(only));
    alone.local = uuid{};
    return alone;
}

}  // namespace

void topology_watch::read_nodes()
{
    reading_nodes_ = std::make_shared<node_reading>(
        shard_,
        connection_,
        config_->port,
        translation_,
        peers_,
        query_timeout,
        [self = shared_from_this()](result<described_nodes> read) {
            self->reading_nodes_.reset();
            self->on_nodes(std::move(read));
        }
    );
    const auto reading = reading_nodes_;
    reading->run();
}

void topology_watch::on_nodes(result<described_nodes> read)
{
    if (read.has_error()) {
        on_no_nodes(read.error());
        return;
    }
    why_unread_ = {};
    if (nodes_ != nullptr)
        if (const std::string other = other_cluster(*nodes_, *read); !other.empty()) {
            listener_->on_wrong_cluster(other);
            return;
        }
    std::optional<uuid> version;
    for (const node_description& each : read->nodes)
        if (each.facts.host_id == read->local)
            version = each.facts.schema_version;
    nodes_ = std::make_shared<const described_nodes>(std::move(*read));
    build();
    carry_out(debouncer_.on_nodes_read(version, shard_->now(), shard_->env().entropy()));
}

void topology_watch::on_no_nodes(const failure_ptr& why)
{
    if (!connection_->ready())
        return;  // the next one reads
    warn("the nodes cannot be read", *why);
    why_unread_ = why;
    if (!is_lasting(why->code)) {
        carry_out_after(*why, debouncer_.on_nodes_failed(shard_->now()));
        return;
    }
    if (nodes_ == nullptr) {
        nodes_ = std::make_shared<const described_nodes>(connected_node_alone(connection_->node()));
        if (!keyspaces_)
            keyspaces_.emplace();  // they are read behind the nodes
        build();
    }
    carry_out(debouncer_.on_nodes_read(std::nullopt, shard_->now(), shard_->env().entropy()));
}

void topology_watch::read_schema(const schema_wish& wish)
{
    ++schema_reads_;
    reading_schema_ = std::make_shared<schema_reading>(
        shard_,
        connection_,
        schema_scope{
            wish.all ? std::vector<std::string>{} : wish.keyspaces,
            config_->schema_metadata,
            config_->schema_keyspaces},
        query_timeout,
        [self = shared_from_this(), wish](const keyspace_replications& read) {
            self->on_keyspaces(wish, read);
        },
        [self = shared_from_this(), wish](result<described_schema> read) {
            self->reading_schema_.reset();
            self->on_schema(wish, std::move(read));
        }
    );
    const auto reading = reading_schema_;
    reading->run();
}

// Before the rest, which may take long or fail: they say where data lies.
void topology_watch::on_keyspaces(const schema_wish& wish, const keyspace_replications& read)
{
    if (wish.all) {
        keyspaces_ = read;
    } else {
        if (!keyspaces_)
            keyspaces_.emplace();
        for (const std::string& name : wish.keyspaces)
            keyspaces_->erase(name);
        keyspaces_->insert(read.begin(), read.end());
    }
    build();
}

void topology_watch::on_schema(const schema_wish& wish, result<described_schema> read)
{
    if (read.has_error()) {
        on_no_schema(*read.error());
        return;
    }
    tell_notes(read->notes);
    schema_ = wish.all ? schema{std::move(read->keyspaces)}
                       : update_schema(schema_, wish.keyspaces, read->keyspaces);
    listener_->on_schema(schema_);
    tell_schema_waiters(schema_reads_);
    end_patience();
    carry_out(debouncer_.on_schema_read());
}

void topology_watch::on_no_schema(const failure& why)
{
    if (!connection_->ready())
        return;  // the next one reads
    warn("the schema cannot be read", why);
    // Requests can do without it until it comes.
    if (!keyspaces_) {
        keyspaces_.emplace();
        build();
    }
    tell_schema_waiters(schema_reads_);
    end_patience();
    if (is_lasting(why.code))
        carry_out(debouncer_.on_schema_read());
    else
        carry_out_after(why, debouncer_.on_schema_failed(shard_->now()));
}

void topology_watch::build()
{
    // At the start both are awaited.
    if (nodes_ == nullptr || !keyspaces_)
        return;
    const bool running = builder_ != nullptr;
    builder_ = std::make_unique<topology_builder>(nodes_, *keyspaces_, known_);
    if (!running)
        build_some();
}

void topology_watch::build_some()
{
    if (closed_)
        return;
    if (!builder_->step(units_per_turn)) {
        net::run_later(*shard_, [self = shared_from_this()] { self->build_some(); });
        return;
    }
    tell_notes(nodes_->notes);
    tell_notes(builder_->notes());
    known_ = builder_->take();
    builder_.reset();
    publish();
}

void topology_watch::publish()
{
    listener_->on_topology(known_);
    if (patience_over_) {
        tell_waiters();
    } else if (!patience_ends_) {
        patience_ends_ = shard_->now() + std::min(most_patience, config_->connect_timeout / patience_share);
        set_timer();
    }
}

void topology_watch::end_patience()
{
    patience_over_ = true;
    patience_ends_.reset();
    if (known_ != nullptr)
        tell_waiters();
}

void topology_watch::tell_waiters()
{
    for (const std::function<void()>& then : std::exchange(waiters_, {}))
        then();
}

void topology_watch::tell_notes(const std::vector<std::string>& notes)
{
    notes_.tell("topology", notes);
}

}  // namespace async_cassandra::detail
