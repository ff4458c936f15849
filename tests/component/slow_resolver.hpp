// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace async_cassandra::testing {

/// From construction to destruction the system's resolver is stuck: every look-up waits, and finds nothing when it is
/// let go. For programs linked with slow_resolver.cpp. The destructor waits until nobody is in a look-up any more.
class stuck_resolver {
public:
    stuck_resolver();
    ~stuck_resolver();
    stuck_resolver(const stuck_resolver&) = delete;
    stuck_resolver& operator=(const stuck_resolver&) = delete;

    /// Waits until a look-up is under way.
    void wait_for_look_up() const;
};

}  // namespace async_cassandra::testing
