// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace async_cassandra::cli {

/// One line on the terminal that standard error is, written over again and again; nothing when it is none.
class progress_line {
public:
    /// `wanted`: also without a terminal, a line each time.
    explicit progress_line(bool wanted);
    ~progress_line() { clear(); }
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    [[nodiscard]] bool is_shown() const noexcept { return terminal_ || wanted_; }

    void show(std::string_view text);
    void clear();

private:
    bool terminal_;
    bool wanted_;
    bool dirty_ = false;
};

}  // namespace async_cassandra::cli
