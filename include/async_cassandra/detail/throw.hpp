// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace async_cassandra::detail {

/// Throws `query_error` with code `errc::bad_query` and effect `not_sent`. `cause` is what user code (a
/// codec) threw, if that is why. Kept out of the headers that use it, so that they need not include the error
/// classes.
[[noreturn]] void throw_query_error(std::string what, std::exception_ptr cause = nullptr);

}  // namespace async_cassandra::detail
