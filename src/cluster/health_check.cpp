// SPDX-License-Identifier: Apache-2.0
#include "cluster/health_check.hpp"

#include "base/failure.hpp"
#include "cluster/log_in_failure.hpp"

#include <utility>

namespace async_cassandra::detail {

health_check::health_check(std::shared_ptr<net::shard> home, const uuid& host_id, callback done)
    : shard_(std::move(home)), host_id_(host_id), done_(std::move(done))
{}

void health_check::begin(const endpoint& node, std::chrono::milliseconds limit)
{
    node_ = node;
    limit_ = limit;
    began_ = shard_->now();
    shard_->set_timer(*this, began_ + limit);
}

void health_check::run(net::connection& over, std::chrono::milliseconds limit)
{
    begin(over.node(), limit);
    over.measure(*this);
}

void health_check::run(const cluster_config& config, pool_target where)
{
    begin(where.node, config.health_check_timeout);
    own_ = std::make_shared<net::connection>(
        shard_, connection_settings_of(config, std::move(where)), static_cast<net::connection_owner&>(*this)
    );
    own_->open();
}

void health_check::on_ready(net::connection& c) noexcept
{
    c.measure(*this);
}

void health_check::on_probe_answered(base::time_point::duration round_trip, bool understood) noexcept
{
    if (!understood) {
        fail(errc::protocol_violation, "it answered OPTIONS with something else than SUPPORTED");
        return;
    }
    host_health found;
    found.host_id = host_id_;
    found.address = node_;
    found.latency = round_trip;
    found.on_open_connection = own_ == nullptr;
    finish(found);
}

void health_check::on_probe_lost(const net::close_reason& reason) noexcept
{
    fail(reason);
}

void health_check::on_closed(net::connection&, const net::close_reason& reason) noexcept
{
    fail(reason);
}

void health_check::on_timer(base::time_point) noexcept
{
    const std::string_view doing =
        own_ != nullptr && !own_->ready() ? "it was still being connected to" : "OPTIONS is not answered";
    fail(
        errc::request_timeout,
        std::string{doing} + " within health_check_timeout (" + std::to_string(limit_.count()) + " ms)"
    );
}

void health_check::fail(boost::system::error_code code, const std::string& text)
{
    fail(net::close_reason{code, text, nullptr});
}

void health_check::fail(const net::close_reason& reason)
{
    if (ended())
        return;
    failure f = is_final_log_in_failure(reason)
                    ? to_log_in_failure(node_, reason)
                    : base::make_failure(reason.code, to_string(node_) + ": " + reason.text);
    f.effect = request_effect::not_sent;
    f.node = node_;
    f.server = reason.server;
    f.cause = reason.cause;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(shard_->now() - began_);
    f.attempts.push_back({node_, took, reason.code, reason.text, f.effect});
    finish(failure_ptr{std::move(f)});
}

void health_check::finish(const result<host_health>& outcome)
{
    if (ended())
        return;
    const auto self = shared_from_this();
    const callback done = std::exchange(done_, nullptr);
    base::timer_wheel::clear(*this);
    static_cast<base::list_hook<net::probe_tag>&>(*this).unlink();
    if (const auto own = std::exchange(own_, nullptr))
        own->close({make_error_code(errc::closed), "the check of the node is over", nullptr});
    done(outcome);
}

void health_check::drop() noexcept
{
    done_ = nullptr;
    base::timer_wheel::clear(*this);
    static_cast<base::list_hook<net::probe_tag>&>(*this).unlink();
    if (const auto own = std::exchange(own_, nullptr))
        own->drop();
}

failure_ptr no_such_host(const uuid& host_id)
{
    return failure_ptr{base::make_failure(
        errc::no_host_available, "the cluster has no node with the host id " + host_id.to_string()
    )};
}

}  // namespace async_cassandra::detail
