// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/uuid.hpp>

#include "cluster/pool.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace async_cassandra::detail {

/// Makes the pools of one shard, so many at once, in a row: a node of a large cluster whose row has not come costs nothing,
/// and a request that wants it goes ahead. The handshakes themselves are counted by `handshake_turns`.
class pool_openings {
public:
    using opener =
        std::function<void(const uuid& host, const std::string& keyspace, pool::open_callback done)>;

    /// `open` calls back once, maybe at once.
    pool_openings(std::size_t most, opener open) : most_(most), open_(std::move(open)) {}

    /// `done` may be null. After `close` it is told the same reason at once.
    void add(const uuid& host, const std::string& keyspace, pool::open_callback done);

    /// Those that wait and that nobody waits for are not opened any more.
    void forget_unasked();

    /// Nothing is opened any more; those that wait are told.
    void close(const net::close_reason& reason);

    /// The same, and tells nobody.
    void drop() noexcept;

private:
    struct entry {
        uuid host;
        std::string keyspace;
        pool::open_callback done;
    };

    void go_on();

    std::size_t most_;
    opener open_;
    std::deque<entry> waiting_;
    std::size_t running_ = 0;
    bool going_on_ = false;
    std::optional<net::close_reason> closed_;
};

}  // namespace async_cassandra::detail
