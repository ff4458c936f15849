// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace async_cassandra::detail {

/// How many connections one pool has and which of them takes a request: the connections of one shard to one node, with v4
/// to one keyspace. Pure. When the node may be tried is up to `node_fsm`; each time, the carrier calls `fill`.
///
/// A connection is known by its slot, a small number that is used again after `on_closed` or `on_open_failed`.
class pool_fsm {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using slot = std::uint16_t;

    /// Most connections of a pool. Each request looks at all of them.
    static constexpr std::size_t most_connections = 8;

    /// How long an orphaned stream id is only late.
    static constexpr std::chrono::milliseconds orphan_age{1000};

    /// What a connection holds: stream ids in use, and how many of them nobody waits for any more.
    struct load {
        std::uint16_t in_use = 0;
        std::uint16_t orphans = 0;
    };

    /// Slots by number. Rare decisions get the loads of all; a slot without a connection has none.
    using loads = std::span<const load>;

    class slot_list {
    public:
        void add(slot s) noexcept { items_[count_++] = s; }
        [[nodiscard]] const slot* begin() const noexcept { return items_.data(); }
        [[nodiscard]] const slot* end() const noexcept { return items_.data() + count_; }
        [[nodiscard]] std::size_t size() const noexcept { return count_; }

    private:
        std::array<slot, 2 * (most_connections + 1)> items_{};
        std::uint8_t count_ = 0;
    };

    /// What is to be done.
    struct actions {
        slot_list open;  ///< A connection each.
        /// Now: no request waits on them; some are only being opened. `on_closed` or `on_open_failed` follows, and means
        /// nothing for the node (`is_draining` is true before).
        slot_list close;
    };

    /// `connections`: 1 … most_connections. `max_in_flight`: of one connection.
    pool_fsm(std::size_t connections, std::uint16_t max_in_flight) noexcept;

    /// What is missing may be opened now. An empty pool opens one connection, and the rest when that works: a node that
    /// is down costs one try, not many.
    [[nodiscard]] actions fill();

    /// A connection opened, its handshake and its keyspace are done.
    [[nodiscard]] actions on_ready(slot s, loads now_on);

    /// It did not come about; the slot is free. What is missing waits for the next `fill`.
    void on_open_failed(slot s) noexcept;

    /// It ended; the slot is free. What is missing waits for the next `fill`.
    void on_closed(slot s) noexcept;

    /// The last request on a connection that is drained has ended (orphans do not count). Harmless on others.
    [[nodiscard]] actions on_idle(slot s) noexcept;

    /// Another number of connections from now on.
    [[nodiscard]] actions resize(std::size_t connections, loads now_on);

    /// Nothing new on any connection, those under way are given up, each closes when its last request has ended. A later
    /// `fill` begins anew.
    [[nodiscard]] actions drain_all(loads now_on);

    /// A request on the connection was given up after it was sent. `orphans`: how many it has now.
    void on_orphaned(slot s, std::uint16_t orphans, time_point now) noexcept;

    /// When `on_orphans_due` is to be called.
    [[nodiscard]] std::optional<time_point> orphans_due() const noexcept { return orphans_due_; }

    /// A connection with too many orphans that are older than `orphan_age` is replaced: another one is opened first, and
    /// when that is ready, the old one is drained. One at a time.
    [[nodiscard]] actions on_orphans_due(time_point now, loads now_on);

    /// So many aged orphans are too many.
    [[nodiscard]] std::uint16_t orphan_limit() const noexcept { return orphan_limit_; }

    /// The connection for the next request: of those with room the one with the fewest stream ids in use; of equal ones
    /// each in turn. `in_use(slot)` tells how many a connection has. Empty: none has room.
    template <class InUse>
    [[nodiscard]] std::optional<slot> choose(InUse in_use) noexcept
    {
        std::optional<slot> best;
        std::size_t least = max_in_flight_;
        const std::size_t count = ready_count_;
        std::size_t at = turn_ = turn_ + 1U >= count ? std::uint8_t{0} : static_cast<std::uint8_t>(turn_ + 1);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t used = in_use(ready_[at]);
            if (used < least) {
                least = used;
                best = ready_[at];
            }
            at = at + 1 == count ? 0 : at + 1;
        }
        return best;
    }

    /// Connections that take requests.
    [[nodiscard]] std::span<const slot> ready() const noexcept { return {ready_.data(), ready_count_}; }
    [[nodiscard]] bool is_ready(slot s) const noexcept { return states_[s] == state::ready; }
    [[nodiscard]] bool is_draining(slot s) const noexcept { return states_[s] == state::draining; }

    /// Slots that were ever in use: how long the loads must be.
    [[nodiscard]] std::size_t slots() const noexcept { return states_.size(); }
    [[nodiscard]] std::size_t wanted() const noexcept { return wanted_; }

private:
    enum class state : std::uint8_t { empty, opening, ready, draining };

    [[nodiscard]] std::size_t opening() const noexcept;
    void open(actions& out);
    void open_missing(actions& out);
    void drain(actions& out, slot s, loads now_on) noexcept;
    void drain_surplus(actions& out, loads now_on) noexcept;
    void remove_ready(slot s) noexcept;
    void free(slot s) noexcept;

    std::vector<state> states_;
    std::vector<std::uint16_t> young_orphans_;  // by slot: since the last look
    std::array<slot, most_connections + 1> ready_{};
    std::optional<time_point> orphans_due_;
    std::optional<slot> replaced_;  // serves on until a new connection is ready
    std::uint8_t ready_count_ = 0;
    std::uint8_t turn_ = 0;
    std::uint8_t wanted_;
    std::uint16_t max_in_flight_;
    std::uint16_t orphan_limit_;
};

}  // namespace async_cassandra::detail
