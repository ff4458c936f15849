// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/intrusive_list.hpp"

#include <memory>
#include <vector>

namespace async_cassandra::detail {

struct reprepare_tag;
struct prepared_core;
class page_request;
class pool;

/// Which statements are being prepared again on one shard, and who waits for it: a node that has forgotten a statement is
/// asked once, however many executions it has sent back.
class repreparations {
public:
    using waiting_list = base::intrusive_list<page_request, reprepare_tag>;

    /// True: `who` shall prepare, and call `end` whatever comes of it. False: it is on the list of those who wait.
    [[nodiscard]] bool join(page_request& who, const pool& node, const prepared_core& what);

    /// Those who waited go to the end of `waited`.
    void end(const pool& node, const prepared_core& what, waiting_list& waited) noexcept;

private:
    struct running {
        const pool* node;
        const prepared_core* what;
        waiting_list waiting;
    };

    using running_list = std::vector<std::unique_ptr<running>>;

    [[nodiscard]] running_list::iterator find(const pool& node, const prepared_core& what) noexcept;

    running_list running_;
};

}  // namespace async_cassandra::detail
