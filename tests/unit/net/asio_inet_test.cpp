// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/asio_inet.hpp>

#include "unit/types/one_value.hpp"

#include <vector>

// Addresses of Asio as values: here, beside other tests that include all of Asio.
namespace async_cassandra {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using boost::asio::ip::make_address;
using boost::asio::ip::make_address_v4;
using boost::asio::ip::make_address_v6;
using test::bound;
using test::expect_bytes;
using test::read_error;

TEST(asio_inet, addresses_are_bound_and_read)
{
    expect_bytes(type_kind::inet, make_address("127.0.0.1"), "7f000001");
    expect_bytes(type_kind::inet, make_address("2001:db8::ff00:42:8329"), "20010db8000000000000ff0000428329");
    expect_bytes(type_kind::inet, make_address_v4("127.0.0.1"), "7f000001");
    expect_bytes(type_kind::inet, make_address_v6("::1"), "00000000000000000000000000000001");
    EXPECT_EQ(
        bound(data_type::list_of(type_kind::inet), std::vector{make_address("1.2.3.4")}),
        "000000010000000401020304"
    );
}

TEST(asio_inet, what_would_be_lost_is_refused)
{
    EXPECT_EQ(
        bound(type_kind::inet, address{address_v6{{}, 3}}),
        "marker 'v' (position 0): ::%3 has a scope, which CQL type inet cannot keep"
    );
    EXPECT_EQ(
        read_error<address_v4>(type_kind::inet, "00000000000000000000000000000001"),
        "column 'v' (position 0): ::1 is no IPv4 address"
    );
    EXPECT_EQ(
        read_error<address_v6>(type_kind::inet, "7f000001"),
        "column 'v' (position 0): 127.0.0.1 is no IPv6 address"
    );
}

}  // namespace
}  // namespace async_cassandra
