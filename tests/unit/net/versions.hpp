// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/protocol_version.hpp>

#include <gtest/gtest.h>

#include <string>

namespace async_cassandra::net {

/// INSTANTIATE_TEST_SUITE_P(versions, <suite>, each_version, version_name): once with each version that the client speaks.
inline const auto each_version = ::testing::Values(protocol_version::v4, protocol_version::v5);

inline std::string version_name(const ::testing::TestParamInfo<protocol_version>& of)
{
    return "v" + std::to_string(static_cast<int>(of.param));
}

}  // namespace async_cassandra::net
