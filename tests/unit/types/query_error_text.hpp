// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace async_cassandra::test {

/// The text of the query_error that `call` throws; fails the test when it throws none.
template <class Call>
std::string query_error_text(const Call& call)
{
    try {
        call();
    } catch (const query_error& e) {
        EXPECT_EQ(e.details().code, make_error_code(errc::bad_query));
        EXPECT_EQ(e.effect(), request_effect::not_sent);
        return e.details().what;
    }
    ADD_FAILURE() << "no query_error was thrown";
    return "";
}

}  // namespace async_cassandra::test
