// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/environment.hpp"
#include "base/transport.hpp"

#include <memory>

namespace async_cassandra::base {

/// The production environment: TCP, the system's clocks and chance, one timer, all on `executor`, which must be
/// serial: an io_context run by one thread, or a strand. `context` is kept alive as long as the environment.
[[nodiscard]] std::unique_ptr<environment> make_asio_environment(
    asio::any_io_executor executor,
    std::shared_ptr<void> context = nullptr,
    std::shared_ptr<const transport> how = std::make_shared<const transport>()
);

/// The wall clock and 64 bits of chance without an environment, for what belongs to no shard. Any thread.
[[nodiscard]] std::chrono::sys_time<std::chrono::nanoseconds> system_wall_now() noexcept;
[[nodiscard]] std::uint64_t system_entropy();

/// An io_context with a thread of its own. The thread keeps the context alive, so the last owner may go away on that
/// very thread; nobody joins. The thread ends when the object is gone and no work is left.
class io_thread {
public:
    io_thread();
    ~io_thread();
    io_thread(io_thread&&) noexcept = default;
    io_thread& operator=(io_thread&&) = delete;

    [[nodiscard]] asio::any_io_executor executor() const;

    /// Keeps the io_context (not the thread) alive.
    [[nodiscard]] std::shared_ptr<void> context() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace async_cassandra::base
