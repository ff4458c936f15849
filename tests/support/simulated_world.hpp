// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/simulated_environment.hpp"
#include "support/simulated_network.hpp"
#include "support/simulation_core.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace async_cassandra::testing {

/// A virtual clock, a network in memory, and the loop that drives both. Everything happens inside run_until, run_for
/// and run_until_idle, on the calling thread; no time passes otherwise. The same seed and the same calls give the same
/// run, to the last event: see `events().hash()`.
///
/// Peers that listen must outlive the world. Clients may outlive it.
class simulated_world {
public:
    explicit simulated_world(std::uint64_t seed = 1);
    ~simulated_world();
    simulated_world(const simulated_world&) = delete;
    simulated_world& operator=(const simulated_world&) = delete;

    /// The client's environment; the same object each time.
    [[nodiscard]] const std::shared_ptr<base::environment>& environment() const noexcept
    {
        return environment_;
    }
    /// One more, for a client with several shards. All run on one thread.
    [[nodiscard]] std::unique_ptr<base::environment> make_environment();

    [[nodiscard]] simulated_network& network() noexcept { return *network_; }
    [[nodiscard]] trace& events() noexcept { return core_->events(); }
    /// What faults of the network, and of the test where it adds its own, did so far.
    [[nodiscard]] effect_tally& effects() noexcept { return core_->effects(); }
    [[nodiscard]] seeded_random& random() noexcept { return random_; }
    [[nodiscard]] time_point now() const noexcept { return core_->now(); }
    [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept
    {
        return core_->now() - simulation_core::start;
    }

    /// The test's own lines in the trace.
    void note(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0)
    {
        events().add(now(), what, a, b);
    }
    /// Runs `action`, not on the client's executor, so much later.
    void after(std::chrono::nanoseconds time, std::function<void()> action);

    /// True as soon as `done()` holds, asked after every event; false when `limit` has passed.
    [[nodiscard]] bool run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit);
    void run_for(std::chrono::nanoseconds time);
    /// True when nothing is left to happen; false when `limit` has passed before.
    bool run_until_idle(std::chrono::nanoseconds limit = std::chrono::hours{24});
    /// Time passes and nothing runs: a client that got no CPU.
    void stall(std::chrono::nanoseconds time) { core_->stall(time); }

private:
    std::shared_ptr<simulation_core> core_;
    std::shared_ptr<simulated_network> network_;
    std::shared_ptr<base::environment> environment_;
    seeded_random random_;
};

}  // namespace async_cassandra::testing
