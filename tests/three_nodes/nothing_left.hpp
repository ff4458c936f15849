// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/stats.hpp>

#include "support/print_stats.hpp"

#include <sstream>
#include <stdexcept>

namespace async_cassandra::testing {

/// For a cluster that has been closed: throws when it still holds something.
inline void require_nothing_left(const cluster_stats& after_close)
{
    if (after_close == cluster_stats{})
        return;
    std::ostringstream left;
    PrintTo(after_close, &left);
    throw std::runtime_error{"left after close: " + left.str()};
}

}  // namespace async_cassandra::testing
