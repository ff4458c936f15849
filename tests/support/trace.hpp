// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/peer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace async_cassandra::testing {

/// Everything that happened in a simulation, as one number: two runs that differ anywhere have different hashes. Keeps
/// the text as well when told to.
class trace {
public:
    explicit trace(time_point start) : start_(start) {}

    void keep_text(bool keep) noexcept { keep_text_ = keep; }

    void add(
        time_point when, std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0
    );

    [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// One line an event: microseconds since the start, what, three numbers.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    void mix(std::uint64_t v) noexcept;

    time_point start_;
    std::uint64_t hash_ = 0xCBF29CE484222325ULL;
    std::uint64_t size_ = 0;
    bool keep_text_ = false;
    std::string text_;
};

}  // namespace async_cassandra::testing
