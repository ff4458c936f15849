// SPDX-License-Identifier: Apache-2.0
#include "query_command.hpp"

#include <async_cassandra/cluster.hpp>
#include <async_cassandra/types/literal.hpp>

#include "output.hpp"
#include "run_connected.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace async_cassandra::cli {

namespace {

cluster_config config_of(const query_options& options)
{
    cluster_config config = options.connection.to_config();
    if (options.timeout)
        config.request_timeout = *options.timeout;
    if (options.consistency)
        config.consistency = *options.consistency;
    if (options.page_size)
        config.page_size = *options.page_size;
    return config;
}

/// The values of --param, each as the type of its marker.
std::vector<raw_value> encode_parameters(const std::vector<std::string>& texts, const columns& markers)
{
    std::vector<raw_value> values;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i >= markers.size()) {
            values.emplace_back();  // one too many: binding refuses it, with the names of all markers
            continue;
        }
        const data_type& type = markers[i].type;
        try {
            values.push_back(encode_literal(texts[i], type));
        } catch (const error& wrong) {
            failure told = wrong.details();
            told.what =
                fmt::format("--param {} for {} {}: {}", i + 1, markers[i].name, type.to_string(), told.what);
            throw_failure(failure_ptr{std::move(told)});
        }
    }
    return values;
}

asio::awaitable<statement> make_statement(const session& target, const query_options& options)
{
    if (options.parameters.empty())
        co_return statement{options.cql};
    const prepared_statement prepared = co_await target.prepare(options.cql);
    co_return prepared.bind_raw(encode_parameters(options.parameters, prepared.markers()));
}

class result_printer {
public:
    explicit result_printer(row_format format) : format_(format), writer_(make_row_writer(format)) {}

    void print(const page& rows)
    {
        if (!begun_ && !rows.columns().empty()) {
            writer_->begin(out_.buffer(), rows);
            begun_ = true;
        }
        for (const row values : rows) {
            writer_->row(out_.buffer(), values);
            out_.flush_block();
        }
        for (const std::string& warning : rows.warnings())
            fmt::print(stderr, "async-cassandra: the server warns: {}\n", warning);
        out_.flush();
    }

    void finish()
    {
        if (begun_)
            writer_->end(out_.buffer());
        else if (format_ == row_format::table && ::isatty(STDOUT_FILENO) == 1)
            out_.buffer() += "OK\n";
        out_.flush();
    }

private:
    row_format format_;
    std::unique_ptr<row_writer> writer_;
    output out_{STDOUT_FILENO};
    bool begun_ = false;
};

asio::awaitable<void> print_result(const session& target, const query_options& options)
{
    stream_config config;
    // Printing may wait for a reader for minutes (less, a full pipe). A page asked for meanwhile would time out.
    config.pages_ahead = 0;
    statement what = co_await make_statement(target, options);
    streaming_result_set pages = target.execute_stream(std::move(what), config);
    result_printer printer{options.format};
    while (auto rows = co_await pages.next_page())
        printer.print(*rows);
    printer.finish();
}

asio::awaitable<void> run(cluster connected, const query_options& options)
{
    const session target = co_await connected.connect(options.keyspace);
    co_await print_result(target, options);
    co_await connected.close();
}

}  // namespace

void run_query(const query_options& options)
{
    run_connected(config_of(options), [&](cluster connected) { return run(std::move(connected), options); });
}

}  // namespace async_cassandra::cli
