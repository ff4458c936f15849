// SPDX-License-Identifier: Apache-2.0
#include "session/repreparations.hpp"

#include "session/page_request.hpp"

#include <algorithm>

namespace async_cassandra::detail {

auto repreparations::find(const pool& node, const prepared_core& what) noexcept -> running_list::iterator
{
    return std::ranges::find_if(running_, [&](const std::unique_ptr<running>& r) {
        return r->node == &node && r->what == &what;
    });
}

bool repreparations::join(page_request& who, const pool& node, const prepared_core& what)
{
    if (const auto found = find(node, what); found != running_.end()) {
        (*found)->waiting.push_back(who);
        return false;
    }
    running_.push_back(std::make_unique<running>());
    running_.back()->node = &node;
    running_.back()->what = &what;
    return true;
}

void repreparations::end(const pool& node, const prepared_core& what, waiting_list& waited) noexcept
{
    const auto found = find(node, what);
    if (found == running_.end())
        return;
    waited.splice_back((*found)->waiting);
    running_.erase(found);
}

}  // namespace async_cassandra::detail
