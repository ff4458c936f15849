// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/consistency.hpp>
#include <async_cassandra/detail/bound_values.hpp>
#include <async_cassandra/detail/prepared_core.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace async_cassandra {

/// What to execute: CQL text, or a prepared statement with its values, and how.
///
/// A value: copy or move it freely, change it between executions; an execution takes its own copy. Not for use by two
/// threads at once. What is wrong with it (a value that does not fit, a page size of zero) is reported as `query_error`
/// by the execution, never thrown here.
class statement {
public:
    /// CQL text, for example "SELECT release_version FROM system.local". Implicit: text is a statement.
    statement(std::string cql) : text_(std::move(cql)) {}
    statement(std::string_view cql) : text_(cql) {}
    statement(const char* cql) : text_(cql) {}

    /// Values for the `?` markers of CQL text, each as the natural CQL type of its C++ type (std::int32_t as int,
    /// std::int64_t as bigint, std::string as text, …). The server does not convert: prepare the statement where the
    /// column's type differs. For a prepared statement use `prepared_statement::bind`.
    template <class... Values>
    statement& bind(const Values&... values) &
    {
        values_.clear();
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

    std::string text_;
    std::shared_ptr<const detail::prepared_core> prepared_;
    options options_;
    detail::bound_values values_;
};

/// A statement the server has parsed, made by `session::prepare`. A cheap handle: copies share, any thread may use its
/// own copy. Outlives its session harmlessly.
class prepared_statement {
public:
    /// An empty handle, for completion handlers of failed calls.
    prepared_statement() noexcept = default;

    explicit prepared_statement(std::shared_ptr<const detail::prepared_core> core) noexcept
        : core_(std::move(core))
    {}

    /// A statement with one value for each marker, in order. `null` and an empty std::optional bind null, `unset` leaves
    /// a column as it is. A wrong count or type is reported by the execution, as `query_error`.
    template <class... Values>
    [[nodiscard]] statement bind(const Values&... values) const
    {
        statement bound{core_};
        detail::bind_all(bound.values_, *core_->markers, values...);
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
