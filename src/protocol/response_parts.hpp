// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/responses.hpp"

namespace async_cassandra::protocol {

/// What a SCHEMA_CHANGE event and a Schema_change result have in common. A target that is not known ends behind the
/// keyspace: what follows it is not known either.
[[nodiscard]] schema_change read_schema_change(reader& in);

}  // namespace async_cassandra::protocol
