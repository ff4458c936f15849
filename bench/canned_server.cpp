// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"
#include "canned_server/server.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace async_cassandra::bench;

constexpr const char* usage =
    "canned_server [--port P] [--rows N] [--max-version 4|5] [--quiet] [--exit-with-parent]\n"
    "  Answers the benchmark's statements on 127.0.0.1 from prepared bytes; prints 'listening "
    "127.0.0.1:PORT'.\n"
    "  --port P            0 (the default): any free one\n"
    "  --rows N            rows of bench.big (default 1000000)\n"
    "  --max-version 4|5   newest protocol version it accepts (default 5)\n"
    "  --quiet             no totals on stderr at the end\n"
    "  --exit-with-parent  end when the process that started it ends\n";

struct options {
    server_settings server;
    bool quiet = false;
    bool exit_with_parent = false;
    bool help = false;
};

options read_options(int count, char** arguments)
{
    options read;
    argument_walk walk(count, arguments);
    while (walk.next()) {
        if (walk.name() == "--port") {
            read.server.port = static_cast<std::uint16_t>(walk.number(0, 65535));
        } else if (walk.name() == "--rows") {
            read.server.rows = walk.number(0, 1'000'000'000'000);
        } else if (walk.name() == "--max-version") {
            read.server.max_version = static_cast<std::uint8_t>(walk.number(4, 5));
        } else if (walk.name() == "--quiet") {
            read.quiet = true;
        } else if (walk.name() == "--exit-with-parent") {
            read.exit_with_parent = true;
        } else if (walk.name() == "--help") {
            read.help = true;
        } else {
            throw usage_error("unknown argument " + walk.name());
        }
    }
    return read;
}

/// False when the parent ended before it could be watched.
bool end_with_parent()
{
    const pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
        throw std::runtime_error("prctl(PR_SET_PDEATHSIG) failed");
    return getppid() == parent;
}

void allow_many_connections()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const options& chosen)
{
    if (chosen.exit_with_parent && !end_with_parent())
        return 0;
    allow_many_connections();
    server canned(chosen.server);
    std::printf("listening 127.0.0.1:%u\n", static_cast<unsigned>(canned.port()));
    std::fflush(stdout);
    canned.run();
    if (!chosen.quiet) {
        const server_totals totals = canned.totals();
        std::fprintf(
            stderr,
            "canned_server: %llu connections, %llu requests, %llu bytes in, %llu out\n",
            static_cast<unsigned long long>(totals.connections),
            static_cast<unsigned long long>(totals.requests),
            static_cast<unsigned long long>(totals.bytes_in),
            static_cast<unsigned long long>(totals.bytes_out)
        );
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments)
{
    try {
        const options chosen = read_options(count, arguments);
        if (chosen.help) {
            std::fputs(usage, stdout);
            return 0;
        }
        return run(chosen);
    } catch (const usage_error& error) {
        std::fprintf(stderr, "canned_server: %s\n%s", error.what(), usage);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "canned_server: %s\n", error.what());
        return 1;
    }
}
