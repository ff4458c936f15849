// SPDX-License-Identifier: Apache-2.0
#include "session/connecting.hpp"

#include "base/failure.hpp"
#include "cluster/log_in_failure.hpp"
#include "session/lone_request.hpp"
#include "session/server_failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <utility>

namespace async_cassandra::detail {

namespace {

failure_ptr cluster_closed()
{
    return failure_ptr{base::make_failure(errc::closed, "Cluster is closed")};
}

}  // namespace

/// In v5 the keyspace belongs to each request: any statement finds out whether it exists.
class connect_operation::keyspace_check final : public lone_request {
public:
    keyspace_check(boost::intrusive_ptr<connect_operation> owner, std::shared_ptr<session_shard> home)
        : lone_request(
              std::move(home), statement{"SELECT key FROM system.local"}.consistency(consistency::one)
          ),
          owner_(std::move(owner))
    {}

private:
    void on_page(page&&) override { succeed(); }
    void on_other(other_result&&) override { succeed(); }

    void on_done() noexcept override
    {
        const boost::intrusive_ptr<connect_operation> owner = std::move(owner_);
        owner->check_.reset();
        // A connect that has ended keeps its own reason: this one was only given up with it.
        if (error() && !owner->done_)
            owner->failure_ = take_error();
        owner->end();
    }

    void on_dropped() noexcept override
    {
        const boost::intrusive_ptr<connect_operation> owner = std::move(owner_);
        owner->check_.reset();
    }

    boost::intrusive_ptr<connect_operation> owner_;
};

connect_operation::connect_operation(
    std::shared_ptr<cluster_core> cluster, std::string&& keyspace, connect_handler&& handler
)
    : operation(cluster->shards().front()->home()),
      cluster_(std::move(cluster)),
      keyspace_(std::move(keyspace)),
      handler_(std::move(handler))
{
    adopt(handler_);
}

connect_operation::~connect_operation() = default;

void connect_operation::start() noexcept
{
    if (cluster_->is_closed()) {
        fail(*cluster_closed());
        return;
    }
    home().set_timer(*this, home().now() + cluster_->config().connect_timeout);
    control().find([self = boost::intrusive_ptr<connect_operation>{this}](const auto& found) {
        self->on_found(found);
    });
}

void connect_operation::refuse() noexcept
{
    failure_ = cluster_closed();
}

void connect_operation::on_found(const result<control_connection::target>& found) noexcept
{
    if (done_)
        return;
    if (found.has_error()) {
        fail(*found.error());
        return;
    }
    if (cluster_->is_closed()) {
        fail(*cluster_closed());
        return;
    }
    opening_ = found->node;
    cluster_->shards().front()->watch()->when_known([self = boost::intrusive_ptr<connect_operation>{this},
                                                     where = *found] { self->open_pools(where); });
}

void connect_operation::open_pools(const control_connection::target& where)
{
    if (done_)
        return;
    if (cluster_->is_closed()) {
        fail(*cluster_closed());
        return;
    }
    topology_known_ = true;
    cluster_->open_pools(
        where.version,
        keyspace_,
        [self = boost::intrusive_ptr<connect_operation>{this}, where](const auto* reason) {
            self->on_pools_open(where, reason);
        }
    );
}

void connect_operation::on_pools_open(
    const control_connection::target& where, const net::close_reason* reason
) noexcept
{
    if (done_)
        return;
    if (cluster_->is_closed()) {
        fail(*cluster_closed());
        return;
    }
    if (reason != nullptr) {
        if (is_final_log_in_failure(*reason)) {
            fail(to_log_in_failure(where.node, *reason));
            return;
        }
        failure f =
            reason->server != nullptr
                ? to_failure(reason->server, {})
                : base::make_failure(errc::no_host_available, to_string(where.node) + ": " + reason->text);
        f.node = where.node;
        fail(std::move(f));
        return;
    }
    session_ = std::make_shared<session_core>(cluster_, keyspace_, where.version);
    if (where.version == protocol_version::v4 || keyspace_.empty())
        end();
    else
        check_keyspace();
}

void connect_operation::check_keyspace()
{
    check_ =
        std::make_shared<keyspace_check>(boost::intrusive_ptr<connect_operation>{this}, session_->choose());
    const auto running = check_;  // run may end it at once
    running->run();
}

void connect_operation::cancel(asio::cancellation_type) noexcept
{
    if (!done_)
        fail(base::make_failure(asio::error::operation_aborted, "cancelled by the caller"));
}

void connect_operation::on_timer(base::time_point) noexcept
{
    const std::string limit =
        "connect took longer than " + std::to_string(cluster_->config().connect_timeout.count()) + " ms: ";
    if (!opening_) {
        failure f = control().progress();
        f.what = limit + f.what;
        fail(std::move(f));
        return;
    }
    const std::string_view doing = session_ != nullptr ? ": the keyspace was still being checked"
                                   : topology_known_
                                       ? ": the connections for requests were still being opened"
                                       : ": the list of nodes was still being read";
    failure f =
        base::make_failure(errc::no_host_available, limit + to_string(*opening_) + std::string{doing});
    f.node = opening_;
    fail(std::move(f));
}

void connect_operation::fail(failure f) noexcept
{
    failure_ = failure_ptr{std::move(f)};
    end();
}

void connect_operation::end() noexcept
{
    if (std::exchange(done_, true))
        return;
    base::timer_wheel::clear(*this);
    if (const auto running = std::exchange(check_, nullptr))
        running->give_up();
    home().finish(*this);
}

void connect_operation::detach() noexcept
{
    done_ = true;
    base::timer_wheel::clear(*this);
}

void connect_operation::invoke()
{
    let_go(handler_);
    connect_handler handler{std::move(handler_)};
    const failure_ptr failed = std::move(failure_);
    std::shared_ptr<session_core> made = std::move(session_);
    session opened{failed ? nullptr : std::exchange(made, nullptr)};
    made.reset();
    // A search that goes on knows this operation: it must not keep a cluster that nobody else wants.
    cluster_.reset();
    release();
    std::move(handler)(failed ? to_exception(failed) : nullptr, std::move(opened));
}

void connect_operation::abandon() noexcept
{
    let_go(handler_);
    const connect_handler dropped{std::move(handler_)};
    release();
}

}  // namespace async_cassandra::detail
