// SPDX-License-Identifier: Apache-2.0
#include "schema_command.hpp"

#include "ask_cluster.hpp"
#include "output.hpp"
#include "schema_text.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <unistd.h>

namespace async_cassandra::cli {

namespace {

bool is_servers_own(const keyspace_metadata& keyspace)
{
    constexpr std::array<std::string_view, 5> names{
        "system", "system_auth", "system_distributed", "system_schema", "system_traces"};
    return keyspace.is_virtual || std::ranges::find(names, keyspace.name) != names.end();
}

void append_all(std::string& out, const described_schema& all)
{
    for (const auto& each : all.known.keyspaces()) {
        if (is_servers_own(*each))
            continue;
        if (!out.empty())
            out += '\n';
        append_keyspace(out, *each, all.options);
    }
}

void append_named(std::string& out, const described_schema& all, const schema_options& options)
{
    const keyspace_metadata* const keyspace = all.known.find(options.keyspace);
    if (keyspace == nullptr)
        throw std::runtime_error{"there is no keyspace '" + options.keyspace + "'"};
    if (options.table.empty())
        return append_keyspace(out, *keyspace, all.options);
    if (const table_metadata* const table = keyspace->find_table(options.table))
        return append_table(out, *table, all.options);
    const view_metadata* const view = keyspace->find_view(options.table);
    if (view == nullptr)
        throw std::runtime_error{
            "there is no table or view '" + options.table + "' in keyspace '" + options.keyspace + "'"};
    append_view(out, *view, all.options);
}

}  // namespace

void run_schema(const schema_options& options)
{
    const described_schema all = read_schema(options.connection.to_config());
    output out{STDOUT_FILENO};
    if (options.keyspace.empty())
        append_all(out.buffer(), all);
    else
        append_named(out.buffer(), all, options);
    out.flush();
}

}  // namespace async_cassandra::cli
