// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>
#include <async_cassandra/result_set.hpp>

#include "cluster/event_debouncer.hpp"
#include "cluster/node_reading.hpp"
#include "cluster/remarks.hpp"
#include "cluster/schema_reading.hpp"
#include "cluster/topology_builder.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

/// Who wants to know what the control connection sees. Called on shard 0.
class topology_listener {
public:
    /// The first topology, or the next.
    virtual void on_topology(const std::shared_ptr<const topology_data>& now) = 0;

    /// The first schema, or the next.
    virtual void on_schema(const schema& now) = 0;

    /// A node says of another that it is up or down.
    virtual void on_hint(const protocol::status_change& said) = 0;

    /// The node that was asked belongs to another cluster than the one that is known; what it told is forgotten.
    virtual void on_wrong_cluster(const std::string& what) = 0;

    /// The node that was asked failed to tell what it was asked, several times in a row: another one is to be asked.
    virtual void on_useless(const failure& why) = 0;

protected:
    ~topology_listener() = default;
};

/// Keeps topology and schema: reads system tables over the control connection when `event_debouncer` says so, and builds the next
/// snapshots in small steps. On shard 0.
class topology_watch final : public std::enable_shared_from_this<topology_watch>, private base::timer_node {
public:
    topology_watch(
        std::shared_ptr<net::shard> home,
        std::shared_ptr<const cluster_config> config,
        topology_listener& listener
    );

    /// The control connection is there: registers for events, reads everything.
    void on_connected(std::shared_ptr<net::connection> to);
    void on_disconnected() noexcept;

    /// Empty, or the rule that the event breaks.
    [[nodiscard]] std::string on_event(std::span<const std::byte> body);

    /// A statement of this client made the change: it is read now. `then` runs when that is done, or cannot be: now, or later
    /// on this shard.
    void on_own_schema_change(const schema_change& made, std::function<void()> then);

    /// Null until the first was built.
    [[nodiscard]] const std::shared_ptr<const topology_data>& known() const noexcept { return known_; }

    /// Why the list of nodes could not be read from the node that is asked; empty: it was, or is still being read.
    [[nodiscard]] const failure_ptr& why_unread() const noexcept { return why_unread_; }

    /// `then` runs as soon as there is a topology, and the schema was read or is not to be waited for any longer; or when
    /// none is to come any more: now, or later on this shard.
    void when_known(std::function<void()> then);

    /// Nothing more is read. Those who wait are told.
    void close() noexcept;

    /// The shard is going away: tells nobody.
    void drop() noexcept;

private:
    /// Of each query of system tables; of the schema's, of each page.
    static constexpr std::chrono::seconds query_timeout{5};

    /// The node that is asked does not do its part.
    void warn(std::string_view what, const failure& why) const;
    void pass_on(protocol::status_change said);
    void carry_out(const event_debouncer::actions& what);
    void carry_out_after(const failure& why, const event_debouncer::actions& what);
    void register_for_events();
    void on_registered(const failure_ptr& why);
    void read_nodes();
    void on_nodes(result<described_nodes> read);
    void on_no_nodes(const failure_ptr& why);
    void read_schema(const schema_wish& wish);
    void on_keyspaces(const schema_wish& wish, const keyspace_replications& read);
    void on_schema(const schema_wish& wish, result<described_schema> read);
    void on_no_schema(const failure& why);
    void stop_reading() noexcept;
    void stop() noexcept;
    void build();
    void build_some();
    void publish();
    void end_patience();
    void set_timer();
    [[nodiscard]] bool is_known() const noexcept { return known_ != nullptr && patience_over_; }
    void tell_waiters();
    void tell_schema_waiters(std::uint64_t read);
    [[nodiscard]] bool wants(bool keyspace_itself, std::string_view keyspace) const noexcept;
    void tell_notes(const std::vector<std::string>& notes);
    void on_timer(base::time_point now) noexcept override;

    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<const cluster_config> config_;
    topology_listener* listener_;
    std::shared_ptr<address_translation> translation_;
    event_debouncer debouncer_;
    std::shared_ptr<net::connection> connection_;  // null: there is none
    std::shared_ptr<peers_table> peers_;           // of that connection's node
    std::shared_ptr<event_registration> registering_;
    std::shared_ptr<node_reading> reading_nodes_;
    std::shared_ptr<schema_reading> reading_schema_;

    // As they were read last.
    std::shared_ptr<const described_nodes> nodes_;
    failure_ptr why_unread_;
    std::optional<keyspace_replications> keyspaces_;
    schema schema_;

    std::unique_ptr<topology_builder> builder_;
    std::shared_ptr<const topology_data> known_;
    std::vector<std::function<void()>> waiters_;

    // For how long the first schema is waited for once there is a topology.
    std::optional<base::time_point> patience_ends_;
    bool patience_over_ = false;

    /// Who waits for a read of the schema: for the one with this number, counted from 1.
    struct schema_waiter {
        std::uint64_t read;
        std::function<void()> then;
    };
    std::vector<schema_waiter> schema_waiters_;
    std::uint64_t schema_reads_ = 0;  // that were begun
    remarks notes_;
    bool closed_ = false;
};

}  // namespace async_cassandra::detail
