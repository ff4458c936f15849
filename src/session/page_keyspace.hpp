// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/page_request.hpp"

#include <string>

namespace async_cassandra::detail {

/// What a USE statement is about. Its request may end before it does.
struct page_request::keyspace_change {
    page_request* owner =
        nullptr;  ///< Null when it has ended. Of the request's shard, as the rest but the name.
    keyspace_use target;
    std::string text;  ///< What is sent in place of the statement.
    other_result result;
};

}  // namespace async_cassandra::detail
