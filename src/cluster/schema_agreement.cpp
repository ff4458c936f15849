// SPDX-License-Identifier: Apache-2.0
#include "cluster/schema_agreement.hpp"

#include "cluster/system_row.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

schema_agreement::schema_agreement(
    std::shared_ptr<net::shard> home, pool_ptr coordinator, node_filter counts, limits how_long, callback done
)
    : shard_(std::move(home)),
      coordinator_(std::move(coordinator)),
      counts_(std::move(counts)),
      limits_(how_long),
      done_(std::move(done))
{}

void schema_agreement::run()
{
    shard_->add_guest(*this);
    began_ = shard_->now();
    ends_ = began_ + limits_.timeout;
    look();
}

void schema_agreement::give_up() noexcept
{
    const std::shared_ptr<schema_agreement> self = shared_from_this();
    const callback dropped = std::exchange(done_, nullptr);
    inquiry_.give_up();
    let_go();
}

void schema_agreement::let_go() noexcept
{
    base::timer_wheel::clear(*this);
    static_cast<base::list_hook<net::guest_tag>&>(*this).unlink();
    connection_.reset();
    coordinator_.reset();
}

void schema_agreement::end(bool agreed)
{
    let_go();
    if (const callback done = std::exchange(done_, nullptr))
        done(agreed);
}

void schema_agreement::look()
{
    // Another one when the last was lost: the node may be back before the time is over.
    connection_ = coordinator_->free_connection();
    if (connection_ == nullptr)
        look_later();
    else
        ask("SELECT schema_version FROM system.local WHERE key='local'", &schema_agreement::on_local);
}

void schema_agreement::ask(const char* cql, void (schema_agreement::*then)(result<result_set>))
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(ends_ - shard_->now());
    inquiry_.ask(
        shard_,
        connection_,
        cql,
        query_limits{std::max(left, std::chrono::milliseconds{1})},
        [self = shared_from_this(), then](result<result_set> rows) { (*self.*then)(std::move(rows)); }
    );
}

void schema_agreement::on_local(result<result_set> rows)
{
    row_notes unused;
    version_.reset();
    if (rows.has_value() && !rows->empty())
        version_ = system_row{*rows->begin(), unused}.get<uuid>("schema_version");
    if (!version_)
        look_later();
    else if (has_peers_v2_)
        ask("SELECT host_id, schema_version FROM system.peers_v2", &schema_agreement::on_peers_v2);
    else
        ask("SELECT host_id, schema_version FROM system.peers", &schema_agreement::on_peers);
}

void schema_agreement::on_peers_v2(result<result_set> rows)
{
    has_peers_v2_ = !rows.has_error() || !is_unknown_table(*rows.error());
    if (has_peers_v2_)
        on_peers(std::move(rows));
    else
        ask("SELECT host_id, schema_version FROM system.peers", &schema_agreement::on_peers);
}

void schema_agreement::on_peers(result<result_set> rows)
{
    if (rows.has_error()) {
        look_later();
        return;
    }
    row_notes unused;
    const bool ask = shard_->now() - began_ >= asks_after;
    // Each is looked at: those of which nothing is known are asked side by side.
    bool agreed = true;
    for (const row& r : *rows) {
        const system_row peer{r, unused};
        const auto id = peer.get<uuid>("host_id");
        const auto version = peer.get<uuid>("schema_version");
        if (id && version && version != version_ && counts_(*id, ask))
            agreed = false;
    }
    if (agreed)
        end(true);
    else
        look_later();
}

void schema_agreement::look_later()
{
    connection_.reset();
    const base::time_point now = shard_->now();
    if (now >= ends_)
        end(false);
    else
        shard_->set_timer(*this, std::min(ends_, now + limits_.interval));
}

void schema_agreement::on_timer(base::time_point now) noexcept
{
    const std::shared_ptr<schema_agreement> self = shared_from_this();
    if (now >= ends_)
        end(false);
    else
        look();
}

}  // namespace async_cassandra::detail
