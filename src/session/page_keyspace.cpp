// SPDX-License-Identifier: Apache-2.0
// How a USE statement moves its session. It is never sent as it is: the connections of a pool are shared, and all of them
// stay in one keyspace.
#include "session/page_keyspace.hpp"

#include "base/failure.hpp"
#include "net/shard_call.hpp"
#include "session/server_failure.hpp"
#include "session/session_state.hpp"
#include "session/use_statement.hpp"

#include <utility>

namespace async_cassandra::detail {

bool page_request::begin_use(std::chrono::milliseconds timeout) noexcept
{
    if (what_.values().count() != 0 || !may_be_use(what_.text()))
        return false;
    std::optional<std::string> name = keyspace_of_use(what_.text());
    if (!name)
        return false;
    change_ = std::make_shared<keyspace_change>();
    change_->owner = this;
    change_->target.name = *std::move(name);
    if (!start_clock(timeout))
        return true;
    if (home().version() == protocol_version::v4) {
        open_keyspace();
        return true;
    }
    // The keyspace belongs to each request: any statement finds out whether it exists.
    change_->text = "SELECT key FROM system.local";
    change_->target.pools = keyspace().pools;
    run_in(change_->target);
    resend();
    return true;
}

void page_request::open_keyspace()
{
    const std::shared_ptr<cluster_core>& cluster = home().shared_cluster();
    const auto back = home().shared_home();
    net::run_on(cluster->shards().front()->home(), [cluster, back, change = change_] {
        const endpoint asked = cluster->shards().front()->control()->last_target().node;
        // The attempt may outlast the request, and must not keep the cluster.
        const auto done = [weak = std::weak_ptr{cluster}, back, change, asked](const net::close_reason* reason
                          ) {
            std::shared_ptr<const net::close_reason> copy;
            std::vector<attempt> tries;
            if (reason != nullptr)
                copy = std::make_shared<const net::close_reason>(*reason);
            if (const auto there = weak.lock(); there != nullptr && copy != nullptr)
                tries = there->shards().front()->failures(protocol_version::v4, change->target.name);
            net::run_on(*back, [change, copy, asked, tries] {
                if (change->owner != nullptr)
                    change->owner->on_keyspace_open(asked, copy.get(), tries);
            });
        };
        cluster->open_pools(protocol_version::v4, change->target.name, done);
    });
}

void page_request::on_keyspace_open(
    const endpoint& asked, const net::close_reason* reason, std::vector<attempt> tries
) noexcept
{
    add_attempts(std::move(tries));
    if (reason != nullptr && reason->server != nullptr) {
        failure f = to_failure(reason->server, {});
        f.node = asked;
        f.effect = honest(f.effect);
        fail(std::move(f));
        return;
    }
    const keyspace_use* const opened =
        reason == nullptr ? home().find_keyspace(change_->target.name) : nullptr;
    if (opened == nullptr) {
        fail(
            errc::no_host_available,
            "no connection for keyspace " + change_->target.name +
                (reason == nullptr ? std::string{} : ": " + reason->text),
            request_effect::not_sent
        );
        return;
    }
    // It was there when the connections were made, but is it still?
    change_->text = use_statement(change_->target.name);
    run_in(*opened);
    resend();
}

void page_request::on_keyspace_known(
    const protocol::decoded_result& answer, protocol::response_prefix&& prefix
)
{
    if (!std::holds_alternative<protocol::set_keyspace_result>(answer) &&
        !std::holds_alternative<protocol::rows_result>(answer)) {
        fail_malformed("an answer to USE that is neither SET_KEYSPACE nor rows");
        return;
    }
    change_->result.kind = result_kind::set_keyspace;
    change_->result.keyspace = change_->target.name;
    change_->result.notes = net::to_notes(std::move(prefix));
    set_decoding();
    const std::shared_ptr<net::shard>& first = home().cluster().shards().front()->shared_home();
    const auto tell = [back = home().shared_home(), change = change_] {
        net::run_on(*back, [change] {
            if (change->owner != nullptr)
                change->owner->on_other(std::move(change->result));
        });
    };
    net::run_on(*first, [state = home().state(), first, change = change_, tell] {
        session_state::move(state, first, change->target.name, tell);
    });
}

}  // namespace async_cassandra::detail
