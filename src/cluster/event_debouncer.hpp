// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/uuid.hpp>

#include "protocol/responses.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::detail {

/// Which keyspaces of the schema to read again.
struct schema_wish {
    bool all = false;
    std::vector<std::string> keyspaces{};  ///< When not all: these, each once.

    [[nodiscard]] bool empty() const noexcept { return !all && keyspaces.empty(); }

    friend bool operator==(const schema_wish&, const schema_wish&) = default;
};

/// What the control connection reads, and when: by the events of the server, which come in bursts, twice, in any order or
/// not at all, and every `refresh_interval` whatever came. Pure: time and chance are arguments.
///
/// Events gather for a window that begins with the first, so that a burst costs one read and a steady trickle cannot put
/// it off. One read of a kind is under way at a time; what comes meanwhile makes one more after it. What is said of single
/// nodes (UP, DOWN) is passed on at once, the same once in a window.
///
/// A read that failed is made again after a window, and so is the registration for events. What fails `most_failures` times in a
/// row is not asked of this node any more: it is to be left for another one. What a node refuses for good is no failure: that
/// is taken for read, until the interval is over.
///
/// A read of the schema that begins sees what events told before it: the node that is asked has sent them. So the event of
/// a change of this client's own, which comes before the statement's result as a rule, costs no second read.
///
/// The list of nodes says which version the schema has. When that is not the version that was last read as a whole, the
/// schema is read again: so a lost event is repaired within the interval, and an unchanged schema costs nothing.
class event_debouncer {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct settings {
        std::chrono::milliseconds window{1'000};
        unsigned most_failures = 2;
        std::size_t most_events = 20;  ///< Different ones; then the window ends at once.
        std::chrono::milliseconds refresh_interval{60'000};
    };

    /// What is to be done.
    struct actions {
        bool leave = false;                             ///< The node; nothing else then.
        bool register_events = false;                   ///< With the node.
        std::optional<protocol::status_change> hint{};  ///< For the node that it is about.
        bool read_nodes = false;
        schema_wish read_schema{};
    };

    explicit event_debouncer(const settings& s) : settings_(s) {}

    /// When `on_timer` is to be called; to be read again after every event.
    [[nodiscard]] std::optional<time_point> due() const noexcept;

    /// A control connection is there: events are registered for, everything is read anew, for some were missed.
    [[nodiscard]] actions on_connected();

    [[nodiscard]] actions on_registered();
    [[nodiscard]] actions on_register_failed(time_point now);

    /// It is gone; reads under way will not be told.
    void on_disconnected();

    [[nodiscard]] actions on_event(const protocol::server_event& event, time_point now);

    /// A statement of this client changed the schema: no window.
    [[nodiscard]] actions on_own_schema_change(std::string_view keyspace);

    [[nodiscard]] actions on_timer(time_point now);

    /// `version`: of the schema, at the node that was asked; empty when it does not tell. `chance` spreads the next
    /// read of many clients over a tenth of the interval.
    [[nodiscard]] actions on_nodes_read(
        const std::optional<uuid>& version, time_point now, std::uint64_t chance
    );
    [[nodiscard]] actions on_nodes_failed(time_point now);

    [[nodiscard]] actions on_schema_read();
    [[nodiscard]] actions on_schema_failed(time_point now);

private:
    void gather(const protocol::topology_change& change, time_point now, actions& out);
    void gather(const protocol::status_change& change, time_point now, actions& out);
    void gather(const protocol::schema_change& change, time_point now, actions& out);
    void gather(const protocol::unknown_event&, time_point, actions&) noexcept {}
    void count_event(time_point now, actions& out);
    void merge(schema_wish& into, schema_wish&& from) const;
    static void remove(schema_wish& from, const schema_wish& read);
    bool add(schema_wish& into, std::string_view keyspace) const;
    void open_window(time_point now) noexcept;
    void end_window(actions& out);
    void begin_reads(actions& out);
    void count_failure(unsigned& failures, time_point now, actions& out);

    settings settings_;
    bool connected_ = false;
    bool registration_wanted_ = false;  // when the window ends
    unsigned register_failures_ = 0;    // in a row, on this connection
    unsigned nodes_failures_ = 0;
    unsigned schema_failures_ = 0;
    std::optional<time_point> window_ends_;
    std::optional<time_point> next_refresh_;
    std::vector<protocol::status_change> hints_;  // passed on in this window
    std::size_t events_ = 0;                      // in this window, each once

    // In the window; then as soon as no read of the kind is under way.
    bool nodes_gathered_ = false;
    bool nodes_wanted_ = false;
    bool nodes_under_way_ = false;
    schema_wish schema_gathered_;
    schema_wish schema_wanted_;
    schema_wish schema_under_way_;

    // Which version a read of the whole schema was made for, or is under way or wanted for.
    bool schema_asked_for_ = false;
    std::optional<uuid> schema_version_;
};

}  // namespace async_cassandra::detail
