// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace async_cassandra::cli {

/// The reader of the output went away (a closed pipe): there is nothing more to do.
class output_closed : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "the reader of the output went away"; }
};

/// Text on its way to a file descriptor, in blocks.
class output {
public:
    explicit output(int descriptor) noexcept : descriptor_(descriptor) {}
    output(const output&) = delete;
    output& operator=(const output&) = delete;

    /// Append here; what is not flushed at the end is lost.
    [[nodiscard]] std::string& buffer() noexcept { return buffer_; }

    /// Writes when a block is full.
    void flush_block()
    {
        if (buffer_.size() >= block)
            flush();
    }

    /// Writes everything. Throws `output_closed` or std::system_error.
    void flush();

private:
    static constexpr std::size_t block = 64 * 1024;

    int descriptor_;
    std::string buffer_;
};

}  // namespace async_cassandra::cli
