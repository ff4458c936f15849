// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/stats.hpp>

#include "base/single_writer.hpp"

#include <cstddef>

namespace async_cassandra::detail {

/// What one shard of a session holds at the moment: changed on the shard's thread, read on any. Apart from the session,
/// so that a reader never holds a session that is about to go.
struct session_holdings {
    base::single_writer<std::size_t> requests;
    base::single_writer<std::size_t> streams;
    base::single_writer<std::size_t> pages;
    base::single_writer<std::size_t> page_bytes;

    void add_to(session_stats& sum) const noexcept
    {
        sum.requests += requests;
        sum.streams += streams;
        sum.pages += pages;
        sum.page_bytes += page_bytes;
    }

    void add_page(std::size_t bytes) noexcept
    {
        ++pages;
        page_bytes += bytes;
    }
    void remove_pages(std::size_t count, std::size_t bytes) noexcept
    {
        pages -= count;
        page_bytes -= bytes;
    }
};

}  // namespace async_cassandra::detail
