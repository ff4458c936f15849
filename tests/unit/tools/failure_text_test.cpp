// SPDX-License-Identifier: Apache-2.0
#include "failure_text.hpp"

#include <async_cassandra/error.hpp>

#include <gtest/gtest.h>

#include <new>

namespace async_cassandra::cli {
namespace {

std::exception_ptr thrown_by(boost::system::error_code code)
{
    failure f;
    f.code = code;
    return to_exception(failure_ptr{std::move(f)});
}

TEST(failure_class, is_the_name_of_what_is_thrown)
{
    EXPECT_EQ(failure_class(thrown_by(make_error_code(errc::no_host_available))), "no_host_available");
    EXPECT_EQ(failure_class(thrown_by(make_error_code(errc::connection_lost))), "connection_error");
    EXPECT_EQ(failure_class(thrown_by(make_error_code(server_code::unavailable))), "unavailable");
    EXPECT_EQ(failure_class(thrown_by(make_error_code(server_code::write_timeout))), "write_timeout");
    EXPECT_EQ(failure_class(std::make_exception_ptr(std::bad_alloc{})), "std::bad_alloc");
    EXPECT_EQ(failure_class(std::make_exception_ptr(7)), "no std::exception");
}

}  // namespace
}  // namespace async_cassandra::cli
