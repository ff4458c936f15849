// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"
#include "floor_client/load.hpp"

#include <cstdio>
#include <exception>

namespace {

using namespace async_cassandra::bench;

constexpr const char* usage =
    "floor_client [--host H] --port P [--op select|insert|stream] [--in-flight N] [--requests N] [--protocol "
    "4|5]\n"
    "             [--json]\n"
    "  The least a client can do: one blocking socket, requests copied from a template, answers only "
    "counted.\n"
    "  --host H       an IPv4 address (default 127.0.0.1)\n"
    "  --op OP        select (the default), insert, or stream: one pass over bench.big, the next page asked "
    "ahead\n"
    "  --in-flight N  1 to 32768 (default 1024); 1 is the bare blocking round trip\n"
    "  --requests N   measured ones (default 1000000), after a tenth as many that are not\n"
    "  --protocol V   4 or 5 (default 5)\n"
    "  --json         one object instead of a line of text\n";

struct options {
    load_settings load;
    bool json = false;
    bool help = false;
};

operation read_operation(const std::string& name)
{
    if (name == "select")
        return operation::select;
    if (name == "insert")
        return operation::insert;
    if (name == "stream")
        return operation::stream;
    throw usage_error("--op wants select, insert or stream, not '" + name + "'");
}

options read_options(int count, char** arguments)
{
    options read;
    argument_walk walk(count, arguments);
    while (walk.next()) {
        if (walk.name() == "--host") {
            read.load.host = walk.text();
        } else if (walk.name() == "--port") {
            read.load.port = static_cast<std::uint16_t>(walk.number(1, 65535));
        } else if (walk.name() == "--op") {
            read.load.op = read_operation(walk.text());
        } else if (walk.name() == "--in-flight") {
            read.load.in_flight = walk.number(1, 32768);
        } else if (walk.name() == "--requests") {
            read.load.requests = walk.number(1, 1'000'000'000'000);
        } else if (walk.name() == "--protocol") {
            read.load.protocol = static_cast<std::uint8_t>(walk.number(4, 5));
        } else if (walk.name() == "--json") {
            read.json = true;
        } else if (walk.name() == "--help") {
            read.help = true;
        } else {
            throw usage_error("unknown argument " + walk.name());
        }
    }
    if (!read.help && read.load.port == 0)
        throw usage_error("--port is needed");
    return read;
}

const char* name_of(operation op)
{
    if (op == operation::select)
        return "select";
    return op == operation::insert ? "insert" : "stream";
}

void print(const options& chosen, const load_figures& taken)
{
    const double requests = static_cast<double>(taken.requests);
    const double rows = static_cast<double>(taken.rows);
    const bool stream = chosen.load.op == operation::stream;
    if (chosen.json) {
        std::printf(
            "{\"op\": \"%s\", \"protocol\": %u, \"in_flight\": %llu, \"requests\": %llu, \"seconds\": %.6f, "
            "\"requests_per_second\": %.1f, \"cpu_us_per_request\": %.5f",
            name_of(chosen.load.op),
            static_cast<unsigned>(chosen.load.protocol),
            static_cast<unsigned long long>(stream ? 2 : chosen.load.in_flight),
            static_cast<unsigned long long>(taken.requests),
            taken.seconds,
            requests / taken.seconds,
            taken.cpu_us / requests
        );
        if (stream) {
            std::printf(
                ", \"rows\": %llu, \"rows_per_second\": %.1f, \"cpu_us_per_row\": %.6f",
                static_cast<unsigned long long>(taken.rows),
                rows / taken.seconds,
                taken.cpu_us / rows
            );
        }
        std::printf("}\n");
    } else if (stream) {
        std::printf(
            "stream v%u: %llu rows, %.3f s, %.2f M rows/s, %.4f us CPU a row\n",
            static_cast<unsigned>(chosen.load.protocol),
            static_cast<unsigned long long>(taken.rows),
            taken.seconds,
            rows / taken.seconds / 1e6,
            taken.cpu_us / rows
        );
    } else {
        std::printf(
            "%s v%u, %llu in flight: %llu requests, %.3f s, %.0f k/s, %.4f us CPU a request\n",
            name_of(chosen.load.op),
            static_cast<unsigned>(chosen.load.protocol),
            static_cast<unsigned long long>(chosen.load.in_flight),
            static_cast<unsigned long long>(taken.requests),
            taken.seconds,
            requests / taken.seconds / 1e3,
            taken.cpu_us / requests
        );
    }
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
        print(chosen, run_load(chosen.load));
        return 0;
    } catch (const usage_error& error) {
        std::fprintf(stderr, "floor_client: %s\n%s", error.what(), usage);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "floor_client: %s\n", error.what());
        return 1;
    }
}
