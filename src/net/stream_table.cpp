// SPDX-License-Identifier: Apache-2.0
#include "net/stream_table.hpp"

#include <utility>

namespace async_cassandra::net {

std::int16_t stream_table::acquire(pending_request& request)
{
    std::int16_t id = 0;
    if (free_.empty()) {
        id = static_cast<std::int16_t>(slots_.size());
        slots_.emplace_back();
        free_.reserve(slots_.capacity());  // so that release never allocates
    } else {
        id = free_.back();
        free_.pop_back();
    }
    slot& s = slots_[index(id)];
    s.request = &request;
    s.used = true;
    request.stream_ = id;
    return id;
}

stream_table::released stream_table::release(std::int16_t id) noexcept
{
    if (!in_range(id) || !slots_[index(id)].used)
        return {};
    slot& s = slots_[index(id)];
    s.used = false;
    free_.push_back(id);
    pending_request* const request = std::exchange(s.request, nullptr);
    if (request == nullptr) {
        --orphans_;
        return {answer_to::orphan, nullptr, {}};
    }
    request->stream_ = -1;
    return {answer_to::request, request, s.where.since};
}

void stream_table::move(std::int16_t id, std::uint64_t batch, std::size_t from, std::size_t to) noexcept
{
    if (!in_range(id))
        return;
    gathered_at& where = slots_[index(id)].where;
    if (where.batch == batch && where.offset == from)
        where.offset = to;
}

pending_request* stream_table::waiting(std::int16_t id) const noexcept
{
    return in_range(id) ? slots_[index(id)].request : nullptr;
}

void stream_table::orphan(std::int16_t id) noexcept
{
    slot& s = slots_[index(id)];
    std::exchange(s.request, nullptr)->stream_ = -1;
    ++orphans_;
}

pending_request* stream_table::take_any(gathered_at& where) noexcept
{
    for (; taken_ < slots_.size(); ++taken_) {
        slot& s = slots_[taken_];
        if (s.request != nullptr) {
            where = s.where;
            s.request->stream_ = -1;
            ++orphans_;  // the id stays in use: the connection is going away
            return std::exchange(s.request, nullptr);
        }
    }
    return nullptr;
}

}  // namespace async_cassandra::net
