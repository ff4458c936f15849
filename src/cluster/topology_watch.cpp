// SPDX-License-Identifier: Apache-2.0
#include "cluster/topology_watch.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace async_cassandra::detail {

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
    warn("the node sends no events", *why);
    if (!is_lasting(why->code))
        carry_out_after(*why, debouncer_.on_register_failed(shard_->now()));
}

void topology_watch::warn(std::string_view what, const failure& why) const
{
    base::log(
        log_level::warning, "topology", what, {{"node", to_string(connection_->node())}, {"reason", why.what}}
    );
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
