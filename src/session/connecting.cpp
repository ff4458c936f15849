// SPDX-License-Identifier: Apache-2.0
#include "session/connecting.hpp"

#include "base/failure.hpp"
#include "cluster/control_request.hpp"
#include "cluster/log_in_failure.hpp"
#include "session/lone_request.hpp"
#include "session/server_failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <utility>

namespace async_cassandra::detail {

namespace {

/// Whether another try may end otherwise: what is wrong with the settings stays so.
bool may_pass(const boost::system::error_code& code) noexcept
{
    return !is_lasting(code) && code != errc::bad_configuration && code != errc::tls_failed;
}

failure why_pools_failed(const endpoint& node, const net::close_reason& reason)
{
    if (is_final_log_in_failure(reason))
        return to_log_in_failure(node, reason);
    // What is wrong with the settings is no matter of one node.
    if (reason.code == errc::bad_configuration)
        return base::make_failure(reason.code, reason.text);
    failure f = reason.server != nullptr && !may_pass(reason.code)
                    ? to_failure(reason.server, {})
                    : base::make_failure(errc::no_host_available, to_string(node) + ": " + reason.text);
    f.node = node;
    return f;
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
        if (!owner->done_)
            owner->on_keyspace_checked(take_error());
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
      pauses_(cluster_->config().reconnect_base_delay, cluster_->config().reconnect_max_delay),
      pause_(*this),
      handler_(std::move(handler))
{
    adopt(handler_);
}

connect_operation::~connect_operation() = default;

void connect_operation::start() noexcept
{
    if (!goes_on())
        return;
    home().set_timer(*this, home().now() + cluster_->config().connect_timeout);
    go_on();
}

void connect_operation::refuse() noexcept
{
    failure_ = cluster_closed();
}

bool connect_operation::goes_on() noexcept
{
    if (!done_ && cluster_->is_closed())
        fail(*cluster_closed());
    return !done_;
}

void connect_operation::go_on() noexcept
{
    if (!goes_on())
        return;
    if (session_ != nullptr) {
        check_keyspace();
        return;
    }
    stage_ = stage::finding;
    control().find(*this);
}

void connect_operation::on_found(const control_target& where) noexcept
{
    if (!goes_on())
        return;
    where_ = where;
    stage_ = stage::reading_topology;
    first_shard().watch()->when_known([self = boost::intrusive_ptr<connect_operation>{this}] {
        self->open_pools();
    });
}

void connect_operation::on_refused(failure why) noexcept
{
    fail(std::move(why));
}

void connect_operation::open_pools()
{
    if (!goes_on())
        return;
    stage_ = stage::opening_pools;
    where_ = control().last_target();  // it may have gone elsewhere for the list
    cluster_->open_pools(
        where_.version,
        keyspace_,
        [self = boost::intrusive_ptr<connect_operation>{this}](const auto* reason) {
            self->on_pools_open(reason);
        }
    );
}

void connect_operation::on_pools_open(const net::close_reason* reason) noexcept
{
    if (!goes_on())
        return;
    if (reason != nullptr) {
        failure why = why_pools_failed(where_.node, *reason);
        why.attempts = first_shard().failures(where_.version, keyspace_);
        if (may_pass(reason->code) && !is_final_log_in_failure(*reason))
            try_again(std::move(why));
        else
            fail(std::move(why));
        return;
    }
    session_ = std::make_shared<session_core>(cluster_, keyspace_, where_.version);
    if (where_.version == protocol_version::v4 || keyspace_.empty())
        end();
    else
        check_keyspace();
}

void connect_operation::check_keyspace()
{
    stage_ = stage::checking_keyspace;
    check_ =
        std::make_shared<keyspace_check>(boost::intrusive_ptr<connect_operation>{this}, session_->choose());
    const auto running = check_;  // run may end it at once
    running->run();
}

void connect_operation::on_keyspace_checked(const failure_ptr& why) noexcept
{
    if (why && !goes_on())
        return;
    if (!why)
        end();
    else if (may_pass(why->code))
        try_again(failure{*why});
    else
        fail(failure{*why});
}

void connect_operation::try_again(failure why) noexcept
{
    last_failure_ = std::move(why);
    if (!static_cast<base::list_hook<closing_tag>&>(*this).is_linked())
        first_shard().add(*this);
    home().set_timer(pause_, home().now() + pauses_.next(home().env().entropy()));
}

void connect_operation::close(std::function<void()> done)
{
    if (!done_)
        fail(*cluster_closed());
    net::run_behind_handlers(home(), std::move(done));
}

void connect_operation::cancel(asio::cancellation_type) noexcept
{
    if (!done_)
        fail(base::make_failure(asio::error::operation_aborted, "cancelled by the caller"));
}

void connect_operation::on_timer(base::time_point) noexcept
{
    fail(time_is_over());
}

std::vector<attempt> connect_operation::causes() const
{
    if (stage_ != stage::reading_topology)
        return first_shard().failures(where_.version, keyspace_);
    std::vector<attempt> all = control().progress().attempts;
    if (const failure_ptr& why = first_shard().watch()->why_unread()) {
        const endpoint& node = control().last_target().node;
        std::erase_if(all, [&](const attempt& each) { return each.node == node; });
        all.push_back({node, {}, why->code, why->what, request_effect::not_sent});
    }
    return all;
}

failure connect_operation::time_is_over() const
{
    failure f;
    if (stage_ == stage::finding || !control().connected()) {
        f = control().progress();
    } else if (last_failure_) {
        f = *last_failure_;
        f.code = errc::no_host_available;
    } else {
        const std::string_view doing =
            stage_ == stage::checking_keyspace ? "the keyspace was still being checked"
            : stage_ == stage::opening_pools   ? "the connections for requests were still being opened"
                                               : "the list of nodes was still being read";
        const endpoint& node = stage_ == stage::reading_topology ? control().last_target().node : where_.node;
        f = base::make_failure(errc::no_host_available, to_string(node) + ": " + std::string{doing});
        f.node = node;
        f.attempts = causes();
        for (const attempt& each : f.attempts)
            f.what += "; " + to_string(each.node) + ": " + each.reason;
    }
    f.what = "connect took longer than " + std::to_string(cluster_->config().connect_timeout.count()) +
             " ms: " + f.what;
    return f;
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
    leave();
    if (const auto running = std::exchange(check_, nullptr))
        running->give_up();
    home().finish(*this);
}

void connect_operation::leave() noexcept
{
    base::timer_wheel::clear(*this);
    base::timer_wheel::clear(pause_);
    static_cast<base::list_hook<control_waiter_tag>&>(*this).unlink();
    static_cast<base::list_hook<closing_tag>&>(*this).unlink();
}

void connect_operation::detach() noexcept
{
    done_ = true;
    leave();
}

void connect_operation::invoke()
{
    let_go(handler_);
    connect_handler handler{std::move(handler_)};
    const failure_ptr failed = std::move(failure_);
    std::shared_ptr<session_core> made = std::move(session_);
    session opened{failed ? nullptr : std::exchange(made, nullptr)};
    made.reset();
    // Pools that are still opening know this operation: it must not keep a cluster that nobody else wants.
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
