// SPDX-License-Identifier: Apache-2.0
#include "cluster/control_connection.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "cluster/log_in_failure.hpp"

#include <utility>

namespace async_cassandra::detail {

namespace {

std::string name_of(protocol_version version)
{
    return "v" + std::to_string(static_cast<int>(version));
}

}  // namespace

control_connection::control_connection(
    std::shared_ptr<net::shard> home,
    std::shared_ptr<const cluster_config> config,
    std::shared_ptr<topology_watch> watch
)
    : shard_(std::move(home)),
      config_(std::move(config)),
      watch_(std::move(watch)),
      pauses_(config_->reconnect_base_delay, config_->reconnect_max_delay)
{}

control_connection::~control_connection()
{
    drop();
}

void control_connection::find(find_callback done)
{
    if (connection_ != nullptr && connection_->ready()) {
        done(last_target_);
        return;
    }
    waiters_.push_back(std::move(done));
    if (!searching_)
        search();
}

failure control_connection::progress() const
{
    std::string causes = causes_;
    if (resolving_ != nullptr)
        causes += (causes.empty() ? "" : "; ") + config_->contact_points[next_point_ - 1] +
                  ": the name is still being resolved";
    if (connection_ != nullptr && !connection_->ready())
        causes += (causes.empty() ? "" : "; ") + to_string(connection_->node()) + ": still connecting";
    failure f = base::make_failure(errc::no_host_available, "no contact point could be reached: " + causes);
    f.attempts = attempts_;
    return f;
}

void control_connection::search()
{
    base::timer_wheel::clear(*this);
    searching_ = true;
    next_point_ = 0;
    candidates_.clear();
    attempts_.clear();
    causes_.clear();
    next_contact_point();
}

void control_connection::next_contact_point()
{
    if (next_point_ == config_->contact_points.size()) {
        finish_search(progress());
        return;
    }
    // The configuration was checked: it parses.
    contact_point point = *contact_point::parse(config_->contact_points[next_point_++], config_->port);
    if (point.address) {
        candidates_.push_back({{*point.address, point.port}, {}});
        next_candidate();
        return;
    }
    const std::string host = point.host;
    resolving_ = shard_->env().resolve(
        host,
        [this, home = shard_, point = std::move(point)](base::error_code code, std::vector<inet> addresses) {
            home->turn([&] { on_resolved(point, code, addresses); });
        }
    );
}

void control_connection::on_resolved(
    const contact_point& point, base::error_code code, const std::vector<inet>& addresses
)
{
    resolving_.reset();
    if (code)
        note(point.host + ": the name could not be resolved: " + code.message());
    for (const inet& address : addresses)
        candidates_.push_back({{address, point.port}, point.host});
    next_candidate();
}

void control_connection::next_candidate()
{
    if (candidates_.empty())
        next_contact_point();
    else
        try_candidate(config_->protocol);
}

void control_connection::try_candidate(protocol_version version)
{
    net::connection_settings settings;
    settings.node = candidates_.front().node;
    settings.host = connected_host_ = candidates_.front().host;
    settings.encrypted = config_->tls.has_value();
    settings.version = version;
    settings.compression = config_->compression;
    settings.authentication = config_->authentication;
    settings.handshake_timeout = config_->handshake_timeout;
    settings.silence.heartbeat_interval = config_->heartbeat_interval;
    settings.silence.heartbeat_timeout = config_->heartbeat_timeout;
    attempt_began_ = shard_->now();
    connection_ = std::make_shared<net::connection>(shard_, settings, *this);
    connection_->open();
}

void control_connection::on_ready(net::connection& c) noexcept
{
    searching_ = false;
    was_up_ = true;
    pauses_.reset();
    base::log(
        log_level::debug,
        "control",
        "connected",
        {{"node", to_string(c.node())}, {"protocol", name_of(c.version())}}
    );
    last_target_ = {c.node(), c.version(), connected_host_};
    watch_->on_connected(connection_);
    tell(last_target_);
}

void control_connection::on_event(net::connection& c, std::span<const std::byte> body) noexcept
{
    if (std::string rule = watch_->on_event(body); !rule.empty())
        c.close({make_error_code(errc::protocol_violation), "malformed event: " + std::move(rule), nullptr});
}

void control_connection::on_closed(net::connection& c, const net::close_reason& reason) noexcept
{
    const std::shared_ptr<net::connection> ended = std::exchange(connection_, nullptr);
    if (closed_)
        return;
    if (!searching_) {
        watch_->on_disconnected();
        base::log(
            log_level::warning,
            "control",
            "control connection lost",
            {{"node", to_string(c.node())}, {"reason", reason.text}}
        );
        shard_->set_timer(*this, shard_->now() + pauses_.next(shard_->env().entropy()));
        return;
    }
    if (c.version_refused() && c.version() > protocol_version::v4) {
        try_candidate(protocol_version::v4);
        return;
    }
    candidates_.pop_front();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(shard_->now() - attempt_began_);
    attempts_.push_back({c.node(), took, reason.code, reason.text, request_effect::not_sent});
    note(to_string(c.node()) + ": " + reason.text);
    if (is_final_log_in_failure(reason)) {
        // Asking every other node with the same credentials would only get the account locked.
        failure f = to_log_in_failure(c.node(), reason);
        f.attempts = attempts_;
        finish_search(std::move(f));
        return;
    }
    if (reason.code == errc::bad_configuration) {
        // What was asked for is not to be had; a cluster that works only with some of its nodes would hide it.
        failure f = base::make_failure(
            reason.code, to_string(c.node()) + ": " + reason.text, request_effect::not_sent
        );
        f.node = c.node();
        f.attempts = attempts_;
        finish_search(std::move(f));
        return;
    }
    next_candidate();
}

void control_connection::finish_search(failure why)
{
    searching_ = false;
    const failure_ptr failed{std::move(why)};
    if (waiters_.empty())
        base::log(log_level::warning, "control", failed->what);
    tell(failed);
    // A cluster that was up once keeps looking; the first caller of connect is told, and may call again.
    if (was_up_ && !closed_ && !searching_)
        shard_->set_timer(*this, shard_->now() + pauses_.next(shard_->env().entropy()));
}

void control_connection::tell(const result<target>& outcome)
{
    for (const find_callback& done : std::exchange(waiters_, {}))
        done(outcome);
}

void control_connection::on_timer(base::time_point) noexcept
{
    if (!closed_ && !searching_ && connection_ == nullptr)
        search();
}

void control_connection::close() noexcept
{
    if (std::exchange(closed_, true))
        return;
    base::timer_wheel::clear(*this);
    resolving_.reset();
    watch_->close();
    if (const auto open = connection_)
        open->close({make_error_code(errc::closed), "the cluster is closed", nullptr});
    connection_.reset();
    tell(failure_ptr{base::make_failure(errc::closed, "Cluster is closed")});
}

void control_connection::drop() noexcept
{
    // Destroyed last: a waiter may hold the last handle of the cluster, and with it this object.
    const std::vector<find_callback> dropped = std::exchange(waiters_, {});
    closed_ = true;
    base::timer_wheel::clear(*this);
    resolving_.reset();
    watch_->drop();
    if (const auto open = std::exchange(connection_, nullptr))
        open->drop();
}

}  // namespace async_cassandra::detail
