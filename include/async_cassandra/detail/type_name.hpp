// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace async_cassandra {

template <class T>
struct codec;

namespace detail {

// The only portable source of a type's name without RTTI; cut down in parse_type_name.
template <class T>
const char* function_signature() noexcept
{
    return __PRETTY_FUNCTION__;
}

/// The T of `function_signature<T>()`.
[[nodiscard]] std::string parse_type_name(std::string_view signature);

/// "std::vector" from "std::vector<int, std::allocator<int>>".
[[nodiscard]] std::string template_name(std::string type_name);

/// The name for error texts: what the codec says, else the compiler's.
template <class T>
[[nodiscard]] std::string type_name()
{
    if constexpr (requires { codec<T>::name(); })
        return codec<T>::name();
    else
        return parse_type_name(function_signature<T>());
}

}  // namespace detail
}  // namespace async_cassandra
