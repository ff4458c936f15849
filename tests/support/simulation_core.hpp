// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/effect_tally.hpp"
#include "support/seeded_random.hpp"
#include "support/trace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace async_cassandra::testing {

namespace asio = boost::asio;

/// The virtual clock, what is to happen, and the executor on which the client runs. Shared by everything of one
/// simulation, so that streams and alarms that outlive their world find something to stand on.
class simulation_core {
public:
    /// Fixed, and far from zero: a client that mixes up durations and times notices.
    static constexpr time_point start{std::chrono::hours{1000}};
    /// 2024-01-01T00:00:00Z.
    static constexpr std::chrono::system_clock::time_point wall_start{std::chrono::seconds{1'704'067'200}};

    using event_key = std::pair<time_point, std::uint64_t>;

    explicit simulation_core(std::uint64_t seed);
    ~simulation_core();
    simulation_core(const simulation_core&) = delete;
    simulation_core& operator=(const simulation_core&) = delete;

    [[nodiscard]] time_point now() const noexcept { return now_; }
    [[nodiscard]] trace& events() noexcept { return trace_; }
    /// What faults of the network did so far.
    [[nodiscard]] effect_tally& effects() noexcept { return effects_; }
    /// The network's chance; the client's is apart, so that one draw more in the client does not change the weather.
    [[nodiscard]] seeded_random& network_random() noexcept { return network_random_; }
    [[nodiscard]] seeded_random& client_random() noexcept { return client_random_; }

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
    [[nodiscard]] bool on_executor() const noexcept;
    /// False once the world has ended: then completions are destroyed, not called.
    [[nodiscard]] bool running() const noexcept { return context_ != nullptr; }

    /// Runs `action` outside the executor at `when`, or now if that has passed; in order of (time, call).
    event_key at(time_point when, std::function<void()> action);
    void cancel(const event_key& key);

    /// Runs `action` on the executor.
    void post(std::function<void()> action)
    {
        if (running())
            asio::post(executor(), std::move(action));
    }

    /// Calls a completion handler through its associated executor, never within this function.
    template <class Handler, class... Args>
    void complete(Handler handler, Args... args)
    {
        if (running())
            asio::post(executor(), asio::append(std::move(handler), std::move(args)...));
    }

    /// Runs everything that can run without time passing. Throws when that does not end.
    void settle();
    /// Settles, then moves the clock to the next event and runs it, then settles. False, with nothing done but the first
    /// settling, when there is no event at or before `limit`.
    bool step(time_point limit);
    /// Moves the clock, running nothing: a process that got no CPU.
    void stall(std::chrono::nanoseconds time);
    /// Moves the clock to `when` unless it is later already.
    void advance_to(time_point when) noexcept { now_ = std::max(now_, when); }
    /// Nothing is left to happen.
    [[nodiscard]] bool idle() const noexcept { return queue_.empty(); }
    void end();

private:
    std::unique_ptr<asio::io_context> context_;
    asio::any_io_executor executor_;
    time_point now_ = start;
    std::uint64_t sequence_ = 0;
    std::map<event_key, std::function<void()>> queue_;
    seeded_random network_random_;
    seeded_random client_random_;
    trace trace_{start};
    effect_tally effects_;
};

}  // namespace async_cassandra::testing
