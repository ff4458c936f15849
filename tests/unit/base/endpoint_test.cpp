// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/endpoint.hpp>

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

TEST(endpoint, is_written_with_its_port)
{
    EXPECT_EQ(to_string(endpoint{*inet::parse("127.0.0.1"), 9042}), "127.0.0.1:9042");
    EXPECT_EQ(to_string(endpoint{*inet::parse("2001:db8::1"), 65'535}), "[2001:db8::1]:65535");
    EXPECT_EQ(to_string(endpoint{}), "0.0.0.0:9042");
}

}  // namespace
}  // namespace async_cassandra
