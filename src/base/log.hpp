// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/log.hpp>

#include <initializer_list>

namespace async_cassandra::base {

/// True when a record of this level would be delivered: ask before building a costly text.
[[nodiscard]] bool log_enabled(log_level level) noexcept;

/// Delivers one record to the sink, within the rate limit. Never throws, and drops what the sink throws.
void log(
    log_level level,
    std::string_view component,
    std::string_view text,
    std::initializer_list<log_field> fields = {}
) noexcept;

}  // namespace async_cassandra::base
