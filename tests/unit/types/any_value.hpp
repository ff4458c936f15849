// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/value.hpp>

#include <rapidcheck.h>

namespace async_cassandra::test {

/// Any scalar type but custom and counter; or with `depth` > 0 sometimes a type made of others, at most `depth`
/// levels deep.
[[nodiscard]] rc::Gen<data_type> any_type(int depth);

/// Any value of the type that the wire can carry: extremes often, null in fields sometimes, NaN never.
[[nodiscard]] rc::Gen<value> any_value(const data_type& type);

}  // namespace async_cassandra::test
