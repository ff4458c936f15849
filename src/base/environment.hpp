// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// The seam for time, network and chance: everything the client needs that is not computation.
///
/// One `environment` per shard. The production one stands on Asio; the simulated one (tests/support) on a virtual
/// clock and an in-memory network. Nothing else in src/ names a clock, an Asio timer, a socket, a thread or a
/// random device (tools/check_environment.py).
namespace async_cassandra::base {

namespace asio = boost::asio;
using boost::system::error_code;
using time_point = std::chrono::steady_clock::time_point;

/// A connected stream of bytes. One reader and one writer at a time. Completions are always posted, never run
/// inside the call. Buffers must stay valid until the completion. After `close`, or when the object is destroyed,
/// outstanding operations complete with `asio::error::operation_aborted`.
class byte_stream {
public:
    virtual ~byte_stream() = default;

    /// Reads at least one byte, or completes with an error (`asio::error::eof` at the peer's orderly end).
    virtual void read_some(
        std::span<std::byte> into, asio::any_completion_handler<void(error_code, std::size_t)> done
    ) = 0;

    /// Writes everything; the count says how many bytes the kernel took when it fails.
    virtual void write(
        std::span<const asio::const_buffer> from,
        asio::any_completion_handler<void(error_code, std::size_t)> done
    ) = 0;

    virtual void close() noexcept = 0;

    /// What an error of this stream means, in words.
    [[nodiscard]] virtual std::string describe(error_code code) const { return code.message(); }
};

using connect_handler = asio::any_completion_handler<void(error_code, std::unique_ptr<byte_stream>)>;
using resolve_handler = asio::any_completion_handler<void(error_code, std::vector<inet>)>;

/// A running connect or look-up. Destroying it before the completion gives the operation up: its handler is then
/// destroyed without being called.
class pending_operation {
public:
    virtual ~pending_operation() = default;

    /// More than the error code tells: why it failed, or what it still waits for. Empty: nothing more.
    [[nodiscard]] virtual std::string detail() const { return {}; }
};

/// One alarm clock: at most one time is set.
class alarm {
public:
    virtual ~alarm() = default;

    /// Replaces whatever was set; the callback given to `make_alarm` runs once, posted, at or after `when`.
    virtual void set(time_point when) = 0;

    /// Nothing runs until the next `set`.
    virtual void clear() noexcept = 0;
};

class environment {
public:
    virtual ~environment() = default;

    /// The shard's serial executor.
    [[nodiscard]] virtual const asio::any_io_executor& executor() const noexcept = 0;

    /// True when the caller runs on the shard's executor right now. Always false when the executor's type cannot tell:
    /// every call then travels as if it came from another thread.
    [[nodiscard]] virtual bool on_executor() const noexcept = 0;

    /// Whether `on_executor` can tell.
    [[nodiscard]] virtual bool knows_executor() const noexcept { return true; }

    [[nodiscard]] virtual time_point now() const noexcept = 0;

    /// For deadlines of some length: now, or up to `coarseness` later, at a fraction of its cost. Earlier than now only as far
    /// as the kernel's ticks come late, as when a machine's processor is taken away for a while.
    [[nodiscard]] virtual time_point coarse_now() const noexcept = 0;
    static constexpr std::chrono::milliseconds coarseness{10};

    [[nodiscard]] virtual std::chrono::system_clock::time_point wall_now() const noexcept = 0;

    /// 64 bits of chance: from the system in production, from the seed in simulation.
    [[nodiscard]] virtual std::uint64_t entropy() = 0;

    [[nodiscard]] virtual std::unique_ptr<alarm> make_alarm(std::function<void()> on_time) = 0;

    /// Opens a stream to `to`, encrypted when the environment was made so. `host` is the name that the address was found
    /// under; empty when there was none. An error code says why it failed, and the operation's `detail` may say more.
    [[nodiscard]] virtual std::unique_ptr<pending_operation> connect(
        const endpoint& to, const std::string& host, connect_handler done
    ) = 0;

    /// All addresses of a host name, never empty on success. Address literals never come here.
    [[nodiscard]] virtual std::unique_ptr<pending_operation> resolve(
        const std::string& host, resolve_handler done
    ) = 0;
};

}  // namespace async_cassandra::base
