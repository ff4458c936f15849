// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <atomic>
#include <ctime>
#include <memory>
#include <mutex>
#include <utility>

namespace async_cassandra {

namespace {

constexpr std::uint64_t records_per_second = 100;
constexpr int off = 255;

struct log_state {
    std::mutex mutex;
    std::shared_ptr<const log_sink> sink;
    std::time_t second = 0;
    std::uint64_t delivered = 0;
    std::uint64_t suppressed = 0;
};

// Never destroyed: a detached thread may log while the process ends.
log_state& state()
{
    static log_state* const instance = new log_state;
    return *instance;
}

std::atomic<int> lowest_level{off};

}  // namespace

std::string_view to_string(log_level level) noexcept
{
    switch (level) {
    case log_level::debug: return "debug";
    case log_level::info: return "info";
    case log_level::warning: return "warning";
    case log_level::error: return "error";
    }
    return "unknown";
}

void set_log_sink(log_sink sink, log_level lowest)
{
    log_state& s = state();
    auto shared = sink ? std::make_shared<const log_sink>(std::move(sink)) : nullptr;
    const int level = shared ? static_cast<int>(lowest) : off;
    const std::lock_guard lock{s.mutex};
    s.sink.swap(shared);  // the old one goes behind the lock: what it holds may log
    s.delivered = s.suppressed = 0;
    lowest_level.store(level, std::memory_order_relaxed);
}

namespace base {

bool log_enabled(log_level level) noexcept
{
    return static_cast<int>(level) >= lowest_level.load(std::memory_order_relaxed);
}

void log(
    log_level level,
    std::string_view component,
    std::string_view text,
    std::initializer_list<log_field> fields
) noexcept
{
    if (!log_enabled(level))
        return;
    try {
        log_state& s = state();
        std::shared_ptr<const log_sink> sink;
        std::uint64_t suppressed = 0;
        {
            const std::lock_guard lock{s.mutex};
            const std::time_t second = std::time(nullptr);
            if (second != s.second) {
                s.second = second;
                s.delivered = 0;
            }
            if (!s.sink || s.delivered == records_per_second) {
                ++s.suppressed;
                return;
            }
            ++s.delivered;
            suppressed = std::exchange(s.suppressed, 0);
            sink = s.sink;
        }
        (*sink)({level, component, text, {fields.begin(), fields.size()}, suppressed});
    } catch (...) {
        // The sink's own failure has nowhere to go: reporting it would call the sink again.
        return;
    }
}

}  // namespace base

}  // namespace async_cassandra
