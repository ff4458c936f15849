// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/server_error.hpp>

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

TEST(server_code, has_the_name_of_the_specification)
{
    EXPECT_EQ(to_string(server_code::server_error), "SERVER_ERROR");
    EXPECT_EQ(to_string(server_code::write_timeout), "WRITE_TIMEOUT");
    EXPECT_EQ(to_string(server_code::cas_write_unknown), "CAS_WRITE_UNKNOWN");
    EXPECT_EQ(to_string(server_code::unprepared), "UNPREPARED");
}

TEST(server_code, that_is_not_known_has_no_name)
{
    EXPECT_EQ(to_string(static_cast<server_code>(0xF000)), "UNKNOWN");
    EXPECT_EQ(to_string(static_cast<server_code>(-1)), "UNKNOWN");
}

}  // namespace
}  // namespace async_cassandra
