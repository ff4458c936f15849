// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/stats.hpp>

#include <ostream>

// How GoogleTest shows them.
namespace async_cassandra {

inline void PrintTo(const session_stats& stats, std::ostream* out)
{
    *out << stats.requests << " requests, " << stats.streams << " streams, " << stats.pages << " pages of "
         << stats.page_bytes << " bytes";
}

inline void PrintTo(const cluster_stats& stats, std::ostream* out)
{
    PrintTo(static_cast<const session_stats&>(stats), out);
    *out << ", " << stats.timers << " timers, " << stats.connections << " connections, "
         << stats.orphaned_stream_ids << " orphaned stream ids";
}

}  // namespace async_cassandra
