// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace async_cassandra {

/// What a session holds at one moment. Each number is exact; while requests run they are of slightly
/// different moments. All are 0 when `session::close` has completed.
struct session_stats {
    /// Requests under way: from the moment their thread takes them until they end. A call that fetches
    /// several pages is one request; a stream has one while it fetches.
    std::size_t requests = 0;

    /// Streams that were asked for a page, and have not come to their end, nor been closed or destroyed.
    std::size_t streams = 0;

    /// Pages that wait: fetched ahead by streams and not handed over yet, or gathered by an `execute` that
    /// fetches more. A page that was handed over belongs to the caller and counts no more.
    std::size_t pages = 0;

    /// Bytes of those pages, as `page::byte_size` has them.
    std::size_t page_bytes = 0;

    friend bool operator==(const session_stats&, const session_stats&) noexcept = default;
};

/// What a cluster holds at one moment: the sum over its sessions, those whose last handle is gone included,
/// and what is its own. All are 0 when `cluster::close` has completed.
struct cluster_stats : session_stats {
    /// Timers that are set: one for each request, each connection, each node that is to be tried again, …
    std::size_t timers = 0;

    /// Connections, those that are being opened, that are drained, and the control connection included.
    std::size_t connections = 0;

    /// Stream ids of those connections whose request was given up and whose answer is still to come.
    std::size_t orphaned_stream_ids = 0;

    friend bool operator==(const cluster_stats&, const cluster_stats&) noexcept = default;
};

}  // namespace async_cassandra
