// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include "cluster/backoff.hpp"
#include "cluster/control_candidates.hpp"
#include "cluster/topology_watch.hpp"
#include "net/connection.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// Where the control connection is.
struct control_target {
    endpoint node;
    protocol_version version = protocol_version::v5;
    std::string host{};  ///< The name of the contact point, when it had one.
};

struct control_waiter_tag;

/// A call that needs the control connection. It leaves by destruction, or by unlinking itself.
class control_waiter : public base::list_hook<control_waiter_tag> {
public:
    virtual void on_found(const control_target& where) noexcept = 0;

    /// For good: another try would end so, too.
    virtual void on_refused(failure why) noexcept = 0;

protected:
    ~control_waiter() = default;
};

/// The one connection of a cluster that serves no requests: it finds a node and the protocol version to speak, and is what
/// the topology is read over. Lives on shard 0. When it is lost it goes to another node that is known; when none of them
/// will do, to the contact points, names resolved anew; when that fails, too, all over again after a pause, with growing
/// pauses. It tries for as long as somebody waits for it, and for ever once it was up.
///
/// A node that says nothing does not hold up the search: the next is tried beside it when it has had `head_start`, at once
/// when it has failed. The first that is ready is the one, the others are let go of.
class control_connection final : public net::connection_owner, private base::timer_node {
public:
    /// Nodes to try before the contact points, the best first.
    using known_nodes = std::function<std::vector<control_candidate>()>;

    /// As RFC 8305 section 5 recommends between attempts.
    static constexpr std::chrono::milliseconds head_start{250};

    control_connection(
        std::shared_ptr<net::shard> home,
        std::shared_ptr<const cluster_config> config,
        std::shared_ptr<topology_watch> watch,
        known_nodes known
    );
    ~control_connection() override;
    control_connection(const control_connection&) = delete;
    control_connection& operator=(const control_connection&) = delete;

    /// The waiter is told once: at once when connected, else when a search ends. It knows best how long to wait.
    void find(control_waiter& waiter);

    [[nodiscard]] bool connected() const noexcept { return connection_ != nullptr; }

    /// Where it is, or was last.
    [[nodiscard]] const control_target& last_target() const noexcept { return last_target_; }

    /// What is known of the search, for the error of a caller that stops waiting: how each node failed last.
    [[nodiscard]] failure progress() const;

    /// A node of the cluster can be connected to: a pause ends, and so does the wait for a name.
    void on_node_up();

    /// The node that it is at is not what was looked for, or of no use: the others come first from now on.
    void leave(const net::close_reason& why);

    void close() noexcept;

    /// The shard is going away: tells nobody.
    void drop() noexcept;

private:
    /// A node that is being tried.
    struct trial {
        control_candidate candidate;
        std::shared_ptr<net::connection> connection;
        base::time_point began{};
    };

    void search();
    void try_next();
    void try_candidate(const control_candidate& which, protocol_version version);
    [[nodiscard]] trial take_trial(const net::connection& c);
    void note_attempt(const endpoint& node, base::time_point began, const net::close_reason& reason);
    void end_round();
    void end_search() noexcept;
    void pause();
    void refuse(const failure& why);

    void on_lost(const endpoint& node, const net::close_reason& reason);
    [[nodiscard]] bool is_final(const endpoint& node, const net::close_reason& reason);
    void on_ready(net::connection& c) noexcept override;
    void on_closed(net::connection& c, const net::close_reason& reason) noexcept override;
    void on_suspicion(net::connection& c) noexcept override;
    void on_room(net::connection&) noexcept override {}
    void on_event(net::connection& c, std::span<const std::byte> body) noexcept override;
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<const cluster_config> config_;
    std::shared_ptr<topology_watch> watch_;
    known_nodes known_;
    control_candidates candidates_;
    backoff pauses_;
    base::intrusive_list<control_waiter, control_waiter_tag> waiters_;
    std::vector<trial> trials_;
    control_target last_target_;
    std::shared_ptr<net::connection> connection_;  // null unless it is ready
    base::time_point ready_since_{};
    std::vector<attempt> attempts_;  // the last at each node
    std::vector<endpoint> left_;     // one after the other
    bool leaving_ = false;
    bool searching_ = false;
    bool tls_failed_ = false;  // in this round
    bool was_up_ = false;
    bool closed_ = false;
};

}  // namespace async_cassandra::detail
