// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace async_cassandra {

enum class log_level : std::uint8_t {
    debug,    ///< Steps of normal work: connections opened and closed.
    info,     ///< Changes worth knowing: a node came back.
    warning,  ///< Something failed that nobody was waiting for; the library goes on.
    error,    ///< The same, and it needs a person.
};

/// "debug", "info", "warning" or "error".
[[nodiscard]] std::string_view to_string(log_level level) noexcept;

/// A name and its value, for example {"node", "127.0.0.1:9042"}.
struct log_field {
    std::string_view name;
    std::string_view value;
};

/// One line of the log. Views are valid during the call only. Holds no statement text, values or credentials.
struct log_record {
    log_level level;
    std::string_view component;  ///< "connection", "pool", "cluster", "resolver", …
    std::string_view text;
    std::span<const log_field> fields;
    std::uint64_t suppressed = 0;  ///< Records dropped by the rate limit since the last one delivered.
};

/// Where records go. Called on the library's threads, possibly several at once: it must be thread-safe and
/// quick, and must not throw (what it throws is dropped).
using log_sink = std::function<void(const log_record&)>;

/// Sets the sink of the whole process and the lowest level delivered; an empty sink turns logging off, as it
/// is at the start. At most 100 records a second are delivered; the rest are counted in
/// `log_record::suppressed`.
///
/// Every failure that has no caller (a lost idle connection, a name that does not resolve during
/// reconnection) goes through here; failures of calls go to the caller and are not logged. Safe from any
/// thread.
void set_log_sink(log_sink sink, log_level lowest = log_level::info);

}  // namespace async_cassandra
