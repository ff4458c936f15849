// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <cerrno>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace async_cassandra::cli {

void output::flush()
{
    std::string_view left{buffer_};
    while (!left.empty()) {
        const ssize_t written = ::write(descriptor_, left.data(), left.size());
        if (written >= 0) {
            left.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            throw output_closed{};
        } else if (errno == EAGAIN) {
            // Whoever else has the terminal or pipe open made it non-blocking.
            pollfd writable{descriptor_, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            throw std::system_error{errno, std::generic_category(), "writing the result"};
        }
    }
    buffer_.clear();
}

}  // namespace async_cassandra::cli
