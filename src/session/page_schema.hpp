// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/schema_agreement.hpp"
#include "session/page_request.hpp"

#include <memory>

namespace async_cassandra::detail {

/// The result of a statement that changed the schema, while it is held back. Its request may end before that.
struct page_request::schema_wait {
    page_request* owner = nullptr;  ///< Null when it has ended. All of it belongs to the request's shard.
    other_result result;
    std::shared_ptr<schema_agreement> asking;  ///< Null behind the end of the question.
};

}  // namespace async_cassandra::detail
