// SPDX-License-Identifier: Apache-2.0
#include "component/slow_resolver.hpp"

#include <condition_variable>
#include <mutex>

#include <netdb.h>

namespace async_cassandra::testing {
namespace {

struct resolver_state {
    std::mutex mutex;
    std::condition_variable changed;
    bool stuck = false;
    int inside = 0;
};

resolver_state& state()
{
    // Never destroyed: a look-up may outlive main.
    static auto* const only = new resolver_state;
    return *only;
}

}  // namespace

stuck_resolver::stuck_resolver()
{
    const std::lock_guard lock{state().mutex};
    state().stuck = true;
}

stuck_resolver::~stuck_resolver()
{
    std::unique_lock lock{state().mutex};
    state().stuck = false;
    state().changed.notify_all();
    state().changed.wait(lock, [] { return state().inside == 0; });
}

void stuck_resolver::wait_for_look_up() const
{
    std::unique_lock lock{state().mutex};
    state().changed.wait(lock, [] { return state().inside > 0; });
}

}  // namespace async_cassandra::testing

// In place of the C library's, for the whole program.
extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**)
{
    auto& state = async_cassandra::testing::state();
    std::unique_lock lock{state.mutex};
    ++state.inside;
    state.changed.notify_all();
    state.changed.wait(lock, [&] { return !state.stuck; });
    --state.inside;
    state.changed.notify_all();
    return EAI_NONAME;
}
