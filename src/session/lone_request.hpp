// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/shard.hpp"
#include "session/page_request.hpp"

#include <memory>

namespace async_cassandra::detail {

/// A page_request without a user's handler behind it: it serves an owner, and knows of its shard's end by itself.
class lone_request : public page_request,
                     public net::shard::guest,
                     public std::enable_shared_from_this<lone_request> {
public:
    /// May end at once. Before, the owner has a shared pointer to it.
    void run() noexcept;
    void give_up() noexcept;

protected:
    using page_request::page_request;
    ~lone_request() override = default;

    /// It ended; `error()` says how. Owner and request let go of each other here …
    virtual void on_done() noexcept = 0;

    /// … or here: the shard is going away, and nobody is to be told.
    virtual void on_dropped() noexcept = 0;

private:
    [[nodiscard]] bool accepts(std::uint32_t) noexcept final { return true; }
    void on_end() noexcept final;
    void on_shard_down() noexcept final;
};

}  // namespace async_cassandra::detail
