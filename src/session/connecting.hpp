// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "cluster/backoff.hpp"
#include "net/operation.hpp"
#include "session/page_request.hpp"
#include "session/session_core.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace async_cassandra::detail {

/// One call of `connect`, on shard 0: find a node and a version, open the pools of every shard, see that the keyspace
/// exists. What a cluster that boots may answer is tried again, after a pause, until the time is over.
class connect_operation final : public net::operation,
                                private control_waiter,
                                private closable,
                                private base::timer_node {
public:
    connect_operation(
        std::shared_ptr<cluster_core> cluster, std::string&& keyspace, connect_handler&& handler
    );

    void start() noexcept override;
    void refuse() noexcept override;
    void detach() noexcept override;
    void cancel(asio::cancellation_type type) noexcept override;
    void invoke() override;
    void abandon() noexcept override;

private:
    class keyspace_check;

    /// The end of a pause. The operation's own timer is its time limit.
    class pause_timer final : public base::timer_node {
    public:
        explicit pause_timer(connect_operation& owner) noexcept : owner_(&owner) {}
        void on_timer(base::time_point) noexcept override { owner_->go_on(); }

    private:
        connect_operation* owner_;
    };

    enum class stage : std::uint8_t { finding, reading_topology, opening_pools, checking_keyspace };

    ~connect_operation() override;

    [[nodiscard]] cluster_shard& first_shard() const noexcept { return *cluster_->shards().front(); }
    [[nodiscard]] control_connection& control() const noexcept { return *first_shard().control(); }
    void go_on() noexcept;
    void on_found(const control_target& where) noexcept override;
    void on_refused(failure why) noexcept override;
    [[nodiscard]] bool goes_on() noexcept;
    void open_pools();
    void on_pools_open(const net::close_reason* reason) noexcept;
    void check_keyspace();
    void on_keyspace_checked(const failure_ptr& why) noexcept;
    void try_again(failure why) noexcept;
    [[nodiscard]] failure time_is_over() const;
    /// How each node failed last at what is still being waited for.
    [[nodiscard]] std::vector<attempt> causes() const;
    void fail(failure f) noexcept;
    void end() noexcept;
    void leave() noexcept;
    void on_timer(base::time_point now) noexcept override;
    void close(std::function<void()> done) override;

    std::shared_ptr<cluster_core> cluster_;
    std::string keyspace_;
    control_target where_;
    std::shared_ptr<session_core> session_;
    std::shared_ptr<keyspace_check> check_;
    std::optional<failure> last_failure_;  // of what is tried again
    backoff pauses_;
    pause_timer pause_;
    failure_ptr failure_;
    connect_handler handler_;
    stage stage_ = stage::finding;
    bool done_ = false;
};

}  // namespace async_cassandra::detail
