// SPDX-License-Identifier: Apache-2.0
// Clusters end without waiting for their threads. The program does: a leak check in the middle of their last steps would
// take for lost what is about to be freed.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <thread>

namespace async_cassandra::testing {
namespace {

class ended_threads final : public ::testing::Environment {
public:
    void TearDown() override
    {
        // Those that hang in a name on purpose never end.
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{2};
        while (others() && std::chrono::steady_clock::now() < limit)
            std::this_thread::yield();
    }

private:
    [[nodiscard]] static bool others()
    {
        const std::filesystem::directory_iterator running{"/proc/self/task"};
        return std::distance(begin(running), end(running)) > 1 + at_start;
    }
    // A sanitizer may have one of its own.
    static inline const auto at_start = [] {
        const std::filesystem::directory_iterator running{"/proc/self/task"};
        return std::distance(begin(running), end(running)) - 1;
    }();
};

[[maybe_unused]] const auto* const registered = ::testing::AddGlobalTestEnvironment(new ended_threads);

}  // namespace
}  // namespace async_cassandra::testing
