// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_calls.hpp"

#include "simulation/scenario_checks.hpp"
#include "simulation/scenario_node.hpp"
#include "simulation/simulated_cluster.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace async_cassandra::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds connect_limit = 3s;
constexpr std::chrono::milliseconds drain_limit = 500ms;

cluster_config config_of(const scenario_plan& plan, std::vector<std::string> contact_points)
{
    cluster_config config;
    config.contact_points = std::move(contact_points);
    config.io_threads = plan.shards;
    config.connections_per_node = plan.connections;
    config.protocol = plan.client_version;
    config.connect_timeout = connect_limit;
    config.handshake_timeout = 700ms;
    config.heartbeat_interval = plan.heartbeat_interval;
    config.heartbeat_timeout = plan.heartbeat_timeout;
    config.drain_timeout = drain_limit;
    config.reconnect_base_delay = 10ms;
    config.reconnect_max_delay = 500ms;
    config.max_in_flight = plan.max_in_flight;
    config.load_balancing = plan.balancing;
    return config;
}

std::string check_row(const result_set& rows, std::int64_t id)
{
    if (rows.size() != 1)
        return std::to_string(rows.size()) + " rows in place of one";
    const auto found = *rows.one();
    if (found.get<std::int64_t>("k") != id)
        return "the row of " + std::to_string(found.get<std::int64_t>("k"));
    if (found.get<std::string>("v") != scenario_node::value_of(id))
        return "another row's value";
    return {};
}

}  // namespace

/// A stream and what it has given so far.
struct scenario_calls::running_stream {
    planned_call plan;
    streaming_result_set pages;
    std::int64_t rows = 0;

    /// What is wrong with the next page; empty when nothing is.
    std::string take(const std::optional<page>& next)
    {
        if (!next) {
            const auto expected = static_cast<std::int64_t>(plan.rows);
            return rows == expected ? std::string{} : "the end behind " + std::to_string(rows) + " rows";
        }
        for (const auto& r : *next) {
            if (r.get<std::int64_t>("s") != plan.id)
                return "a row of another stream";
            if (r.get<std::int64_t>("i") != rows)
                return "row " + std::to_string(rows) + " is missing";
            ++rows;
        }
        return {};
    }
};

scenario_calls::scenario_calls(
    simulated_world& world, const scenario_plan& plan, std::vector<std::string> contact_points
)
    : world_(world),
      plan_(plan),
      cluster_(make_simulated_cluster(world, config_of(plan, std::move(contact_points)))),
      sessions_(plan.sessions)
{}

call_record& scenario_calls::open(
    const planned_call& plan, std::string what, std::chrono::nanoseconds limit, bool must
)
{
    call_record& record = open(plan, std::move(what), limit);
    record.must_succeed = must;
    return record;
}

call_record& scenario_calls::open(const planned_call& plan, std::string what, std::chrono::nanoseconds limit)
{
    call_record& record = records_.emplace_back();
    record.plan = plan;
    record.what = std::move(what);
    record.began = world_.now();
    record.deadline = world_.now() + limit;
    record.stalled_before = stalled_;
    world_.note("call begins", static_cast<std::uint64_t>(plan.id), static_cast<std::uint64_t>(plan.kind));
    return record;
}

void scenario_calls::end(call_record& record, const std::exception_ptr& error)
{
    ++record.completions;
    record.ended = world_.now();
    record.error = error;
    record.stalled_after = stalled_;
    world_.note("call ends", static_cast<std::uint64_t>(record.plan.id), error ? 1 : 0);
    if (error)
        forget_if_unprepared(error);
}

void scenario_calls::forget_if_unprepared(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const unprepared&) {
        prepared_.clear();
    } catch (...) {
        // Judged when the run is over.
        return;
    }
}

void scenario_calls::stall(std::chrono::nanoseconds time)
{
    if (cluster_.stats().connections != 0)
        world_.effects().add(fault_effect::stall);
    stalled_ += time;
    world_.stall(time);
}

bool scenario_calls::all_ended() const
{
    return std::ranges::all_of(records_, [](const call_record& r) { return r.completions != 0; });
}

bool scenario_calls::connected() const
{
    return std::ranges::any_of(sessions_, [](const auto& s) { return s.has_value(); });
}

void scenario_calls::begin()
{
    for (std::size_t i = 0; i < sessions_.size(); ++i)
        connect(i, false);
    for (const planned_call& call : plan_.calls) {
        world_.after(call.begins, [this, &call] {
            if (!sessions_[call.session] || closed_)
                return;
            if (call.on_executor)
                asio::post(world_.environment()->executor(), [this, &call] { make(call); });
            else
                make(call);
        });
    }
    if (!plan_.recovers)
        world_.after(plan_.close_at, [this] { close(); });
}

void scenario_calls::connect(std::size_t index, bool must_succeed, std::function<void()> then)
{
    call_record& record = open({}, "connect", connect_limit, must_succeed);
    cluster_.connect(
        "sim",
        [this, &record, index, then = std::move(then)](std::exception_ptr error, session opened) {
            end(record, error);
            if (error)
                return;
            sessions_[index].emplace(std::move(opened));
            if (then)
                then();
        }
    );
}

void scenario_calls::make(const planned_call& call)
{
    switch (call.kind) {
    case call_kind::select: return select(call, statement{scenario_node::select_of(call.id)});
    case call_kind::prepared_select:
        return with_prepared(
            call,
            scenario_node::prepared_select,
            [this, &call](const prepared_statement& how) { select(call, how.bind(call.id)); }
        );
    case call_kind::prepared_insert:
        return with_prepared(
            call,
            scenario_node::prepared_insert,
            [this, &call](const prepared_statement& how) { insert(call, how); }
        );
    case call_kind::stream:
        return with_prepared(call, scenario_node::stream, [this, &call](const prepared_statement& how) {
            begin_stream(call, how);
        });
    case call_kind::create_table: return create_table(call);
    case call_kind::use: return use(call);
    case call_kind::pinned_select: return pinned_select(call);
    case call_kind::health_check: return check_health(call);
    case call_kind::resize: return resize(call);
    }
}

std::optional<uuid> scenario_calls::node_of(const planned_call& call) const
{
    const topology now = cluster_.topology();
    if (now.nodes().empty())
        return std::nullopt;
    return now.nodes()[static_cast<std::size_t>(call.id) % now.nodes().size()].host_id;
}

void scenario_calls::pinned_select(const planned_call& call)
{
    const auto node = node_of(call);
    if (!node)
        return;
    named_nodes_.insert(*node);
    select(call, statement{scenario_node::select_of(call.id)}.node(*node));
}

void scenario_calls::check_health(const planned_call& call)
{
    const auto node = node_of(call);
    if (!node)
        return;
    call_record& record = open(call, "health check", cluster_config{}.health_check_timeout);
    cluster_.check_host_health(*node, [this, &record, node](std::exception_ptr error, host_health health) {
        end(record, error);
        if (!error && health.host_id != *node)
            record.wrong = "another node's health";
    });
}

void scenario_calls::resize(const planned_call& call)
{
    cluster_.set_connections_per_node(static_cast<unsigned>(call.id % 3) + 1);
}

void scenario_calls::select(const planned_call& call, statement what, bool must_succeed)
{
    call_record& record = open(call, "execute", call.timeout, must_succeed);
    what.timeout(call.timeout);
    sessions_[call.session]->execute(
        std::move(what),
        [this, &record](std::exception_ptr error, result_set rows) {
            end(record, error);
            if (!error)
                record.wrong = check_row(rows, record.plan.id);
        }
    );
}

void scenario_calls::with_prepared(
    const planned_call& call, const char* text, std::function<void(const prepared_statement&)> use
)
{
    if (const auto known = prepared_.find(text); known != prepared_.end())
        return use(known->second);
    call_record& record = open(call, "prepare", cluster_config{}.request_timeout);
    sessions_[call.session]->prepare(
        text,
        [this, &record, text, use = std::move(use)](std::exception_ptr error, prepared_statement made) {
            end(record, error);
            if (error)
                return;
            if (made.text() != text)
                record.wrong = "another statement";
            prepared_.insert_or_assign(text, made);
            use(made);
        }
    );
}

void scenario_calls::insert(const planned_call& call, const prepared_statement& how)
{
    call_record& record = open(call, "insert", call.timeout);
    sessions_[call.session]->execute(
        how.bind(call.id, scenario_node::value_of(call.id)).timeout(call.timeout),
        [this, &record](std::exception_ptr error, result_set result) {
            end(record, error);
            if (!error && result.kind() != result_kind::void_)
                record.wrong = "a result of another kind";
        }
    );
}

void scenario_calls::create_table(const planned_call& call)
{
    call_record& record = open(call, "create a table", call.timeout);
    statement what{"CREATE TABLE sim.own" + std::to_string(call.id) + " (k bigint PRIMARY KEY)"};
    what.timeout(call.timeout);
    sessions_[call.session]->execute(
        std::move(what),
        [this, &record](std::exception_ptr error, result_set result) {
            end(record, error);
            if (!error && result.kind() != result_kind::schema_change)
                record.wrong = "a result of another kind";
        }
    );
}

void scenario_calls::use(const planned_call& call)
{
    call_record& record = open(call, "use", call.timeout);
    const std::string name = call.id % 2 == 0 ? "sim" : scenario_node::other_keyspace;
    statement what{"USE " + name};
    what.timeout(call.timeout);
    sessions_[call.session]->execute(
        std::move(what),
        [this, &record, name](std::exception_ptr error, result_set result) {
            end(record, error);
            if (!error && result.keyspace() != name)
                record.wrong = "another keyspace";
        }
    );
}

void scenario_calls::begin_stream(const planned_call& call, const prepared_statement& how)
{
    stream_config config;
    config.page_size = call.page_size;
    config.pages_ahead = call.pages_ahead;
    statement what = how.bind(call.id, static_cast<std::int64_t>(call.rows));
    what.timeout(call.timeout);
    next_page(std::make_shared<running_stream>(running_stream{
        call, sessions_[call.session]->execute_stream(std::move(what), config)}));
}

void scenario_calls::next_page(const std::shared_ptr<running_stream>& stream)
{
    call_record& record = open(stream->plan, "next_page", stream->plan.timeout);
    stream->pages.next_page([this, &record, stream](std::exception_ptr error, std::optional<page> next) {
        end(record, error);
        if (error)
            return;
        record.wrong = stream->take(next);
        if (next && record.wrong.empty())
            next_page(stream);
    });
}

void scenario_calls::close()
{
    if (closed_)
        return;
    closed_ = true;
    call_record& record = open({}, "close", drain_limit);
    // Half of the runs close the cluster around its sessions, the others one of them before.
    if (!sessions_[0] || plan_.seed % 2 == 0) {
        close_cluster(record);
        return;
    }
    sessions_[0]->close([this, &record](std::exception_ptr error) {
        end(record, error);
        left_ += what_is_left(sessions_[0]->stats());
        close_cluster(open({}, "close the cluster", drain_limit));
    });
}

void scenario_calls::close_cluster(call_record& record)
{
    cluster_.close([this, &record](std::exception_ptr error) {
        end(record, error);
        left_ += what_is_left(cluster_.stats());
        for (const auto& each : sessions_)
            if (each)
                left_ += what_is_left(each->stats());
    });
}

}  // namespace async_cassandra::testing
