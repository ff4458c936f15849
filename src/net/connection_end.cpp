// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"

#include <boost/asio/error.hpp>

#include <utility>

// How it ends, and what is said about it.
namespace async_cassandra::net {

namespace {

constexpr const char* wants_tls = "the peer answered with TLS, and cluster_config::tls is not set";

}  // namespace

void connection::on_early_end(base::error_code code) noexcept
{
    if (code == errc::tls_failed) {
        fail(errc::tls_failed, stream_->describe(code) + " (during the handshake)");
        return;
    }
    std::string text =
        code == asio::error::eof ? "the node closed the connection" : "read: " + code.message();
    text += " during the handshake";
    if (peer_speaks_tls_)
        text += std::string{"; "} + wants_tls;
    else if (!heard_ && !settings_.encrypted)
        text += ", without an answer; if it requires TLS: cluster_config::tls is not set";
    fail(errc::connection_failed, std::move(text));
}

std::string connection::protocol_error_text() const
{
    if (peer_speaks_tls_)
        return wants_tls;
    std::string text = "the peer broke the native protocol: ";
    text += reader_.error().rule;
    text += " (byte " + std::to_string(reader_.error().offset) + " of the connection)";
    if (state_ == state::handshaking)
        text += "; is this a CQL port?";
    return text;
}

void connection::on_timer(base::time_point now) noexcept
{
    const auto self = shared_from_this();
    if (state_ == state::ready) {
        watch(now);
        return;
    }
    std::string missing{handshake_.waits_for()};
    if (state_ == state::connecting) {
        missing = connecting_->detail();
        if (missing.empty())
            missing = "there was no TCP connection";
    }
    fail(
        errc::handshake_timeout,
        missing + " within " + std::to_string(settings_.handshake_timeout.count()) + " ms"
    );
}

void connection::fail(errc code, std::string text) noexcept
{
    close({make_error_code(code), std::move(text), nullptr, nullptr});
}

void connection::close(const close_reason& reason) noexcept
{
    if (state_ == state::closed)
        return;
    const auto self = shared_from_this();
    drop();
    settings_.counts->on_late_answers_lost(streams_.orphans());
    stream_table::gathered_at where;
    while (pending_request* const request = streams_.take_any(where)) {
        const request_effect effect = effect_of(where);
        if (effect == request_effect::not_sent)
            settings_.counts->on_taken_back();
        else
            settings_.counts->on_failed();
        request->on_lost(reason, effect);
    }
    while (!probe_waiters_.empty())
        probe_waiters_.pop_front().on_probe_lost(reason);
    if (connection_owner* const owner = std::exchange(owner_, nullptr))
        owner->on_closed(*this, reason);
}

void connection::drop() noexcept
{
    const state before = std::exchange(state_, state::closed);
    if (before == state::unopened || before == state::closed)
        return;
    --shard_->held().connections;
    shard_->held().orphans -= streams_.orphans();
    base::timer_wheel::clear(*this);
    static_cast<base::list_hook<dirty_tag>&>(*this).unlink();
    connecting_.reset();
    log_in_.end();
    if (stream_ != nullptr)
        stream_->close();
    stream_.reset();
    if (std::exchange(secret_batch_, 0) != 0) {
        wipe({gathered_.data(), gathered_.capacity()});
        wipe({being_written_.data(), being_written_.capacity()});
        wipe({compressed_.data(), compressed_.capacity()});
    }
}

}  // namespace async_cassandra::net
