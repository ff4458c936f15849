// SPDX-License-Identifier: Apache-2.0
#include "session/statement_rules.hpp"

#include <chrono>
#include <limits>

namespace async_cassandra::detail {

namespace {

bool fits_seconds(std::chrono::sys_seconds when) noexcept
{
    using limits = std::numeric_limits<std::int32_t>;
    const auto count = when.time_since_epoch().count();
    return count >= limits::min() && count <= limits::max();
}

}  // namespace

const char* broken_rule(const statement& what, protocol_version version) noexcept
{
    const statement::options& options = what.settings();
    if (options.timeout && *options.timeout <= std::chrono::milliseconds{0})
        return "statement::timeout must be positive";
    if (options.timeout && *options.timeout > std::chrono::hours{24})
        return "statement::timeout must be at most 24 hours";
    if (options.page_size && *options.page_size < 1)
        return "statement::page_size must be at least 1";
    if (options.serial && *options.serial != consistency::serial &&
        *options.serial != consistency::local_serial)
        return "statement::serial_consistency must be serial or local_serial";
    const rare_options* const rare = what.rare();
    if (rare == nullptr)
        return nullptr;
    const bool v4 = version == protocol_version::v4;
    if (!rare->keyspace.empty() && what.is_prepared())
        return "statement::keyspace is for CQL text: a prepared statement has the keyspace it was prepared "
               "in";
    if (!rare->keyspace.empty() && v4)
        return "statement::keyspace needs protocol version 5, and this cluster speaks version 4";
    if (rare->now && v4)
        return "statement::now_in_seconds needs protocol version 5, and this cluster speaks version 4";
    if (rare->now && !fits_seconds(*rare->now))
        return "statement::now_in_seconds must fit 32 bits";
    if (rare->timestamp &&
        rare->timestamp->time_since_epoch().count() == std::numeric_limits<std::int64_t>::min())
        return "statement::timestamp must not be the smallest 64-bit number";
    return nullptr;
}

}  // namespace async_cassandra::detail
