// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.hpp"
#include "nodes_command.hpp"
#include "query_command.hpp"
#include "schema_command.hpp"

#include <string>
#include <variant>
#include <vector>

namespace async_cassandra::cli {

/// --help or --version: text for standard output.
struct information {
    std::string text;
};

/// What is wrong with the arguments: text for standard error; the exit code is 2.
struct bad_usage {
    std::string text;
};

using command_line =
    std::variant<query_options, nodes_options, schema_options, bench_options, information, bad_usage>;

/// `arguments` without the program's name.
[[nodiscard]] command_line read_command_line(std::vector<std::string> arguments);

}  // namespace async_cassandra::cli
