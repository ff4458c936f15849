// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/uuid.hpp>

#include "cluster/control_request.hpp"
#include "cluster/pool.hpp"
#include "net/shard.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace async_cassandra::detail {

/// Asks one node again and again which version of the schema it has, and which the others have as far as it knows, until
/// all have the same. The node is the one that carried out a change: it has the new version for sure, while another one,
/// the control connection's too, may know of nothing yet and find that all agree on the old. On the shard's thread.
class schema_agreement final : public std::enable_shared_from_this<schema_agreement>,
                               private base::timer_node,
                               private net::shard::guest {
public:
    using callback = std::function<void(bool agreed)>;

    /// Whether a node's version matters. `ask`: a node that nothing is known of may be asked for a sign of life; it matters
    /// until it is known better.
    using node_filter = std::function<bool(const uuid& host_id, bool ask)>;

    /// A node that lives has the change by then as a rule: so long nobody is asked for a sign of life.
    static constexpr std::chrono::milliseconds asks_after{1'000};

    struct limits {
        std::chrono::milliseconds timeout;
        std::chrono::milliseconds interval;
    };

    schema_agreement(
        std::shared_ptr<net::shard> home,
        pool_ptr coordinator,
        node_filter counts,
        limits how_long,
        callback done
    );

    /// `done` is called once, after this function or within it: at the time limit with false.
    void run();

    /// Nobody is told any more.
    void give_up() noexcept;

private:
    void look();
    void ask(const char* cql, void (schema_agreement::*then)(result<result_set>));
    void on_local(result<result_set> rows);
    void on_peers_v2(result<result_set> rows);
    void on_peers(result<result_set> rows);
    void look_later();
    void end(bool agreed);
    void let_go() noexcept;
    void on_timer(base::time_point now) noexcept override;
    void on_shard_down() noexcept override { give_up(); }

    std::shared_ptr<net::shard> shard_;
    pool_ptr coordinator_;
    node_filter counts_;
    limits limits_;
    callback done_;
    base::time_point began_{};
    base::time_point ends_{};
    std::shared_ptr<net::connection> connection_;  // that this look goes over
    control_inquiry inquiry_;
    std::optional<uuid> version_;  // of the coordinator, in this look
    bool has_peers_v2_ = true;
};

}  // namespace async_cassandra::detail
