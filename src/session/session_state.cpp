// SPDX-License-Identifier: Apache-2.0
#include "session/session_state.hpp"

#include "net/shard_call.hpp"
#include "session/session_shard.hpp"

namespace async_cassandra::detail {

void session_state::move(
    const std::shared_ptr<session_state>& self,
    const std::shared_ptr<net::shard>& home,
    std::string keyspace,
    std::function<void()> done
)
{
    struct gathering {
        std::shared_ptr<session_state> state;
        std::string keyspace;
        std::function<void()> done;
        std::size_t missing;
    };
    const auto all = std::make_shared<gathering>(gathering{
        self, std::move(keyspace), std::move(done), self->parts_.size() + 1});
    const auto one_moved = [all] {
        if (--all->missing != 0)
            return;
        all->state->set(all->keyspace);
        all->done();
    };
    for (const std::weak_ptr<session_shard>& each : self->parts_) {
        const std::shared_ptr<session_shard> part = each.lock();
        if (part == nullptr) {  // no call is left there, and none can come
            --all->missing;
            continue;
        }
        net::run_on(part->home(), [part, all, home, one_moved] {
            part->set_keyspace(all->keyspace);
            net::run_on(*home, one_moved);
        });
    }
    one_moved();
}

}  // namespace async_cassandra::detail
