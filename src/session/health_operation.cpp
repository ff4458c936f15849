// SPDX-License-Identifier: Apache-2.0
#include "session/health_operation.hpp"

#include "base/failure.hpp"
#include "net/shard_call.hpp"

#include <boost/asio/error.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <utility>

namespace async_cassandra::detail {

health_operation::health_operation(
    std::shared_ptr<cluster_core> cluster, const uuid& host_id, health_handler&& handler
)
    : operation(cluster->shards().front()->home()),
      cluster_(std::move(cluster)),
      host_id_(host_id),
      handler_(std::move(handler))
{
    adopt(handler_);
}

void health_operation::start() noexcept
{
    if (cluster_->is_closed()) {
        finish(cluster_closed());
        return;
    }
    const std::shared_ptr<cluster_shard>& where = cluster_->shard_connected_to(host_id_);
    // The check ends within its limit, whether somebody still waits or not: it must not keep the cluster.
    const boost::intrusive_ptr<health_operation> self{this};
    const auto tell = [self,
                       back = cluster_->shards().front()->shared_home()](const result<host_health>& outcome) {
        net::run_on(*back, [self, outcome] { self->finish(outcome); });
    };
    net::run_on(where->home(), [where, id = host_id_, tell] { where->check_health(id, tell); });
}

void health_operation::refuse() noexcept
{
    outcome_ = cluster_closed();
}

void health_operation::cancel(asio::cancellation_type) noexcept
{
    finish(failure_ptr{base::make_failure(asio::error::operation_aborted, "cancelled by the caller")});
}

void health_operation::finish(result<host_health> outcome) noexcept
{
    if (std::exchange(done_, true))
        return;
    outcome_ = std::move(outcome);
    home().finish(*this);
}

void health_operation::invoke()
{
    let_go(handler_);
    health_handler handler{std::move(handler_)};
    const result<host_health> outcome = std::move(outcome_);
    // A check that goes on knows this operation: it must not keep a cluster that nobody else wants.
    cluster_.reset();
    release();
    if (outcome.has_error())
        std::move(handler)(to_exception(outcome.error()), host_health{});
    else
        std::move(handler)(nullptr, *outcome);
}

void health_operation::abandon() noexcept
{
    let_go(handler_);
    const health_handler dropped{std::move(handler_)};
    release();
}

}  // namespace async_cassandra::detail
