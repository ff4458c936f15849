// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster_core.hpp"
#include "session/repreparations.hpp"
#include "session/token_finder.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

struct running_tag;
struct stream_tag;
class request;
class stream_core;
class session_state;

/// Where requests of one shard go that run in this keyspace.
struct keyspace_use {
    std::string name;           ///< Empty: none; names without one are errors of the server's.
    pool_set* pools = nullptr;  ///< With v4 those whose connections are in it.
};

/// What one shard holds of a session: where its requests go, and which are running. On the shard's thread, but for
/// what is constant.
class session_shard final : public closable,
                            private base::timer_node,
                            public std::enable_shared_from_this<session_shard> {
public:
    session_shard(
        std::shared_ptr<cluster_core> cluster,
        std::shared_ptr<cluster_shard> shard,
        std::shared_ptr<session_state> state,
        protocol_version version
    );
    ~session_shard() override;
    session_shard(const session_shard&) = delete;
    session_shard& operator=(const session_shard&) = delete;

    /// Registers with the shard, once. Before the first request.
    void open();

    /// The last handle of the session is gone; what runs goes on, and closing the cluster waits for it.
    void forget() noexcept;

    [[nodiscard]] net::shard& home() const noexcept { return shard_->home(); }
    [[nodiscard]] const std::shared_ptr<net::shard>& shared_home() const noexcept
    {
        return shard_->shared_home();
    }
    [[nodiscard]] const std::shared_ptr<cluster_shard>& shard() const noexcept { return shard_; }
    [[nodiscard]] const cluster_config& config() const noexcept { return cluster_->config(); }
    [[nodiscard]] protocol_version version() const noexcept { return version_; }
    [[nodiscard]] cluster_core& cluster() const noexcept { return *cluster_; }
    [[nodiscard]] const std::shared_ptr<cluster_core>& shared_cluster() const noexcept { return cluster_; }
    [[nodiscard]] const std::shared_ptr<session_state>& state() const noexcept { return state_; }

    /// Of requests that begin now. Valid as long as this.
    [[nodiscard]] const keyspace_use& keyspace() const noexcept { return *keyspace_; }

    /// The one with this name, whichever the session is in now. Null when no session of the cluster was ever in it, so that
    /// there are no connections. Valid as long as this.
    [[nodiscard]] const keyspace_use* find_keyspace(const std::string& name);

    /// Later requests run there. Precondition: find_keyspace(name) is not null.
    void set_keyspace(const std::string& name) { keyspace_ = find_keyspace(name); }

    /// The nodes for a request. Throws what the user's policy throws.
    [[nodiscard]] pool_plan plan(const keyspace_use& in, const plan_request& request)
    {
        return shard_->plan(*in.pools, request);
    }

    /// This node alone; empty when it is not known.
    [[nodiscard]] pool_plan plan_of(const keyspace_use& in, const uuid& host) const
    {
        return shard_->plan_of(*in.pools, host);
    }

    /// See cluster_shard.
    [[nodiscard]] pool* open_on_demand(const keyspace_use& in, const uuid& host)
    {
        return shard_->open_on_demand(*in.pools, host);
    }
    [[nodiscard]] const token_map* replicas_in(std::string_view keyspace)
    {
        return shard_->replicas_in(keyspace);
    }

    [[nodiscard]] token_finder& tokens() noexcept { return tokens_; }

    [[nodiscard]] detail::repreparations& repreparations() noexcept { return repreparations_; }

    /// For a write that begins now, in microseconds since 1970.
    [[nodiscard]] std::int64_t next_timestamp() noexcept
    {
        return shard_->write_times().next(home().env().wall_now().time_since_epoch());
    }

    [[nodiscard]] bool is_closed() const noexcept { return closed_ || shard_->is_closed(); }

    /// Whether `tell_when_idle` is to be called.
    [[nodiscard]] bool waits_for_idle() const noexcept { return forgotten_ || is_closed(); }

    /// It runs.
    void add(request& r) noexcept;

    /// It does not run any more, or never did.
    void remove(request& r) noexcept;

    /// It may hold pages from now on: `close` ends it.
    void add(stream_core& s) noexcept;

    /// It holds nothing any more. Harmless when it is not there.
    void remove(stream_core& s) noexcept;

    [[nodiscard]] session_holdings& held() noexcept { return *held_; }

    /// A request has ended after `close` or `forget`.
    void tell_when_idle() noexcept;

    /// Takes no request any more; when none is running, ends the streams and calls back.
    void close(std::function<void()> done) override;

private:
    void hold_shard() noexcept;
    void leave_shard() noexcept;
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<cluster_core> cluster_;
    std::shared_ptr<cluster_shard> shard_;
    std::shared_ptr<session_state> state_;
    protocol_version version_;
    std::map<std::string, keyspace_use, std::less<>> keyspaces_;  // that were ever asked for
    const keyspace_use* keyspace_ = nullptr;                      // one of them
    base::intrusive_list<request, running_tag> running_;
    base::intrusive_list<stream_core, stream_tag> streams_;
    std::shared_ptr<session_holdings> held_ = std::make_shared<session_holdings>();
    detail::repreparations repreparations_;
    token_finder tokens_;
    std::vector<std::function<void()>> close_waiters_;
    bool closed_ = false;
    bool forgotten_ = false;
};

/// The failure of every call on a closed session.
[[nodiscard]] failure_ptr session_closed();

}  // namespace async_cassandra::detail
