// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>

#include "cluster/backoff.hpp"
#include "cluster/control_candidates.hpp"
#include "cluster/topology_watch.hpp"
#include "net/connection.hpp"

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
class control_connection final : public net::connection_owner, private base::timer_node {
public:
    /// Nodes to try before the contact points, the best first.
    using known_nodes = std::function<std::vector<control_candidate>()>;

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

    [[nodiscard]] bool connected() const noexcept { return connection_ != nullptr && connection_->ready(); }

    /// Where it is, or was last.
    [[nodiscard]] const control_target& last_target() const noexcept { return last_target_; }

    /// What is known of the search, for the error of a caller that stops waiting: how each node failed last.
    [[nodiscard]] failure progress() const;

    /// A node of the cluster can be connected to: a pause ends.
    void on_node_up();

    /// The node that it is at is not what was looked for.
    void leave(const net::close_reason& why);

    void close() noexcept;

    /// The shard is going away: tells nobody.
    void drop() noexcept;

private:
    void search();
    void try_next();
    void try_candidate(const control_candidate& which, protocol_version version);
    void note_attempt(const endpoint& node, const net::close_reason& reason);
    void end_round();
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
    control_candidate trying_;
    control_target last_target_;
    std::shared_ptr<net::connection> connection_;
    base::time_point began_{};       // the attempt, or the connection's being ready
    std::vector<attempt> attempts_;  // the last at each node
    bool searching_ = false;
    bool tls_failed_ = false;  // in this round
    bool was_up_ = false;
    bool closed_ = false;
};

}  // namespace async_cassandra::detail
