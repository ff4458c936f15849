// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <async_cassandra/version.hpp>

#include "bench_arguments.hpp"
#include "option_groups.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace async_cassandra::cli {

namespace {

/// What CLI11 fills in before it becomes query_options.
struct query_arguments {
    query_options options;
    std::string consistency;
    seconds_option timeout;
    std::int32_t page_size = 0;
};

CLI::App& add_query(CLI::App& app, query_arguments& into)
{
    CLI::App& query = *app.add_subcommand("query", "Run one CQL statement and print its rows as they come");
    query_options& options = into.options;
    query.add_option("cql", options.cql, "The statement")->required()->type_name("CQL");
    query
        .add_option(
            "--param",
            options.parameters,
            "Value of the next ? of the statement, as a CQL literal; may be repeated.\n"
            "For text the bare text; null is null"
        )
        ->type_name("VALUE")
        ->allow_extra_args(false);
    add_connection_options(query, options.connection);
    query.add_option("--keyspace", options.keyspace, "Keyspace of tables without one")->type_name("NAME");
    add_format_option(query, options.format);
    add_consistency_option(query, into.consistency);
    query.add_option("--page-size", into.page_size, "Rows fetched at a time (5000)")
        ->type_name("ROWS")
        ->check(at_least_one<std::int32_t>().description(""));
    add_timeout_option(query, into.timeout, "each page (10)");
    return query;
}

query_options finish(query_arguments&& read)
{
    query_options options = std::move(read.options);
    options.consistency = parse_consistency(read.consistency);
    if (read.page_size != 0)
        options.page_size = read.page_size;
    if (read.timeout.value > 0)
        options.timeout = read.timeout.as<std::chrono::milliseconds>();
    return options;
}

struct nodes_arguments {
    nodes_options options;
    seconds_option timeout;
};

CLI::App& add_nodes(CLI::App& app, nodes_arguments& into)
{
    CLI::App& nodes =
        *app.add_subcommand("nodes", "Show the nodes of a cluster, and ask each for a sign of life");
    add_connection_options(nodes, into.options.connection);
    add_format_option(nodes, into.options.format);
    add_timeout_option(nodes, into.timeout, "each node's answer (2)");
    return nodes;
}

nodes_options finish(nodes_arguments&& read)
{
    nodes_options options = std::move(read.options);
    if (read.timeout.value > 0)
        options.timeout = read.timeout.as<std::chrono::milliseconds>();
    return options;
}

struct schema_arguments {
    schema_options options;
    std::string what;
};

CLI::App& add_schema(CLI::App& app, schema_arguments& into)
{
    CLI::App& schema = *app.add_subcommand(
        "schema", "Print keyspaces, tables, types, views and indexes as CREATE statements"
    );
    schema
        .add_option(
            "name",
            into.what,
            "A keyspace, or one of its tables or views; names as they are, without quotes.\n"
            "All keyspaces but the server's own when not given"
        )
        ->type_name("KEYSPACE[.TABLE]")
        ->check(CLI::Validator{
            [](const std::string& text) {
                const std::size_t point = text.find('.');
                const bool named =
                    point == std::string::npos ? !text.empty() : point != 0 && point + 1 != text.size();
                return named ? std::string{} : "'" + text + "' is not KEYSPACE or KEYSPACE.TABLE";
            },
            ""});
    add_connection_options(schema, into.options.connection);
    return schema;
}

schema_options finish(schema_arguments&& read)
{
    schema_options options = std::move(read.options);
    const std::size_t point = read.what.find('.');
    options.keyspace = read.what.substr(0, point);
    if (point != std::string::npos)
        options.table = read.what.substr(point + 1);
    return options;
}

bad_usage complain(const CLI::App& command, const std::string& what)
{
    const std::string name = command.get_parent() == nullptr ? "" : " " + command.get_name();
    return {fmt::format(
        "async-cassandra{}: {}\nRun async-cassandra{} --help for more information.\n", name, what, name
    )};
}

const CLI::App& chosen(const CLI::App& app)
{
    const auto commands = app.get_subcommands();
    return commands.empty() ? app : *commands.front();
}

std::string unknown_command(const CLI::App& app, const std::vector<std::string>& arguments)
{
    if (arguments.empty() || arguments.front().starts_with('-'))
        return {};
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        if (command->get_name() == arguments.front())
            return {};
    return fmt::format("there is no command '{}', only bench, nodes, query and schema", arguments.front());
}

}  // namespace

command_line read_command_line(std::vector<std::string> arguments)
{
    CLI::App app{"Asynchronous Apache Cassandra client", "async-cassandra"};
    app.set_version_flag("--version", "async-cassandra " ASYNC_CASSANDRA_VERSION);
    app.require_subcommand(1);
    query_arguments query;
    nodes_arguments nodes;
    schema_arguments schema;
    bench_arguments bench;
    const CLI::App& query_app = add_query(app, query);
    const CLI::App& nodes_app = add_nodes(app, nodes);
    const CLI::App& schema_app = add_schema(app, schema);
    add_bench(app, bench);
    if (const std::string what = unknown_command(app, arguments); !what.empty())
        return complain(app, what);
    try {
        std::ranges::reverse(arguments);  // CLI11 takes them from the back
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        return information{app.help()};
    } catch (const CLI::CallForVersion& version) {
        return information{std::string{version.what()} + "\n"};
    } catch (const CLI::ParseError& error) {
        return complain(chosen(app), error.what());
    }
    if (query_app.parsed())
        return finish(std::move(query));
    if (nodes_app.parsed())
        return finish(std::move(nodes));
    if (schema_app.parsed())
        return finish(std::move(schema));
    bench_options options = finish(std::move(bench));
    if (const std::string what = contradiction(options); !what.empty())
        return complain(chosen(app), what);
    return options;
}

}  // namespace async_cassandra::cli
