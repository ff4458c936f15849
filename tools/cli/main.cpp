// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/error.hpp>

#include "bench_command.hpp"
#include "command_line.hpp"
#include "failure_text.hpp"
#include "output.hpp"

#include <csignal>
#include <cstdio>

#include <unistd.h>

namespace {

using namespace async_cassandra::cli;

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_bad_usage = 2;

int run(const query_options& options)
{
    run_query(options);
    return exit_done;
}

int run(const nodes_options& options)
{
    run_nodes(options);
    return exit_done;
}

int run(const schema_options& options)
{
    run_schema(options);
    return exit_done;
}

int run(const bench_options& options)
{
    return run_bench(options) ? exit_done : exit_failed;
}

int run(const information& asked)
{
    output out{STDOUT_FILENO};
    out.buffer() = asked.text;
    out.flush();
    return exit_done;
}

int run(const bad_usage& complaint)
{
    std::fputs(complaint.text.c_str(), stderr);
    return exit_bad_usage;
}

}  // namespace

int main(int count, char** arguments)
{
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, handled below
    try {
        const command_line what = read_command_line({arguments + 1, arguments + count});
        return std::visit([](const auto& command) { return run(command); }, what);
    } catch (const output_closed&) {
        return exit_done;
    } catch (const async_cassandra::configuration_error& wrong) {
        std::fputs(failure_text(wrong).c_str(), stderr);
        return exit_bad_usage;
    } catch (const std::exception& thrown) {
        std::fputs(failure_text(thrown).c_str(), stderr);
        return exit_failed;
    }
}
