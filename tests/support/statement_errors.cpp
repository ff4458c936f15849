// SPDX-License-Identifier: Apache-2.0
#include "support/statement_errors.hpp"

#include <utility>

namespace async_cassandra::testing {

answer invalid(std::string message)
{
    return reply_error(server_code::invalid, std::move(message));
}

answer syntax_error(std::string_view text, std::string_view word)
{
    const auto at =
        word.data() == nullptr ? text.size() : static_cast<std::size_t>(word.data() - text.data());
    std::string message = "line 1:" + std::to_string(at) + " no viable alternative at input ";
    message += word.empty() ? "'<EOF>'" : "'" + std::string{word} + "' ([" + std::string{word} + "]...)";
    return reply_error(server_code::syntax_error, std::move(message));
}

answer unknown_keyspace(std::string_view name)
{
    return invalid("Keyspace '" + std::string{name} + "' does not exist");
}

answer missing_keyspace_of_table(std::string_view keyspace)
{
    if (keyspace.empty())
        return invalid(
            "No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename"
        );
    return invalid("keyspace " + std::string{keyspace} + " does not exist");
}

answer missing_table(std::string_view table)
{
    return invalid("table " + std::string{table} + " does not exist");
}

answer unconfigured_table(std::string_view table)
{
    return invalid("unconfigured table " + std::string{table});
}

answer undefined_column(std::string_view column, std::string_view keyspace, std::string_view table)
{
    return invalid(
        "Undefined column name " + std::string{column} + " in table " + std::string{keyspace} + "." +
        std::string{table}
    );
}

answer already_exists(std::string_view keyspace, std::string_view table)
{
    server_error_details details;
    details.code = server_code::already_exists;
    details.keyspace = keyspace;
    details.table = table;
    const std::string owner = "\"" + std::string{keyspace} + "\"";
    details.message = table.empty() ? "Cannot add existing keyspace " + owner
                                    : "Cannot add already existing table \"" + std::string{table} +
                                          "\" to keyspace " + owner;
    return reply_error(std::move(details));
}

}  // namespace async_cassandra::testing
