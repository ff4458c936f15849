// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"
#include "protocol/responses.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

server_error_details decode(std::string_view name)
{
    const auto v = test::read_envelope("response_envelope", name);
    protocol::reader in{v.body()};
    auto e = protocol::decode_error(in, v.version == 4 ? protocol_version::v4 : protocol_version::v5);
    EXPECT_FALSE(in.failed()) << in.error().rule;
    return e;
}

TEST(error_message, has_code_and_text)
{
    const auto e = decode("error_server_v4");
    EXPECT_EQ(e.code, server_code::server_error);
    EXPECT_EQ(e.message, "boom");
    EXPECT_FALSE(e.level.has_value());
    EXPECT_EQ(decode("error_syntax_v4").message, "line 1:0 no viable alternative");
    EXPECT_EQ(decode("error_bad_credentials_v4").code, server_code::bad_credentials);
    EXPECT_EQ(decode("error_overloaded_v4").code, server_code::overloaded);
    EXPECT_EQ(decode("error_cdc_write_failure_v5").code, server_code::cdc_write_failure);
}

TEST(error_message, of_unsupported_version_is_readable_in_any_version)
{
    for (const auto* name :
         {"error_unsupported_version_c5_v6beta_header",
          "error_unsupported_version_scylla_v4_header",
          "error_protocol_unsupported_version_v5_header"}) {
        const auto e = decode(name);
        EXPECT_EQ(e.code, server_code::protocol_error);
        EXPECT_NE(e.message.find("unsupported protocol version"), std::string::npos);
    }
}

TEST(error_message, of_unavailable_says_how_many_live)
{
    const auto e = decode("error_unavailable_v4");
    EXPECT_EQ(e.code, server_code::unavailable);
    EXPECT_EQ(e.level, consistency::quorum);
    EXPECT_EQ(e.required, 2);
    EXPECT_EQ(e.alive, 1);
    EXPECT_FALSE(e.received.has_value());
}

TEST(error_message, of_write_timeout_has_contentions_for_cas_in_v5_only)
{
    const auto batch = decode("error_write_timeout_v4");
    EXPECT_EQ(batch.write_type, "BATCH_LOG");
    EXPECT_EQ(batch.received, 0);
    EXPECT_EQ(batch.required, 1);
    const auto cas = decode("error_write_timeout_cas_v5");
    EXPECT_EQ(cas.level, consistency::serial);
    EXPECT_EQ(cas.contentions, 3);
    EXPECT_FALSE(decode("error_write_timeout_simple_v5").contentions.has_value());
}

TEST(error_message, of_read_timeout_says_whether_data_came)
{
    const auto e = decode("error_read_timeout_v4");
    EXPECT_EQ(e.received, 1);
    EXPECT_EQ(e.required, 2);
    EXPECT_EQ(e.data_present, false);
}

TEST(error_message, of_failures_counts_in_v4_and_names_replicas_in_v5)
{
    const auto v4 = decode("error_read_failure_v4");
    EXPECT_EQ(v4.failed, 1);
    EXPECT_EQ(v4.data_present, true);
    EXPECT_TRUE(v4.failures.empty());

    const auto v5 = decode("error_read_failure_v5");
    EXPECT_EQ(v5.failed, 2);
    ASSERT_EQ(v5.failures.size(), 2U);
    EXPECT_EQ(v5.failures[0].replica.to_string(), "10.0.0.1");
    EXPECT_EQ(v5.failures[0].reason, 0);
    EXPECT_EQ(v5.failures[1].replica.to_string(), "::1");
    EXPECT_EQ(v5.failures[1].reason, 1);
    EXPECT_EQ(v5.data_present, true);

    EXPECT_EQ(decode("error_write_failure_v4").failed, 2);
    const auto write = decode("error_write_failure_v5");
    EXPECT_EQ(write.failures.size(), 2U);
    EXPECT_EQ(write.write_type, "SIMPLE");
    EXPECT_EQ(write.required, 3);
}

TEST(error_message, of_cas_write_unknown_says_who_answered)
{
    const auto e = decode("error_cas_write_unknown_v5");
    EXPECT_EQ(e.code, server_code::cas_write_unknown);
    EXPECT_EQ(e.received, 1);
    EXPECT_EQ(e.required, 2);
}

TEST(error_message, of_function_failure_names_the_function)
{
    const auto e = decode("error_function_failure_v4");
    EXPECT_EQ(e.keyspace, "ks");
    EXPECT_EQ(e.function, "fn");
    EXPECT_EQ(e.argument_types, (std::vector<std::string>{"int"}));
}

TEST(error_message, of_already_exists_and_unprepared_name_what)
{
    const auto exists = decode("error_already_exists_keyspace_v4");
    EXPECT_EQ(exists.keyspace, "ks");
    EXPECT_EQ(exists.table, "");
    EXPECT_EQ(test::to_hex(decode("error_unprepared_v4").statement_id), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(error_message, with_an_unknown_code_keeps_code_and_text)
{
    const auto e = decode("error_scylla_rate_limit_v4");
    EXPECT_EQ(static_cast<std::int32_t>(e.code), 0xF000);
    EXPECT_EQ(e.message, "rate");
    EXPECT_EQ(to_string(e.code), "UNKNOWN");
}

TEST(error_message, refuses_a_reason_map_that_the_bytes_cannot_hold)
{
    for (const auto* count : {"7fffffff", "ffffffff", "00000002"}) {
        const test::bytes body =
            test::from_hex(std::string{"0000130000017200020000000100000002"} + count + "040a0000010000");
        protocol::reader in{body};
        static_cast<void>(protocol::decode_error(in, protocol_version::v5));
        EXPECT_TRUE(in.failed());
    }
}

}  // namespace
}  // namespace async_cassandra
