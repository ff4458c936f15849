// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/responses.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace async_cassandra::protocol {

inline constexpr std::array<std::pair<std::string_view, schema_change_kind>, 3> schema_change_names{{
    {"CREATED", schema_change_kind::created},
    {"UPDATED", schema_change_kind::updated},
    {"DROPPED", schema_change_kind::dropped},
}};

inline constexpr std::array<std::pair<std::string_view, schema_target>, 5> schema_target_names{{
    {"KEYSPACE", schema_target::keyspace},
    {"TABLE", schema_target::table},
    {"TYPE", schema_target::type},
    {"FUNCTION", schema_target::function},
    {"AGGREGATE", schema_target::aggregate},
}};

inline constexpr std::array<std::pair<std::string_view, topology_change_kind>, 3> topology_change_names{{
    {"NEW_NODE", topology_change_kind::new_node},
    {"REMOVED_NODE", topology_change_kind::removed_node},
    {"MOVED_NODE", topology_change_kind::moved_node},
}};

inline constexpr std::array<std::pair<std::string_view, status_change_kind>, 2> status_change_names{{
    {"UP", status_change_kind::up},
    {"DOWN", status_change_kind::down},
}};

}  // namespace async_cassandra::protocol
