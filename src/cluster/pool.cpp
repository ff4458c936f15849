// SPDX-License-Identifier: Apache-2.0
#include "cluster/pool.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

std::size_t share(std::size_t limit, std::size_t shards)
{
    return std::max<std::size_t>(1, limit / shards);
}

}  // namespace

pool::pool(
    std::shared_ptr<net::shard> home,
    const pool_settings& settings,
    endpoint node,
    protocol_version version,
    std::string keyspace,
    std::string host
)
    : shard_(std::move(home)),
      pauses_(settings.config->reconnect_base_delay, settings.config->reconnect_max_delay),
      most_queued_(share(settings.config->max_queued_requests, settings.shards)),
      most_queued_bytes_(share(settings.config->max_queued_bytes, settings.shards))
{
    settings_.node = node;
    settings_.version = version;
    settings_.host = std::move(host);
    settings_.encrypted = settings.config->tls.has_value();
    settings_.authentication = settings.config->authentication;
    settings_.compression = settings.config->compression;
    settings_.keyspace = std::move(keyspace);
    settings_.max_in_flight = settings.config->max_in_flight;
    settings_.handshake_timeout = settings.config->handshake_timeout;
    settings_.silence.heartbeat_interval = settings.config->heartbeat_interval;
    settings_.silence.heartbeat_timeout = settings.config->heartbeat_timeout;
}

pool::~pool()
{
    drop();
}

pool::admission pool::submit(pool_request& request)
{
    if (connection_ == nullptr || !connection_->ready())
        return admission::down;
    if (queue_.empty() && connection_->has_room()) {
        send(request);
        return admission::taken;
    }
    const std::size_t bytes = request.size_hint();
    if (queued_ >= most_queued_ || queued_bytes_ + bytes > most_queued_bytes_)
        return admission::full;
    request.connection_ = nullptr;
    request.queued_bytes_ = bytes;
    ++queued_;
    queued_bytes_ += bytes;
    queue_.push_back(request);
    return admission::taken;
}

void pool::send(pool_request& request)
{
    request.connection_ = connection_.get();
    if (const protocol::encode_result encoded = connection_->send(request); !encoded)
        request.on_unencodable(encoded.rule);
}

void pool::unqueue(pool_request& request) noexcept
{
    static_cast<base::list_hook<queue_tag>&>(request).unlink();
    --queued_;
    queued_bytes_ -= request.queued_bytes_;
}

request_effect pool::withdraw(pool_request& request) noexcept
{
    if (request.connection_ != nullptr) {
        const request_effect effect = std::exchange(request.connection_, nullptr)->cancel(request);
        // Its stream id may be free now, and when no answer is under way nothing else wakes the queue.
        send_queued();
        return effect;
    }
    unqueue(request);
    return request_effect::not_sent;
}

void pool::open(open_callback done)
{
    if (connection_ != nullptr && connection_->ready()) {
        done(nullptr);
        return;
    }
    waiters_.push_back(std::move(done));
    if (connection_ == nullptr)
        connect();
}

void pool::connect()
{
    base::timer_wheel::clear(*this);
    connection_ = std::make_shared<net::connection>(shard_, settings_, *this);
    connection_->open();
}

void pool::tell_waiters(const net::close_reason* reason)
{
    for (const open_callback& done : std::exchange(waiters_, {}))
        done(reason);
}

void pool::on_ready(net::connection&) noexcept
{
    was_ready_ = true;
    pauses_.reset();
    if (last_failure_.code)
        base::log(log_level::info, "pool", "node is connected again", {{"node", to_string(settings_.node)}});
    last_failure_ = {};
    tell_waiters(nullptr);
}

void pool::on_closed(net::connection&, const net::close_reason& reason) noexcept
{
    connection_.reset();
    last_failure_ = reason;
    if (closed_)
        return;
    base::log(
        log_level::warning,
        "pool",
        "no connection to a node",
        {{"node", to_string(settings_.node)}, {"reason", reason.text}}
    );
    if (was_ready_)
        shard_->set_timer(*this, shard_->now() + pauses_.next(shard_->env().entropy()));
    while (!queue_.empty()) {
        pool_request& request = queue_.front();
        unqueue(request);
        request.on_lost(reason, request_effect::not_sent);
    }
    tell_waiters(&reason);
}

void pool::on_room(net::connection&) noexcept
{
    send_queued();
}

void pool::send_queued() noexcept
{
    while (!queue_.empty() && connection_ != nullptr && connection_->has_room()) {
        pool_request& request = queue_.front();
        unqueue(request);
        send(request);
    }
}

void pool::on_timer(base::time_point) noexcept
{
    if (!closed_ && connection_ == nullptr)
        connect();
}

void pool::close(const net::close_reason& reason) noexcept
{
    if (std::exchange(closed_, true))
        return;
    base::timer_wheel::clear(*this);
    while (!queue_.empty()) {
        pool_request& request = queue_.front();
        unqueue(request);
        request.on_lost(reason, request_effect::not_sent);
    }
    if (const auto open = connection_)
        open->close(reason);
    tell_waiters(&reason);
}

void pool::drop() noexcept
{
    closed_ = true;
    base::timer_wheel::clear(*this);
    queue_.clear();
    waiters_.clear();
    if (const auto open = std::exchange(connection_, nullptr))
        open->drop();
}

}  // namespace async_cassandra::detail
