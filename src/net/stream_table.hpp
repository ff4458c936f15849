// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/pending_request.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace async_cassandra::net {

/// The stream ids of one connection, and which request waits on each. Pure.
///
/// A request that is given up after it was sent leaves its id *orphaned*: nobody waits, but the id is not used again
/// before the late answer has come, else that answer would go to the wrong request.
class stream_table {
public:
    /// Where the request's envelope lies while it has not been handed to the socket, and since when.
    struct gathered_at {
        std::uint64_t batch = 0;  ///< Number of the write that carries it.
        std::size_t offset = 0;
        std::size_t length = 0;
        std::chrono::steady_clock::time_point since{};  ///< When it was gathered.
    };

    enum class answer_to : std::uint8_t { request, orphan, nobody };
    struct released {
        answer_to whom = answer_to::nobody;
        pending_request* request = nullptr;
        std::chrono::steady_clock::time_point since{};  ///< When the request was gathered.
    };

    /// Ids 0 … limit - 1.
    explicit stream_table(std::uint16_t limit) noexcept : limit_(limit) {}

    [[nodiscard]] bool full() const noexcept { return free_.empty() && slots_.size() >= limit_; }

    /// Takes a free id, the one freed last if there is one. Precondition: not full().
    std::int16_t acquire(pending_request& request);

    void set_place(std::int16_t id, gathered_at where) noexcept { slots_[index(id)].where = where; }
    [[nodiscard]] const gathered_at& place(std::int16_t id) const noexcept { return slots_[index(id)].where; }

    /// An answer came (or the request never left): the id is free again. `nobody` when the id is not in use.
    released release(std::int16_t id) noexcept;

    /// An envelope with this id has moved within what is gathered for this write. Nothing happens when that of the request
    /// on the id lay elsewhere.
    void move(std::int16_t id, std::uint64_t batch, std::size_t from, std::size_t to) noexcept;

    /// Who waits on the id; null for an orphan and for an id that is not in use.
    [[nodiscard]] pending_request* waiting(std::int16_t id) const noexcept;

    /// Whether an answer is to come on the id, if only for an orphan.
    [[nodiscard]] bool is_used(std::int16_t id) const noexcept
    {
        return in_range(id) && slots_[index(id)].used;
    }

    /// The request is given up, its answer is still to come.
    void orphan(std::int16_t id) noexcept;

    /// Ids in use, orphaned ones included.
    [[nodiscard]] std::size_t in_use() const noexcept { return slots_.size() - free_.size(); }
    [[nodiscard]] std::size_t orphans() const noexcept { return orphans_; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

    /// Takes any waiting request out, for failing them one after the other; null when none is left.
    [[nodiscard]] pending_request* take_any(gathered_at& where) noexcept;

private:
    struct slot {
        pending_request* request = nullptr;
        bool used = false;
        gathered_at where;
    };

    static std::size_t index(std::int16_t id) noexcept { return static_cast<std::size_t>(id); }
    [[nodiscard]] bool in_range(std::int16_t id) const noexcept
    {
        return id >= 0 && index(id) < slots_.size();
    }

    std::vector<slot> slots_;
    std::vector<std::int16_t> free_;
    std::size_t orphans_ = 0;
    std::size_t taken_ = 0;  // slots below this one hold no request any more (take_any)
    std::uint16_t limit_;
};

}  // namespace async_cassandra::net
