// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/async_cassandra.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Fetches one large page from one node while it asks another node, on the same loop, for small things; prints as JSON what
// it cost: memory of this process, the loop's longest turn, how long the others waited.
namespace async_cassandra {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct wishes {
    std::string large;
    std::string small;
    protocol_version version = protocol_version::v5;
    std::size_t rows = 0;
    std::size_t row_bytes = 0;
    bool stream = false;
};

double milliseconds(steady_clock::duration time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

double peak_mib()
{
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            return std::stod(line.substr(6)) / 1024.0;
    throw std::runtime_error{"no VmHWM in /proc/self/status"};
}

/// CPU time of this thread: what another process takes away does not count as work of the loop.
std::chrono::nanoseconds thread_time()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

/// Runs between any two turns of the loop and looks at how much work lay between.
class turn_watch {
public:
    explicit turn_watch(asio::io_context& loop) : loop_(loop) {}

    void start()
    {
        running_ = true;
        last_ = thread_time();
        again();
    }
    void stop() { running_ = false; }
    [[nodiscard]] double longest() const
    {
        return std::chrono::duration<double, std::milli>(longest_).count();
    }

private:
    void again()
    {
        asio::post(loop_, [this] {
            const auto now = thread_time();
            longest_ = std::max(longest_, now - last_);
            last_ = now;
            if (running_)
                again();
        });
    }

    asio::io_context& loop_;
    bool running_ = false;
    std::chrono::nanoseconds last_{0};
    std::chrono::nanoseconds longest_{0};
};

cluster_config config_of(const wishes& w, const std::string& address)
{
    cluster_config config;
    config.contact_points = {address};
    config.protocol = w.version;
    config.request_timeout = 120s;
    return config;
}

struct measured {
    double transfer_ms = 0;
    double behind_ms = 0;
    double turn_ms = 0;
    std::size_t page_bytes = 0;
    std::vector<double> others_ms;
    double peak_mib = 0;
    double peak_before_mib = 0;
};

class measurement {
public:
    explicit measurement(wishes w)
        : wishes_(std::move(w)),
          large_(loop_.get_executor(), config_of(wishes_, wishes_.large)),
          small_(loop_.get_executor(), config_of(wishes_, wishes_.small)),
          watch_(loop_)
    {}

    measured run()
    {
        asio::co_spawn(loop_, all(), [](std::exception_ptr failed) {
            if (failed)
                std::rethrow_exception(failed);
        });
        loop_.run();
        return out_;
    }

private:
    static constexpr const char* small_query = "SELECT release_version FROM system.local";

    asio::awaitable<void> all()
    {
        session big = co_await large_.connect();
        session little = co_await small_.connect();
        // What is allocated once is not counted as the page's.
        (void)co_await little.execute(small_query);
        out_.peak_before_mib = peak_mib();
        watch_.start();
        asio::co_spawn(loop_, ask_others(little), asio::detached);
        // Posted, because a coroutine that is spawned here would begin at once: its request must stand behind the page's.
        asio::post(loop_, [this, big] { asio::co_spawn(loop_, ask_behind(big), asio::detached); });
        co_await fetch(big);
        fetched_ = true;
        out_.peak_mib = peak_mib();
        while (asking_ != 0) {
            asio::steady_timer pause{loop_, 1ms};
            co_await pause.async_wait(asio::use_awaitable);
        }
        watch_.stop();
        co_await large_.close();
        co_await small_.close();
    }

    asio::awaitable<void> fetch(session big)
    {
        const auto begin = steady_clock::now();
        auto what =
            statement{"ROWS " + std::to_string(wishes_.rows) + " OF " + std::to_string(wishes_.row_bytes)};
        what.page_size(2'000'000'000);
        if (wishes_.stream) {
            streaming_result_set stream = big.execute_stream(std::move(what));
            std::optional<page> got = co_await stream.next_page();
            out_.transfer_ms = milliseconds(steady_clock::now() - begin);
            out_.turn_ms = watch_.longest();
            out_.page_bytes = got.value().byte_size();
            co_await look_at(*got);
        } else {
            const result_set got = co_await big.execute_page(std::move(what));
            out_.transfer_ms = milliseconds(steady_clock::now() - begin);
            out_.turn_ms = watch_.longest();
            out_.page_bytes = got.byte_size();
            co_await look_at(got);
        }
    }

    // Every cell, a little at a time, as a program with other things to do would.
    template <class Rows>
    asio::awaitable<void> look_at(const Rows& rows)
    {
        std::int64_t expected = 0;
        std::size_t bytes = 0;
        for (const auto& found : rows) {
            const auto body = found.template get<std::span<const std::byte>>(1);
            const auto fill = static_cast<std::byte>(expected % 251);
            if (found.template get<std::int64_t>(0) != expected || body.size() != wishes_.row_bytes ||
                body.front() != fill || body.back() != fill || body[body.size() / 2] != fill)
                throw std::runtime_error{"row " + std::to_string(expected) + " is wrong"};
            ++expected;
            bytes += body.size();
            if (expected % 1000 == 0)
                co_await asio::post(loop_, asio::use_awaitable);
        }
        if (static_cast<std::size_t>(expected) != wishes_.rows)
            throw std::runtime_error{std::to_string(expected) + " rows came"};
    }

    asio::awaitable<void> ask_others(session little)
    {
        ++asking_;
        while (!fetched_) {
            const auto begin = steady_clock::now();
            (void)co_await little.execute(small_query);
            out_.others_ms.push_back(milliseconds(steady_clock::now() - begin));
            asio::steady_timer pause{loop_, 1ms};
            co_await pause.async_wait(asio::use_awaitable);
        }
        --asking_;
    }

    asio::awaitable<void> ask_behind(session big)
    {
        ++asking_;
        const auto begin = steady_clock::now();
        (void)co_await big.execute(small_query);
        out_.behind_ms = milliseconds(steady_clock::now() - begin);
        --asking_;
    }

    wishes wishes_;
    asio::io_context loop_{1};
    cluster large_;
    cluster small_;
    turn_watch watch_;
    measured out_;
    bool fetched_ = false;
    int asking_ = 0;
};

void report(measured m)
{
    std::ranges::sort(m.others_ms);
    const std::size_t count = m.others_ms.size();
    const double p99 = count == 0 ? 0 : m.others_ms[std::min(count - 1, count * 99 / 100)];
    std::printf(
        "{\"page_bytes\": %zu, \"peak_mib\": %.1f, \"peak_before_mib\": %.1f, \"transfer_ms\": %.1f, "
        "\"longest_turn_ms\": %.3f, \"others\": %zu, \"others_p99_ms\": %.2f, \"others_max_ms\": %.2f, "
        "\"behind_ms\": %.1f}\n",
        m.page_bytes,
        m.peak_mib,
        m.peak_before_mib,
        m.transfer_ms,
        m.turn_ms,
        count,
        p99,
        count == 0 ? 0 : m.others_ms.back(),
        m.behind_ms
    );
}

}  // namespace
}  // namespace async_cassandra

int main(int count, char** arguments)
{
    if (count != 7) {
        std::cerr << "usage: large_page_client LARGE_NODE SMALL_NODE 4|5 ROWS ROW_BYTES page|stream\n";
        return 2;
    }
    try {
        async_cassandra::wishes w;
        w.large = arguments[1];
        w.small = arguments[2];
        w.version = std::string{arguments[3]} == "4" ? async_cassandra::protocol_version::v4
                                                     : async_cassandra::protocol_version::v5;
        w.rows = std::stoul(arguments[4]);
        w.row_bytes = std::stoul(arguments[5]);
        w.stream = std::string{arguments[6]} == "stream";
        async_cassandra::report(async_cassandra::measurement{std::move(w)}.run());
        return 0;
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
