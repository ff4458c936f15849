// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/uuid.hpp>

#include <atomic>
#include <functional>

namespace async_cassandra {

/// Makes UUIDs of version 1 (`timeuuid`) and version 4, from the system's clock and entropy. Any thread may
/// use it, several at once. One for the whole program is enough, and two never meet: each draws its node and
/// clock sequence, 61 bits, by chance.
class uuid_generator {
public:
    /// Where time and chance come from. Both are called by the threads that use the generator.
    struct sources {
        std::function<uuid::time_point()> now;
        std::function<std::uint64_t()> entropy;
    };

    uuid_generator();

    /// Over other sources, for tests that need the same UUIDs again.
    explicit uuid_generator(sources from);

    /// Version 1: now. Each is later than the one before it, by 100 ns at least, also when the clock stands
    /// or is set back: a generator never gives one twice. It runs ahead of the clock when more than 10
    /// million are taken a second.
    [[nodiscard]] uuid time_based();

    /// Version 4: 122 bits of chance.
    [[nodiscard]] uuid random();

private:
    sources from_;
    std::uint64_t node_;
    std::atomic<std::int64_t> last_;
};

}  // namespace async_cassandra
