// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/page_request.hpp"

namespace async_cassandra::detail {

/// A page whose cells are not all checked yet. Its request may end before that.
struct page_request::unchecked_page {
    page_request* owner = nullptr;  ///< Null when it has ended.
    page_parts parts;
    std::int32_t column_count = 0;
    std::size_t next_cell = 0;
    std::uint32_t rows_left = 0;
};

}  // namespace async_cassandra::detail
