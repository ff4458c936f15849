// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vectors/vectors.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace async_cassandra::test {

/// Compares what vectors say with what the library does, and remembers which entries were compared.
class comparison {
public:
    [[nodiscard]] std::vector<test_vector> entries(const std::string& kind) const
    {
        return read_vectors(kind);
    }

    /// A failure of the running test when they differ.
    void equal(
        const test_vector& v, std::string_view what, const std::string& expected, const std::string& actual
    );

    [[nodiscard]] const std::set<std::string>& compared() const noexcept { return compared_; }

private:
    std::set<std::string> compared_;
};

// Each compares the kinds of its floor.
void compare_checksums(comparison& with);
void compare_segments(comparison& with);
void compare_requests(comparison& with);
void compare_responses(comparison& with);
void compare_conversations(comparison& with);
void compare_types(comparison& with);
void compare_values(comparison& with);
void compare_routing(comparison& with);

}  // namespace async_cassandra::test
