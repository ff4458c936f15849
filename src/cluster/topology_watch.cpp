// SPDX-License-Identifier: Apache-2.0
#include "cluster/topology_watch.hpp"

#include "base/log.hpp"
#include "cluster/topology_change.hpp"
#include "net/shard_call.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace async_cassandra::detail {

namespace {

// Of each query of system tables; of the schema's, of each page.
constexpr std::chrono::seconds query_timeout{5};

// Requests can do without the schema, so `connect` waits for a share of its time.
constexpr int patience_share = 4;
constexpr std::chrono::milliseconds most_patience = query_timeout;

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

topology_watch::topology_watch(
    std::shared_ptr<net::shard> home,
    std::shared_ptr<const cluster_config> config,
    topology_listener& listener
)
    : shard_(std::move(home)),
      config_(std::move(config)),
      listener_(&listener),
      translation_(std::make_shared<address_translation>(config_->address_translator)),
      debouncer_(event_debouncer::settings{})
{}

void topology_watch::on_connected(std::shared_ptr<net::connection> to)
{
    connection_ = std::move(to);
    peers_ = std::make_shared<peers_table>();
    why_unread_ = {};
    carry_out(debouncer_.on_connected());
}

void topology_watch::register_for_events()
{
    registering_ = std::make_shared<event_registration>(
        shard_,
        connection_,
        [self = shared_from_this()](const failure_ptr& why) {
            self->registering_.reset();
            self->on_registered(why);
        }
    );
    const auto registering = registering_;  // run may end it at once
    registering->run(query_timeout);
}

void topology_watch::on_registered(const failure_ptr& why)
{
    if (!why) {
        carry_out(debouncer_.on_registered());
        return;
    }
    if (!connection_->ready())
        return;  // the next one registers
    // What events would have told is read every minute.
    base::log(
        log_level::warning,
        "topology",
        "the node sends no events",
        {{"node", to_string(connection_->node())}, {"reason", why->what}}
    );
    if (!is_lasting(why->code))
        carry_out_after(*why, debouncer_.on_register_failed(shard_->now()));
}

void topology_watch::on_disconnected() noexcept
{
    stop_reading();
    debouncer_.on_disconnected();
    base::timer_wheel::clear(*this);
    set_timer();
}

void topology_watch::stop_reading() noexcept
{
    if (const auto running = std::exchange(registering_, nullptr))
        running->give_up();
    if (const auto running = std::exchange(reading_nodes_, nullptr))
        running->give_up();
    if (const auto running = std::exchange(reading_schema_, nullptr))
        running->give_up();
    connection_.reset();
    if (!closed_)
        tell_schema_waiters(~std::uint64_t{0});
}

std::string topology_watch::on_event(std::span<const std::byte> body)
{
    protocol::reader in{body};
    const protocol::server_event event = protocol::decode_event(in);
    if (in.failed())
        return describe(in.error());
    const auto* const change = std::get_if<protocol::schema_change>(&event);
    if (change == nullptr || wants(change->target == protocol::schema_target::keyspace, change->keyspace))
        carry_out(debouncer_.on_event(event, shard_->now()));
    return {};
}

bool topology_watch::wants(bool keyspace_itself, std::string_view keyspace) const noexcept
{
    // How it is replicated is always of interest.
    if (keyspace_itself)
        return true;
    const std::vector<std::string>& only = config_->schema_keyspaces;
    return config_->schema_metadata && (only.empty() || std::ranges::find(only, keyspace) != only.end());
}

void topology_watch::on_own_schema_change(const schema_change& made, std::function<void()> then)
{
    if (connection_ == nullptr || !wants(made.target == "KEYSPACE", made.keyspace)) {
        then();
        return;
    }
    // One that is under way began before the change was everywhere: the next one counts.
    schema_waiters_.push_back({schema_reads_ + 1, std::move(then)});
    carry_out(debouncer_.on_own_schema_change(made.keyspace));
}

void topology_watch::tell_schema_waiters(std::uint64_t read)
{
    std::vector<schema_waiter> told;
    const auto late = std::ranges::partition(schema_waiters_, [&](const auto& w) { return w.read > read; });
    std::ranges::move(late, std::back_inserter(told));
    schema_waiters_.erase(late.begin(), late.end());
    for (const schema_waiter& each : told)
        each.then();
}

void topology_watch::on_timer(base::time_point now) noexcept
{
    const auto self = shared_from_this();  // who has waited may close everything
    if (patience_ends_ && now >= *patience_ends_) {
        base::log(log_level::info, "topology", "the schema is still being read");
        end_patience();
    }
    carry_out(debouncer_.on_timer(now));
}

void topology_watch::set_timer()
{
    std::optional<base::time_point> due = debouncer_.due();
    if (patience_ends_ && (!due || *patience_ends_ < *due))
        due = patience_ends_;
    if (due && !closed_)
        shard_->set_timer(*this, *due);
}

void topology_watch::carry_out(const event_debouncer::actions& what)
{
    if (what.register_events)
        register_for_events();
    if (what.hint)
        pass_on(*what.hint);
    if (what.read_nodes)
        read_nodes();
    if (!what.read_schema.empty())
        read_schema(what.read_schema);
    set_timer();
}

void topology_watch::carry_out_after(const failure& why, const event_debouncer::actions& what)
{
    if (what.leave)
        listener_->on_useless(why);
    else
        carry_out(what);
}

void topology_watch::pass_on(protocol::status_change said)
{
    const address_translation::outcome found = translation_->translate(said.node);
    if (!found.problem.empty())
        tell_notes({found.problem});
    if (!found.address)
        return;  // no node is known by it
    said.node = *found.address;
    listener_->on_hint(said);
}

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
    base::log(
        log_level::warning,
        "topology",
        "the nodes cannot be read",
        {{"node", to_string(connection_->node())}, {"reason", why->what}}
    );
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
    base::log(
        log_level::warning,
        "topology",
        "the schema cannot be read",
        {{"node", to_string(connection_->node())}, {"reason", why.what}}
    );
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

void topology_watch::when_known(std::function<void()> then)
{
    if (is_known() || closed_)
        then();
    else
        waiters_.push_back(std::move(then));
}

void topology_watch::stop() noexcept
{
    closed_ = true;
    on_disconnected();
    builder_.reset();
}

void topology_watch::close() noexcept
{
    stop();
    tell_waiters();
    tell_schema_waiters(~std::uint64_t{0});
}

void topology_watch::drop() noexcept
{
    stop();
    // Destroyed last: a waiter may hold the last handle of the cluster.
    const std::vector<std::function<void()>> dropped = std::exchange(waiters_, {});
    const std::vector<schema_waiter> dropped_too = std::exchange(schema_waiters_, {});
}

}  // namespace async_cassandra::detail
