// SPDX-License-Identifier: Apache-2.0
#include "support/simulated_world.hpp"

namespace async_cassandra::testing {

simulated_world::simulated_world(std::uint64_t seed)
    : core_(std::make_shared<simulation_core>(seed)),
      network_(std::make_shared<simulated_network>(core_)),
      environment_(make_environment()),
      random_(seed ^ 0xD1342543DE82EF95ULL)
{}

simulated_world::~simulated_world()
{
    // Handlers own clients, which own streams, which stand on the core: the circle is cut here.
    core_->end();
    network_->abandon();
}

std::unique_ptr<base::environment> simulated_world::make_environment()
{
    return std::make_unique<simulated_environment>(core_, network_);
}

void simulated_world::after(std::chrono::nanoseconds time, std::function<void()> action)
{
    core_->at(core_->now() + time, std::move(action));
}

bool simulated_world::run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit)
{
    const time_point end = now() + limit;
    core_->settle();
    while (!done()) {
        if (core_->step(end))
            continue;
        core_->advance_to(end);
        return false;
    }
    return true;
}

void simulated_world::run_for(std::chrono::nanoseconds time)
{
    const time_point end = now() + time;
    while (core_->step(end)) {}
    core_->advance_to(end);
}

bool simulated_world::run_until_idle(std::chrono::nanoseconds limit)
{
    const time_point end = now() + limit;
    while (core_->step(end)) {}
    return core_->idle();
}

}  // namespace async_cassandra::testing
