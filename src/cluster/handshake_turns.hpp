// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/intrusive_list.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace async_cassandra::detail {

struct handshake_tag;
class handshake_turns;

/// Who goes first.
enum class handshake_rank : std::uint8_t {
    sure,    ///< A node that is up gets its first connection for a keyspace (v4).
    wanted,  ///< A node has no connection yet, nothing says that it is down, and a request waits for it.
    first,   ///< The same, and none does.
    later,  ///< It has one already, or the last try has failed: dead nodes must not keep those that live waiting.
};

/// A connection that is to be opened: it waits for its turn, has it while it shakes hands, and gives it back when it is
/// destroyed.
class handshake_turn : public base::list_hook<handshake_tag> {
public:
    handshake_turn() noexcept = default;
    handshake_turn(const handshake_turn&) = delete;
    handshake_turn& operator=(const handshake_turn&) = delete;

    /// Its turn has come. Once, maybe within `handshake_turns::ask`.
    virtual void begin() noexcept = 0;

protected:
    virtual ~handshake_turn();

private:
    friend class handshake_turns;
    handshake_turns* taken_from_ = nullptr;
    handshake_rank rank_ = handshake_rank::later;
};

/// Lets so many connections of one shard shake hands at once: a cluster that comes back whole, or is connected to for the
/// first time, must not be met by thousands of handshakes, each with a password hash or a TLS key exchange. A quarter more
/// are for nodes that are up: where many do not answer, they would have to wait for time limits.
class handshake_turns {
public:
    /// Of all shards of a cluster together.
    static constexpr std::size_t most_of_cluster = 32;

    using rank = handshake_rank;

    explicit handshake_turns(std::size_t most) noexcept : most_(most) {}
    handshake_turns(const handshake_turns&) = delete;
    handshake_turns& operator=(const handshake_turns&) = delete;
    ~handshake_turns() = default;

    /// In the order of asking within a rank; one that waits may ask again, for a better one. Must outlive what asks.
    void ask(handshake_turn& who, rank as) noexcept;

    /// No turn begins any more.
    void close() noexcept { closed_ = true; }

private:
    friend class handshake_turn;

    void give_back() noexcept;
    void go_on() noexcept;
    [[nodiscard]] handshake_turn* choose() noexcept;

    std::size_t most_;
    std::size_t running_ = 0;
    std::array<base::intrusive_list<handshake_turn, handshake_tag>, 4> waiting_;  // by rank
    bool going_on_ = false;
    bool closed_ = false;
};

}  // namespace async_cassandra::detail
