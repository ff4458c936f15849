// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/row.hpp>
#include <async_cassandra/schema.hpp>

#include "cluster/replication.hpp"
#include "cluster/system_row.hpp"
#include "types/cql_type.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

/// What the schema tables told.
struct described_schema {
    schema::keyspace_list keyspaces;     ///< By name; only those that were wanted.
    keyspace_replications replications;  ///< Of all keyspaces that are not virtual.
    std::vector<std::string> notes;      ///< What was left out or could not be read, for the log.
};

/// Reads rows of the schema tables, of all keyspaces or of some. A row that cannot be used is left out, and the notes tell
/// of it. No row makes it throw (but std::bad_alloc).
///
/// The functions are called in the order in which they stand here, each for any number of rows: what a row belongs to was
/// read before it, or it is left out. Virtual keyspaces have tables with the same columns, but fewer, and are read by the
/// same functions.
class schema_rows_reader {
public:
    using keyspace_filter = std::function<bool(std::string_view keyspace)>;

    /// \param wanted of which keyspaces to keep anything but their replication; empty: of all.
    explicit schema_rows_reader(keyspace_filter wanted = {}) : wanted_(std::move(wanted)) {}

    void add_keyspace(const row& r);
    void add_type(const row& r);
    void add_table(const row& r);
    void add_view(const row& r);
    void add_column(const row& r);
    void add_index(const row& r);

    /// How the keyspaces that were added are replicated.
    [[nodiscard]] const keyspace_replications& replications() const noexcept { return made_.replications; }

    /// Puts together about `budget` columns. True when all is done; no row may be added once this was called.
    bool step(std::size_t budget);

    /// All of it. The reader is used up. Precondition: `step` returned true.
    [[nodiscard]] described_schema finish();

private:
    // A type as it was read, and once it was looked up what it is.
    struct user_type {
        std::vector<std::string> names;
        std::vector<std::string> types;
        std::optional<types::nested_type> made{};
        bool in_work = false;
    };

    struct keyspace_rows {
        std::shared_ptr<keyspace_metadata> made;
        std::map<std::string, user_type, std::less<>> types;
        std::map<std::string, table_metadata, std::less<>> tables;
        std::map<std::string, view_metadata, std::less<>> views;

        [[nodiscard]] table_metadata* find(std::string_view table);
    };

    [[nodiscard]] keyspace_rows* keyspace_of(const system_row& from);
    [[nodiscard]] std::optional<table_metadata> read_table(
        const system_row& from, const keyspace_rows& in, std::string_view name_column
    );
    [[nodiscard]] std::optional<types::nested_type> make_type(
        keyspace_rows& in, std::string_view name, int depth
    );
    [[nodiscard]] types::nested_type parse_type(
        keyspace_rows& in, const std::string& text, const std::string& where, int depth
    );
    [[nodiscard]] std::size_t finish_next(keyspace_rows& in);

    keyspace_filter wanted_;
    std::map<std::string, keyspace_rows, std::less<>> keyspaces_;
    described_schema made_;
    row_notes notes_;
};

/// The schema with the keyspaces that were `found` in place of what was known of those that were `asked` for: one that was
/// not found is gone.
[[nodiscard]] schema update_schema(
    const schema& before, const std::vector<std::string>& asked, const schema::keyspace_list& found
);

}  // namespace async_cassandra::detail
