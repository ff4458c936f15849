// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "bench_work.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string_view>

namespace async_cassandra::cli {

/// One event loop with a cluster of its own over it: everything the client does for it happens on the thread that runs
/// it, no request goes from thread to thread.
class bench_worker {
public:
    explicit bench_worker(const cluster_config& config);

    /// Runs the loop until the coroutine is done. Throws what it throws.
    void run(asio::awaitable<void> work);

    void connect();
    [[nodiscard]] prepared_statement prepare(std::string_view cql);

    /// The work becomes this worker's, and lives as long as it.
    void take(std::unique_ptr<bench_work> work) noexcept { work_ = std::move(work); }
    [[nodiscard]] bench_work& work() noexcept { return *work_; }

    /// Runs the loop until its work is finished.
    void run_work(bench_clock::time_point begin) { run_until_finished(*work_, begin); }
    void run_until_finished(bench_work& work, bench_clock::time_point begin);

    void close();

    [[nodiscard]] const session& target() const noexcept { return session_; }
    [[nodiscard]] asio::io_context& context() noexcept { return context_; }

private:
    asio::io_context context_{1};
    cluster cluster_;
    session session_;
    std::unique_ptr<bench_work> work_;
};

}  // namespace async_cassandra::cli
