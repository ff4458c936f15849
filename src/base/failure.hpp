// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/error.hpp>

#include <string>
#include <utility>

namespace async_cassandra::base {

/// A failure with nothing but a code, a text and an effect.
[[nodiscard]] inline failure make_failure(
    boost::system::error_code code, std::string what, request_effect effect = request_effect::not_sent
)
{
    failure f;
    f.code = code;
    f.what = std::move(what);
    f.effect = effect;
    return f;
}

}  // namespace async_cassandra::base
