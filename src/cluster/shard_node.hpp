// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/uuid.hpp>

#include "base/observer.hpp"
#include "cluster/node_facts.hpp"
#include "cluster/pool.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

/// One node as one shard sees it: its pools, one for each keyspace in use with v4 and one for all with v5, and when they
/// connect. It carries out what node_fsm decides, counts, and tells the observer. On the shard's thread alone.
class shard_node final : private pool_owner, private base::timer_node {
public:
    struct identity {
        uuid host_id{};
        endpoint address;
        std::string host{};  ///< The name that the address was found under; empty: none.
        protocol_version version = protocol_version::v5;
    };

    /// `watcher`: may be null; must outlive the node.
    shard_node(
        std::shared_ptr<net::shard> home,
        const pool_settings& settings,
        identity who,
        base::observer* watcher = nullptr
    );
    ~shard_node() override;
    shard_node(const shard_node&) = delete;
    shard_node& operator=(const shard_node&) = delete;

    /// Whether requests may go to it. When they may, its pools connect and stay so; when not, they are drained.
    void want(bool wanted);

    /// Makes sure that the pool of the keyspace exists and connects, and that the node is wanted; calls back once, as
    /// `pool::open`. A keyspace that is refused the first time is forgotten: it is not tried for ever.
    void open(const std::string& keyspace, pool::open_callback done);

    /// Where its connections lead, without a keyspace and without counts.
    [[nodiscard]] pool_target target() const;

    /// The same, and requests may wait in the pool until the first attempt has ended.
    void open_for_requests(const std::string& keyspace);

    /// It came to a cluster that was known.
    void set_new() noexcept { is_new_ = true; }

    /// Null when there is none.
    [[nodiscard]] pool* find(std::string_view keyspace) const noexcept;

    /// Another node says so.
    void gossip_up();
    void gossip_down();

    /// It has another address: pools of the same keyspaces connect there, those of the old one are drained.
    void move(const endpoint& to, std::string host = {});

    /// It left the cluster. Pools are drained; calls back once when that is done, which may destroy the node, maybe at
    /// once. Not after `close` or `drop`.
    void remove(std::function<void()> done);

    /// Another number of connections for each pool from now on.
    void resize(std::size_t connections);

    /// Ends everything now; requests fail with `reason`.
    void close(const net::close_reason& reason) noexcept;

    /// The shard is going away: tells nobody.
    void drop() noexcept;

    [[nodiscard]] const identity& who() const noexcept { return who_; }
    [[nodiscard]] base::node_status status() const noexcept { return fsm_.status(); }

    /// When it came up. Precondition: it is up.
    [[nodiscard]] base::time_point up_since() const noexcept { return fsm_.up_since(); }

    /// What its connections, the former ones too, have carried.
    [[nodiscard]] const net::traffic& counts() const noexcept { return *counts_; }

    /// Whether, for so long, nothing was sent to it and nothing was under way, nor was it opened. As far as earlier calls saw
    /// it: to be called often enough.
    [[nodiscard]] bool has_rested(base::time_point now, base::time_point::duration how_long) noexcept;

    /// For plans, and for those who ask on other threads.
    [[nodiscard]] const node_facts_ptr& facts() const noexcept { return facts_; }

    /// Open ones, those that are drained included.
    [[nodiscard]] std::size_t connections() const noexcept { return counts_->connections; }

    /// One that takes requests, of whatever keyspace; null when none does.
    [[nodiscard]] net::connection* any_connection() const noexcept;

private:
    [[nodiscard]] std::string_view key(std::string_view keyspace) const noexcept;
    [[nodiscard]] pool_ptr make_pool(std::string keyspace);
    [[nodiscard]] pool_ptr find_or_make(const std::string& keyspace);
    [[nodiscard]] handshake_turns::rank rank_of_opening() const noexcept;
    void note(const node_fsm::transition& change) noexcept;
    void retire_pools(const net::close_reason& reason, std::vector<pool_ptr> successors);
    void forget(pool& p);
    void carry_out(
        const node_fsm::actions& what,
        std::string_view detail = {},
        handshake_turns::rank as = handshake_turns::rank::first
    );
    void arm() noexcept;
    [[nodiscard]] std::uint64_t chance() { return shard_->env().entropy(); }
    void opened() noexcept;
    void judge_silence() noexcept;
    void ended(const net::close_reason& reason) noexcept;
    void tell_if_gone();

    void on_pool_connected(pool& p) noexcept override;
    void on_connection_ready(pool& p) noexcept override;
    void on_suspicion(pool& p) noexcept override;
    void on_connection_lost(pool& p, const net::close_reason& reason) noexcept override;
    void on_pool_lost(pool& p, const net::close_reason& reason) noexcept override;
    void on_connection_ended(pool& p, const net::close_reason& reason) noexcept override;
    void on_connect_failed(pool& p, connect_failure why, const net::close_reason& reason) noexcept override;
    void on_pool_idle(pool& p) noexcept override;
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    pool_settings settings_;
    identity who_;
    base::observer* watcher_;
    node_facts_ptr facts_;
    std::shared_ptr<net::traffic> counts_;        // of facts_
    std::optional<base::time_point> away_since_;  // it was up, or was tried in vain
    std::optional<base::time_point> busy_at_;     // when has_rested last saw anything of it
    std::uint64_t sent_then_ = 0;
    node_fsm fsm_;
    std::vector<pool_ptr> pools_;
    std::vector<pool_ptr> retired_;  // drained, for good
    std::function<void()> removed_;
    bool is_new_ = false;
    bool closed_ = false;
};

}  // namespace async_cassandra::detail
