// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>
#include <async_cassandra/result.hpp>

#include "cluster/backoff.hpp"
#include "cluster/contact_point.hpp"
#include "cluster/topology_watch.hpp"
#include "net/connection.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace async_cassandra::detail {

/// The one connection of a cluster that serves no requests: it finds a node among the contact points and the protocol
/// version to speak, and is what the topology is read over. Lives on shard 0. When it is lost it looks again, with
/// growing pauses, names resolved anew.
class control_connection final : public net::connection_owner, private base::timer_node {
public:
    /// Where the pools connect.
    struct target {
        endpoint node;
        protocol_version version = protocol_version::v5;
        std::string host;  ///< The name of the contact point, when it had one.
    };
    using find_callback = std::function<void(const result<target>&)>;

    control_connection(
        std::shared_ptr<net::shard> home,
        std::shared_ptr<const cluster_config> config,
        std::shared_ptr<topology_watch> watch
    );
    ~control_connection() override;
    control_connection(const control_connection&) = delete;
    control_connection& operator=(const control_connection&) = delete;

    /// Calls back once: at once when connected, else at the end of a search through all contact points.
    void find(find_callback done);

    /// Where it is, or was last.
    [[nodiscard]] const target& last_target() const noexcept { return last_target_; }

    /// What is known of the running search, for the error of a caller that stops waiting.
    [[nodiscard]] failure progress() const;

    void close() noexcept;

    /// The shard is going away: tells nobody.
    void drop() noexcept;

private:
    void search();
    void next_contact_point();
    void on_resolved(const contact_point& point, base::error_code code, const std::vector<inet>& addresses);
    void next_candidate();
    void try_candidate(protocol_version version);
    void finish_search(failure why);
    void tell(const result<target>& outcome);
    void note(const std::string& what) { causes_ += (causes_.empty() ? "" : "; ") + what; }

    void on_ready(net::connection& c) noexcept override;
    void on_closed(net::connection& c, const net::close_reason& reason) noexcept override;
    void on_room(net::connection&) noexcept override {}
    void on_event(net::connection& c, std::span<const std::byte> body) noexcept override;
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<const cluster_config> config_;
    std::shared_ptr<topology_watch> watch_;
    backoff pauses_;
    std::vector<find_callback> waiters_;
    std::size_t next_point_ = 0;
    struct candidate {
        endpoint node;
        std::string host;
    };

    std::deque<candidate> candidates_;
    std::string connected_host_;
    target last_target_;
    std::unique_ptr<base::pending_operation> resolving_;
    std::shared_ptr<net::connection> connection_;
    base::time_point attempt_began_{};
    std::vector<attempt> attempts_;
    std::string causes_;
    bool searching_ = false;
    bool was_up_ = false;
    bool closed_ = false;
};

}  // namespace async_cassandra::detail
