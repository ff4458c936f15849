// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/result.hpp>
#include <async_cassandra/result_set.hpp>

#include "cluster/control_request.hpp"
#include "cluster/node_rows.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace async_cassandra::detail {

/// Which table of a node has its peers. Stays as long as the connection: a server changes with a restart only.
struct peers_table {
    bool has_v2 = true;  ///< False: servers before 4.0, which have system.peers alone.
};

/// Asks one node for the list of all: system.local, then system.peers_v2 or, where there is none, system.peers. Rows are
/// read some at a time, so that the list of a large cluster does not hold up the loop.
class node_reading final : public std::enable_shared_from_this<node_reading> {
public:
    using callback = std::function<void(result<described_nodes>)>;

    /// \param port of nodes whose row names none.
    /// \param translation of peers' addresses.
    /// \param peers what is known of the connection's node, and found out.
    node_reading(
        std::shared_ptr<net::shard> home,
        std::shared_ptr<net::connection> on,
        std::uint16_t port,
        std::shared_ptr<address_translation> translation,
        std::shared_ptr<peers_table> peers,
        std::chrono::milliseconds timeout,
        callback done
    );

    /// `done` is called once, after this function or within it. Each query has the time limit.
    void run();

    /// Nobody is told any more.
    void give_up() noexcept;

private:
    void ask(const char* cql, void (node_reading::*then)(result<result_set>));
    void on_local(result<result_set> rows);
    void ask_for_peers();
    void on_peers_v2(result<result_set> rows);
    void on_peers(result<result_set> rows);
    void read_some();
    void fail(failure_ptr why);

    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<net::connection> connection_;
    std::chrono::milliseconds timeout_;
    callback done_;
    std::shared_ptr<address_translation> translation_;
    std::shared_ptr<peers_table> which_;
    node_rows_reader reader_;
    control_inquiry inquiry_;
    result_set peers_;
    row_iterator next_peer_;
};

}  // namespace async_cassandra::detail
