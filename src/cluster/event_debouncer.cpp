// SPDX-License-Identifier: Apache-2.0
#include "cluster/event_debouncer.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

std::optional<event_debouncer::time_point> event_debouncer::due() const noexcept
{
    if (window_ends_ && next_refresh_)
        return std::min(*window_ends_, *next_refresh_);
    return window_ends_ ? window_ends_ : next_refresh_;
}

bool event_debouncer::add(schema_wish& into, std::string_view keyspace) const
{
    if (into.all || std::find(into.keyspaces.begin(), into.keyspaces.end(), keyspace) != into.keyspaces.end())
        return false;
    into.keyspaces.emplace_back(keyspace);
    if (into.keyspaces.size() > settings_.most_events)
        into = {.all = true};
    return true;
}

void event_debouncer::merge(schema_wish& into, schema_wish&& from) const
{
    if (from.all)
        into = {.all = true};
    for (const std::string& keyspace : from.keyspaces)
        add(into, keyspace);
    from = {};
}

void event_debouncer::remove(schema_wish& from, const schema_wish& read)
{
    if (read.all)
        from = {};
    std::erase_if(from.keyspaces, [&](const std::string& gathered) {
        return std::find(read.keyspaces.begin(), read.keyspaces.end(), gathered) != read.keyspaces.end();
    });
}

void event_debouncer::begin_reads(actions& out)
{
    if (!connected_)
        return;
    if (nodes_wanted_ && !nodes_under_way_) {
        nodes_wanted_ = false;
        nodes_under_way_ = true;
        out.read_nodes = true;
    }
    if (!schema_wanted_.empty() && schema_under_way_.empty()) {
        schema_under_way_ = std::exchange(schema_wanted_, {});
        remove(schema_gathered_, schema_under_way_);
        out.read_schema = schema_under_way_;
    }
}

void event_debouncer::open_window(time_point now) noexcept
{
    if (!window_ends_)
        window_ends_ = now + settings_.window;
}

void event_debouncer::end_window(actions& out)
{
    window_ends_.reset();
    hints_.clear();
    events_ = 0;
    out.register_events = std::exchange(registration_wanted_, false);
    nodes_wanted_ = std::exchange(nodes_gathered_, false) || nodes_wanted_;
    merge(schema_wanted_, std::move(schema_gathered_));
    begin_reads(out);
}

void event_debouncer::count_event(time_point now, actions& out)
{
    open_window(now);
    if (++events_ >= settings_.most_events)
        end_window(out);
}

event_debouncer::actions event_debouncer::on_connected()
{
    on_disconnected();
    connected_ = true;
    actions out;
    out.register_events = true;
    nodes_wanted_ = true;
    begin_reads(out);
    return out;
}

event_debouncer::actions event_debouncer::on_registered()
{
    actions out;
    // What was read while nobody told of changes may be old by now.
    nodes_wanted_ = nodes_wanted_ || register_failures_ != 0;
    register_failures_ = 0;
    begin_reads(out);
    return out;
}

event_debouncer::actions event_debouncer::on_register_failed(time_point now)
{
    actions out;
    if (!connected_)
        return out;
    registration_wanted_ = true;
    count_failure(register_failures_, now, out);
    return out;
}

void event_debouncer::count_failure(unsigned& failures, time_point now, actions& out)
{
    if (++failures == settings_.most_failures)
        out.leave = true;
    else
        open_window(now);
}

void event_debouncer::on_disconnected()
{
    connected_ = false;
    window_ends_.reset();
    next_refresh_.reset();
    hints_.clear();
    events_ = 0;
    registration_wanted_ = false;
    register_failures_ = nodes_failures_ = schema_failures_ = 0;
    nodes_gathered_ = nodes_wanted_ = nodes_under_way_ = false;
    schema_gathered_ = schema_wanted_ = schema_under_way_ = {};
    schema_asked_for_ = false;
    schema_version_.reset();
}

event_debouncer::actions event_debouncer::on_event(const protocol::server_event& event, time_point now)
{
    actions out;
    if (connected_)
        std::visit([&](const auto& e) { gather(e, now, out); }, event);
    return out;
}

void event_debouncer::gather(const protocol::topology_change&, time_point now, actions& out)
{
    if (!std::exchange(nodes_gathered_, true))
        count_event(now, out);
}

void event_debouncer::gather(const protocol::status_change& change, time_point now, actions& out)
{
    const auto said = std::find_if(hints_.begin(), hints_.end(), [&](const protocol::status_change& h) {
        return h.node == change.node;
    });
    if (said != hints_.end() && said->kind == change.kind)
        return;
    if (said != hints_.end())
        said->kind = change.kind;
    else
        hints_.push_back(change);
    out.hint = change;
    // Who comes up may be new, or have another version, rack or address than before.
    if (change.kind == protocol::status_change_kind::up)
        nodes_gathered_ = true;
    count_event(now, out);
}

void event_debouncer::gather(const protocol::schema_change& change, time_point now, actions& out)
{
    if (add(schema_gathered_, change.keyspace))
        count_event(now, out);
}

event_debouncer::actions event_debouncer::on_own_schema_change(std::string_view keyspace)
{
    actions out;
    if (!connected_)
        return out;
    add(schema_wanted_, keyspace);
    begin_reads(out);
    return out;
}

event_debouncer::actions event_debouncer::on_timer(time_point now)
{
    actions out;
    if (next_refresh_ && now >= *next_refresh_) {
        // The next is set when this one is done.
        next_refresh_.reset();
        nodes_wanted_ = nodes_wanted_ || !nodes_under_way_;
        begin_reads(out);
    }
    if (window_ends_ && now >= *window_ends_)
        end_window(out);
    return out;
}

event_debouncer::actions event_debouncer::on_nodes_read(
    const std::optional<uuid>& version, time_point now, std::uint64_t chance
)
{
    actions out;
    if (!std::exchange(nodes_under_way_, false))
        return out;
    nodes_failures_ = 0;
    const auto spread = static_cast<std::uint64_t>(settings_.refresh_interval.count()) / 10 + 1;
    next_refresh_ = now + settings_.refresh_interval -
                    std::chrono::milliseconds{static_cast<std::int64_t>(chance % spread)};
    if (!schema_asked_for_ || (version && version != schema_version_)) {
        schema_wanted_ = {.all = true};
        schema_asked_for_ = true;
        schema_version_ = version;
    }
    begin_reads(out);
    return out;
}

event_debouncer::actions event_debouncer::on_nodes_failed(time_point now)
{
    actions out;
    if (!std::exchange(nodes_under_way_, false))
        return out;
    nodes_gathered_ = true;
    count_failure(nodes_failures_, now, out);
    return out;
}

event_debouncer::actions event_debouncer::on_schema_read()
{
    actions out;
    schema_under_way_ = {};
    schema_failures_ = 0;
    begin_reads(out);
    return out;
}

event_debouncer::actions event_debouncer::on_schema_failed(time_point now)
{
    actions out;
    if (schema_under_way_.empty())
        return out;
    merge(schema_gathered_, std::exchange(schema_under_way_, {}));
    count_failure(schema_failures_, now, out);
    return out;
}

}  // namespace async_cassandra::detail
