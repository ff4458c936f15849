// SPDX-License-Identifier: Apache-2.0
#include "session/statement_text.hpp"

#include <gmock/gmock.h>

namespace async_cassandra::detail {
namespace {

TEST(statement_text, tells_transactions_by_their_if)
{
    EXPECT_TRUE(is_conditional("INSERT INTO t (k) VALUES (?) IF NOT EXISTS"));
    EXPECT_TRUE(is_conditional("update t set v = 1 where k = 2 if v = 3"));
    EXPECT_TRUE(is_conditional("DELETE FROM t WHERE k = 1 /* why */ If\tEXISTS"));
    EXPECT_TRUE(is_conditional("BEGIN BATCH INSERT INTO t (k) VALUES (1) IF NOT EXISTS APPLY BATCH"));
    EXPECT_FALSE(is_conditional("INSERT INTO t (k) VALUES (' IF ')"));
    EXPECT_FALSE(is_conditional("INSERT INTO t (\"IF\", iff) VALUES (1, 2) -- IF"));
    EXPECT_FALSE(is_conditional("SELECT v FROM t"));
    EXPECT_FALSE(is_conditional("CREATE TABLE IF NOT EXISTS t (k int PRIMARY KEY)"));
    EXPECT_FALSE(is_conditional(""));
    EXPECT_FALSE(is_conditional("INSERT INTO t (k) VALUES ('unclosed) IF NOT EXISTS"));
}

}  // namespace
}  // namespace async_cassandra::detail
