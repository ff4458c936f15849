// SPDX-License-Identifier: Apache-2.0
// How a statement that has changed the schema is held back until all nodes know the change, and this client too.
#include "session/page_schema.hpp"

#include "net/shard_call.hpp"

#include <utility>

namespace async_cassandra::detail {

void page_request::hold_until_known(other_result&& made)
{
    set_decoding();
    made.in_agreement = false;
    schema_ = std::make_shared<schema_wait>();
    schema_->owner = this;
    schema_->result = std::move(made);
    const auto& timeout = home().config().schema_agreement_timeout;
    if (!timeout) {
        refresh_schema();
        return;
    }
    const std::shared_ptr<cluster_shard>& shard = home().shard();
    schema_->asking = std::make_shared<schema_agreement>(
        home().shared_home(),
        coordinator(),
        [shard](const uuid& host_id, bool ask) { return shard->may_be_up(host_id, ask); },
        schema_agreement::limits{*timeout, home().config().schema_agreement_interval},
        [wait = schema_](bool agreed) {
            wait->asking.reset();
            if (wait->owner == nullptr)
                return;
            wait->result.in_agreement = agreed;
            wait->owner->refresh_schema();
        }
    );
    const auto asking = schema_->asking;  // run may end it at once
    asking->run();
}

void page_request::refresh_schema()
{
    const std::shared_ptr<cluster_shard>& first = home().cluster().shards().front();
    net::run_on(
        first->home(),
        [first, wait = schema_, change = *schema_->result.change, back = home().shared_home()] {
            first->refresh_schema(change, [back, wait] {
                net::run_on(*back, [wait] {
                    if (wait->owner != nullptr)
                        wait->owner->on_other(std::move(wait->result));
                });
            });
        }
    );
}

bool page_request::deliver_early() noexcept
{
    if (schema_ == nullptr)
        return false;
    other_result made = std::move(schema_->result);
    on_other(std::move(made));
    return true;
}

void page_request::forget_schema() noexcept
{
    const auto gone = std::exchange(schema_, nullptr);
    if (gone == nullptr)
        return;
    gone->owner = nullptr;
    if (const auto asking = std::exchange(gone->asking, nullptr))
        asking->give_up();
}

}  // namespace async_cassandra::detail
