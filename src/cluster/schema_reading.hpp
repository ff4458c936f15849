// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/result.hpp>
#include <async_cassandra/result_set.hpp>

#include "cluster/control_request.hpp"
#include "cluster/schema_rows.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// What of the schema is read.
struct schema_scope {
    std::vector<std::string> asked{};   ///< Which keyspaces; empty: all, the virtual ones too.
    bool tables = true;                 ///< False: only how the keyspaces are replicated.
    std::vector<std::string> wanted{};  ///< Of which keyspaces to keep more than that; empty: of all.
};

/// Asks one node for the schema: the tables of system_schema and, when all is asked for and the server has them, those of
/// system_virtual_schema, all at once, so that a long way to the node is gone once and not for each table. Rows are read
/// some at a time, so that a large schema does not hold up the loop.
class schema_reading final : public std::enable_shared_from_this<schema_reading> {
public:
    using keyspaces_callback = std::function<void(const keyspace_replications&)>;
    using callback = std::function<void(result<described_schema>)>;

    schema_reading(
        std::shared_ptr<net::shard> home,
        std::shared_ptr<net::connection> on,
        schema_scope scope,
        std::chrono::milliseconds timeout,
        keyspaces_callback on_keyspaces,
        callback done
    );

    /// `done` is called once, after this function or within it; before it `on_keyspaces`, as soon as the keyspaces are read,
    /// unless they cannot be. Each page has the time limit.
    void run();

    /// Nobody is told any more.
    void give_up() noexcept;

private:
    /// What a table holds; its rows are there when they were read to the last and nobody has looked at them yet.
    struct table_answer {
        control_inquiry inquiry;
        std::optional<result<result_set>> rows{};
    };

    void ask(std::size_t table);
    void take_rows();
    void read_some();
    void go_to_next_table();
    void put_together();
    void end(result<described_schema> outcome);
    void give_up_questions() noexcept;

    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<net::connection> connection_;
    schema_scope scope_;
    std::string where_;         // the keyspaces that were asked for
    std::string where_wanted_;  // those of which everything is wanted
    std::chrono::milliseconds timeout_;
    keyspaces_callback on_keyspaces_;
    callback done_;
    schema_rows_reader reader_;
    std::vector<table_answer> answers_;
    std::size_t table_ = 0;  // which is read
    result_set rows_;
    row_iterator next_row_;
};

}  // namespace async_cassandra::detail
