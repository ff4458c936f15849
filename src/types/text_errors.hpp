// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/throw.hpp>
#include <async_cassandra/types/codec.hpp>

namespace async_cassandra::types {

/// Runs `write` and gives a value_error inside it as the query_error that callers of the public functions
/// expect.
template <class Write>
void with_query_errors(const Write& write)
{
    try {
        write();
    } catch (const value_error& e) {
        detail::throw_query_error(e.what());
    }
}

}  // namespace async_cassandra::types
