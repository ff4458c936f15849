// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/consistency.hpp>
#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/detail/prepared_core.hpp>
#include <async_cassandra/detail/rare_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra {

/// What to execute: CQL text, or a prepared statement with its values, and how.
///
/// A value: copy or move it freely, change it between executions; an execution takes its own copy. Not for
/// use by two threads at once. What is wrong with it (a value that does not fit, a page size of zero) is
/// reported as `query_error` by the execution, never thrown here.
class statement {
public:
    /// CQL text, for example "SELECT release_version FROM system.local". Implicit: text is a statement.
    statement(std::string cql) : text_(std::move(cql)) {}
    statement(std::string_view cql) : text_(cql) {}
    statement(const char* cql) : text_(cql) {}

    /// Values for the `?` markers of CQL text, each as the natural CQL type of its C++ type (std::int32_t as
    /// int, std::int64_t as bigint, std::string as text, …). The server does not convert: prepare the
    /// statement where the column's type differs. For a prepared statement use `prepared_statement::bind`.
    template <class... Values>
    statement& bind(const Values&... values) &
    {
        forget_values();
        if (prepared_)
            detail::bind_all(values_, *prepared_->markers, values...);
        else
            detail::bind_natural(values_, values...);
        return *this;
    }
    template <class... Values>
    statement&& bind(const Values&... values) &&
    {
        return std::move(bind(values...));
    }

    /// One value, by the name of its marker: `:name`, or the column's name where the marker is `?`. Names are
    /// compared exactly; unquoted CQL names are lower case. May be called once for each name, in any order.
    /// For a prepared statement the name must be one of `prepared_statement::markers`, the value goes to
    /// every marker of that name, and every marker needs a value (`unset` leaves a column as it is). For CQL
    /// text the server finds the marker, and as with `bind` each value is sent as the natural CQL type of its
    /// C++ type. Not to be mixed with `bind`.
    template <class Value>
    statement& bind_named(std::string_view name, const Value& value) &
    {
        if (!may_bind_named(name))
            return *this;
        if (prepared_ == nullptr) {
            rare_.make().value_names.emplace_back(name);
            detail::bind_one_natural(values_, name, value);
            return *this;
        }
        const columns& markers = *prepared_->markers;
        for (std::size_t i = 0; i < markers.size(); ++i) {
            if (markers[i].name != name)
                continue;
            rare_.make().value_positions.push_back(static_cast<std::uint16_t>(i));
            detail::bind_one(values_, markers, i, value);
        }
        return *this;
    }
    template <class Value>
    statement&& bind_named(std::string_view name, const Value& value) &&
    {
        return std::move(bind_named(name, value));
    }

    /// Time limit of the whole execution; the session's default when not set. Must be positive.
    statement& timeout(std::chrono::milliseconds limit) & noexcept { return set(options_.timeout, limit); }
    statement&& timeout(std::chrono::milliseconds limit) && noexcept { return std::move(timeout(limit)); }

    /// Consistency level; the cluster's default when not set.
    statement& consistency(async_cassandra::consistency level) & noexcept
    {
        return set(options_.level, level);
    }
    statement&& consistency(async_cassandra::consistency level) && noexcept
    {
        return std::move(consistency(level));
    }

    /// Consistency of the Paxos phase of a conditional statement: `serial` or `local_serial`.
    statement& serial_consistency(async_cassandra::consistency level) & noexcept
    {
        return set(options_.serial, level);
    }
    statement&& serial_consistency(async_cassandra::consistency level) && noexcept
    {
        return std::move(serial_consistency(level));
    }

    /// Rows per page, at least 1; the cluster's default when not set.
    statement& page_size(std::int32_t rows) & noexcept { return set(options_.page_size, rows); }
    statement&& page_size(std::int32_t rows) && noexcept { return std::move(page_size(rows)); }

    /// The keyspace of names that have none in CQL text, in place of the session's. Taken literally, as in a
    /// quoted CQL name. Protocol version 5 only: on version 4 the execution ends with `query_error`. A
    /// prepared statement has the keyspace it was prepared in; for one, too, it ends with `query_error`.
    /// (native_protocol_v5.spec 4.1.4)
    statement& keyspace(std::string name) &
    {
        rare_.make().keyspace = std::move(name);
        return *this;
    }
    statement&& keyspace(std::string name) && { return std::move(keyspace(std::move(name))); }

    /// What the server takes for the current time where it decides what has expired (TTL): for tests. Its
    /// range is that of a 32-bit number of seconds. Protocol version 5 only: on version 4 the execution ends
    /// with `query_error`.
    statement& now_in_seconds(std::chrono::sys_seconds now) &
    {
        rare_.make().now = now;
        return *this;
    }
    statement&& now_in_seconds(std::chrono::sys_seconds now) && { return std::move(now_in_seconds(now)); }

    /// The time of the write, in place of the one that the session gives it
    /// (`cluster_config::client_timestamps`). A `USING TIMESTAMP` in the text goes before it. The smallest
    /// value of all is refused.
    statement& timestamp(std::chrono::sys_time<std::chrono::microseconds> time) &
    {
        rare_.make().timestamp = time;
        return *this;
    }
    statement&& timestamp(std::chrono::sys_time<std::chrono::microseconds> time) &&
    {
        return std::move(timestamp(time));
    }

    /// Sent along with each request of the execution, for a query handler of the server's own.
    statement& custom_payload(async_cassandra::custom_payload payload) &
    {
        rare_.make().payload = std::move(payload);
        return *this;
    }
    statement&& custom_payload(async_cassandra::custom_payload payload) &&
    {
        return std::move(custom_payload(std::move(payload)));
    }

    /// Asks the server to write down what it does for each request of the execution; `result_set::tracing_id`
    /// is then the key into system_traces.sessions and system_traces.events. Costs the server a lot.
    statement& tracing(bool on = true) &
    {
        rare_.make().tracing = on;
        return *this;
    }
    statement&& tracing(bool on = true) && { return std::move(tracing(on)); }

    /// The node to go to, by its host id (`topology::nodes`), and no other: for reading what a node knows,
    /// for tests. When that node is not in the cluster or not connected, the execution ends with
    /// `no_host_available`, which names it. One that is not connected to so far because of where it stands,
    /// or of a filter, is connected to first.
    statement& node(const uuid& host_id) &
    {
        rare_.make().node = host_id;
        return *this;
    }
    statement&& node(const uuid& host_id) && { return std::move(node(host_id)); }

    /// For CQL text: the partition key that it is about, so that it goes to a node that has it. A prepared
    /// statement whose markers are the whole key knows by itself; what is said here then goes before it. The
    /// key as the server hashes it: the encoded value of the only key column, or of each of several with its
    /// length in 16 bits in front and a zero byte behind. `keyspace` is that of the table, literally; empty:
    /// that of the statement or the session. A key that is not that of the statement costs a detour, no more.
    /// Empty: none.
    statement& routing_key(std::vector<std::byte> key, std::string keyspace = {}) &
    {
        detail::rare_options& rare = rare_.make();
        rare.routing_key = std::move(key);
        rare.routing_keyspace = std::move(keyspace);
        return *this;
    }
    statement&& routing_key(std::vector<std::byte> key, std::string keyspace = {}) &&
    {
        return std::move(routing_key(std::move(key), std::move(keyspace)));
    }

    /// The CQL text, also of a prepared statement.
    [[nodiscard]] const std::string& text() const noexcept { return prepared_ ? prepared_->text : text_; }

    [[nodiscard]] bool is_prepared() const noexcept { return prepared_ != nullptr; }

    struct options {
        std::optional<std::chrono::milliseconds> timeout;
        std::optional<async_cassandra::consistency> level;
        std::optional<async_cassandra::consistency> serial;
        std::optional<std::int32_t> page_size;
    };
    [[nodiscard]] const options& settings() const noexcept { return options_; }

    /// Used by the session. Null when nothing of it was set.
    [[nodiscard]] const detail::rare_options* rare() const noexcept { return rare_.get(); }

    /// Used by the session: values bound by name get the order of the markers.
    void arrange_values();

    /// Used by the session.
    [[nodiscard]] const detail::bound_values& values() const noexcept { return values_; }
    [[nodiscard]] const std::shared_ptr<const detail::prepared_core>& prepared() const noexcept
    {
        return prepared_;
    }

private:
    friend class prepared_statement;

    explicit statement(std::shared_ptr<const detail::prepared_core> prepared) noexcept
        : prepared_(std::move(prepared))
    {}

    template <class T>
    statement& set(std::optional<T>& option, T value) noexcept
    {
        option = value;
        return *this;
    }

    void forget_values();
    [[nodiscard]] bool may_bind_named(std::string_view name);

    std::string text_;
    std::shared_ptr<const detail::prepared_core> prepared_;
    options options_;
    detail::rare_options_ptr rare_;
    detail::bound_values values_;
};

/// A statement the server has parsed, made by `session::prepare`. A cheap handle: copies share, any thread
/// may use its own copy. Outlives its session harmlessly.
class prepared_statement {
public:
    /// An empty handle, for completion handlers of failed calls.
    prepared_statement() noexcept = default;

    explicit prepared_statement(std::shared_ptr<const detail::prepared_core> core) noexcept
        : core_(std::move(core))
    {}

    /// A statement with one value for each marker, in order. `null` and an empty std::optional bind null,
    /// `unset` leaves a column as it is. A wrong count or type is reported by the execution, as
    /// `query_error`.
    template <class... Values>
    [[nodiscard]] statement bind(const Values&... values) const
    {
        statement bound{core_};
        detail::bind_all(bound.values_, *core_->markers, values...);
        return bound;
    }

    /// A statement with one value, by the name of its marker; `statement::bind_named` adds the others.
    template <class Value>
    [[nodiscard]] statement bind_named(std::string_view name, const Value& value) const
    {
        statement bound{core_};
        bound.bind_named(name, value);
        return bound;
    }

    /// A statement with values that are encoded already, one for each marker.
    [[nodiscard]] statement bind_raw(std::span<const raw_value> values) const
    {
        statement bound{core_};
        detail::bind_raw(bound.values_, *core_->markers, values);
        return bound;
    }

    [[nodiscard]] const std::string& text() const noexcept { return core_->text; }

    /// The bind markers with their CQL types.
    [[nodiscard]] const columns& markers() const noexcept { return *core_->markers; }

    [[nodiscard]] explicit operator bool() const noexcept { return core_ != nullptr; }

private:
    std::shared_ptr<const detail::prepared_core> core_;
};

}  // namespace async_cassandra
