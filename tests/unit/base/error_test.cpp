// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/error.hpp>
#include <async_cassandra/result.hpp>

#include "base/failure.hpp"

#include <boost/asio/error.hpp>

#include <gmock/gmock.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

namespace async_cassandra {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

failure_ptr failed(boost::system::error_code code)
{
    failure f = base::make_failure(code, "what happened", request_effect::maybe_applied);
    if (const auto server = to_server_code(code)) {
        auto details = std::make_shared<server_error_details>();
        details->code = *server;
        details->message = "the server's words";
        f.server = details;
    }
    return failure_ptr{std::move(f)};
}

/// The class that is thrown for this code.
const std::type_info& class_of(boost::system::error_code code)
{
    try {
        std::rethrow_exception(to_exception(failed(code)));
    } catch (const error& e) {
        EXPECT_EQ(e.code(), code);
        EXPECT_EQ(e.effect(), request_effect::maybe_applied);
        EXPECT_EQ(e.details().what, "what happened");
        EXPECT_THAT(e.what(), HasSubstr("what happened"));
        return typeid(e);
    }
}

TEST(error, every_failure_of_the_client_has_its_class)
{
    EXPECT_EQ(class_of(errc::connection_failed), typeid(connection_error));
    EXPECT_EQ(class_of(errc::connection_lost), typeid(connection_error));
    EXPECT_EQ(class_of(errc::closed), typeid(connection_error));
    EXPECT_EQ(class_of(errc::handshake_timeout), typeid(connection_error));
    EXPECT_EQ(class_of(errc::heartbeat_timeout), typeid(connection_error));
    EXPECT_EQ(class_of(errc::resolve_failed), typeid(connection_error));
    EXPECT_EQ(class_of(errc::tls_failed), typeid(connection_error));
    EXPECT_EQ(class_of(errc::wrong_cluster), typeid(connection_error));
    EXPECT_EQ(class_of(errc::not_authenticated), typeid(authentication_error));
    EXPECT_EQ(class_of(errc::no_host_available), typeid(no_host_available));
    EXPECT_EQ(class_of(errc::request_timeout), typeid(operation_timed_out));
    EXPECT_EQ(class_of(errc::overloaded), typeid(overloaded));
    EXPECT_EQ(class_of(errc::protocol_violation), typeid(protocol_error));
    EXPECT_EQ(class_of(errc::bad_query), typeid(query_error));
    EXPECT_EQ(class_of(errc::result_too_large), typeid(result_too_large));
    EXPECT_EQ(class_of(errc::bad_configuration), typeid(configuration_error));
}

TEST(error, every_code_of_the_server_has_its_class)
{
    EXPECT_EQ(class_of(server_code::server_error), typeid(internal_server_error));
    EXPECT_EQ(class_of(server_code::protocol_error), typeid(server_protocol_error));
    EXPECT_EQ(class_of(server_code::bad_credentials), typeid(authentication_failed));
    EXPECT_EQ(class_of(server_code::unavailable), typeid(unavailable));
    EXPECT_EQ(class_of(server_code::overloaded), typeid(server_overloaded));
    EXPECT_EQ(class_of(server_code::is_bootstrapping), typeid(is_bootstrapping));
    EXPECT_EQ(class_of(server_code::truncate_error), typeid(truncate_error));
    EXPECT_EQ(class_of(server_code::write_timeout), typeid(write_timeout));
    EXPECT_EQ(class_of(server_code::read_timeout), typeid(read_timeout));
    EXPECT_EQ(class_of(server_code::read_failure), typeid(read_failure));
    EXPECT_EQ(class_of(server_code::function_failure), typeid(function_failure));
    EXPECT_EQ(class_of(server_code::write_failure), typeid(write_failure));
    EXPECT_EQ(class_of(server_code::cdc_write_failure), typeid(cdc_write_failure));
    EXPECT_EQ(class_of(server_code::cas_write_unknown), typeid(cas_write_unknown));
    EXPECT_EQ(class_of(server_code::syntax_error), typeid(syntax_error));
    EXPECT_EQ(class_of(server_code::unauthorized), typeid(unauthorized));
    EXPECT_EQ(class_of(server_code::invalid), typeid(invalid_request));
    EXPECT_EQ(class_of(server_code::config_error), typeid(config_error));
    EXPECT_EQ(class_of(server_code::already_exists), typeid(already_exists));
    EXPECT_EQ(class_of(server_code::unprepared), typeid(unprepared));
}

TEST(error, codes_of_neither_kind_are_plain_errors)
{
    EXPECT_EQ(class_of(boost::asio::error::operation_aborted), typeid(error));
    EXPECT_EQ(class_of(make_error_code(static_cast<errc>(999))), typeid(error));
    EXPECT_EQ(class_of(make_error_code(static_cast<server_code>(0xF000))), typeid(server_error));
}

// The code of SERVER_ERROR is 0, that of an error_code for "no error".
TEST(error, no_code_of_the_server_looks_like_success)
{
    std::vector<std::int32_t> codes{
        0,
        1,
        -1,
        -2,
        0xF000,
        std::numeric_limits<std::int32_t>::max(),
        std::numeric_limits<std::int32_t>::min(),
    };
    for (const std::int32_t raw : codes) {
        const auto code = make_error_code(static_cast<server_code>(raw));
        EXPECT_TRUE(code) << raw;
        EXPECT_TRUE(code.failed()) << raw;
        ASSERT_TRUE(to_server_code(code)) << raw;
        EXPECT_EQ(static_cast<std::int32_t>(*to_server_code(code)), raw);
        EXPECT_NE(class_of(code), typeid(error)) << raw;
    }
}

TEST(error, only_codes_of_the_server_are_taken_for_such)
{
    EXPECT_EQ(to_server_code(errc::closed), std::nullopt);
    EXPECT_EQ(to_server_code(boost::asio::error::eof), std::nullopt);
    EXPECT_EQ(to_server_code({}), std::nullopt);
}

TEST(error, categories_have_names_and_messages)
{
    EXPECT_STREQ(client_category().name(), "async_cassandra.client");
    EXPECT_STREQ(server_category().name(), "async_cassandra.server");
    EXPECT_EQ(make_error_code(server_code::write_timeout).message(), "WRITE_TIMEOUT");
    EXPECT_EQ(make_error_code(server_code::server_error).message(), "SERVER_ERROR");
    EXPECT_EQ(make_error_code(static_cast<server_code>(61440)).message(), "server error code 61440");
    EXPECT_EQ(make_error_code(static_cast<server_code>(INT32_MAX)).message(), "server error code 2147483647");
    for (int code = 1; code <= 13; ++code)
        EXPECT_THAT(client_category().message(code), ::testing::Not(HasSubstr("unknown")));
    EXPECT_EQ(client_category().message(99), "unknown error 99");
}

TEST(error, effects_have_names)
{
    EXPECT_EQ(to_string(request_effect::not_sent), "not_sent");
    EXPECT_EQ(to_string(request_effect::rejected), "rejected");
    EXPECT_EQ(to_string(request_effect::maybe_applied), "maybe_applied");
}

TEST(error, describe_says_everything_a_line_each)
{
    const endpoint node{*inet::parse("192.0.2.7"), 9042};
    failure f = base::make_failure(
        errc::no_host_available, "no node could take the request", request_effect::not_sent
    );
    f.node = node;
    f.attempts.push_back({node, std::chrono::microseconds{1500}, errc::connection_lost, "reset by peer", {}});
    f.attempts.push_back(
        {{*inet::parse("::1"), 9043},
         std::chrono::microseconds{2},
         errc::overloaded,
         "queue full",
         request_effect::maybe_applied}
    );
    EXPECT_EQ(
        f.describe(),
        "no node could take the request\n"
        "  node:     192.0.2.7:9042\n"
        "  code:     no host available (async_cassandra.client:4)\n"
        "  effect:   not_sent\n"
        "  attempt:  192.0.2.7:9042, 1500 us, not_sent: reset by peer\n"
        "  attempt:  [::1]:9043, 2 us, maybe_applied: queue full"
    );
}

TEST(error, an_exception_shows_node_and_attempts)
{
    failure f = base::make_failure(errc::request_timeout, "too slow");
    f.node = endpoint{*inet::parse("192.0.2.7"), 1};
    f.attempts.resize(2);
    const operation_timed_out e{failure_ptr{f}};
    EXPECT_EQ(e.node(), f.node);
    EXPECT_EQ(e.attempts().size(), 2U);
    EXPECT_TRUE(e.shared_details());
    EXPECT_EQ(e.effect(), request_effect::not_sent);
}

TEST(error, an_exception_of_the_server_shows_its_fields)
{
    try {
        throw_failure(failed(server_code::unavailable));
    } catch (const server_error& e) {
        EXPECT_EQ(e.server().code, server_code::unavailable);
        EXPECT_EQ(e.server().message, "the server's words");
    }
}

TEST(error, a_result_gives_its_value_or_throws_the_class_of_its_failure)
{
    const result<int> good{7};
    EXPECT_EQ(good.value(), 7);
    const result<int> bad{failed(errc::overloaded)};
    EXPECT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error()->what, "what happened");
    EXPECT_THROW(static_cast<void>(bad.value()), overloaded);
    const result<void> nothing{failed(server_code::syntax_error)};
    EXPECT_THROW(nothing.value(), syntax_error);
}

TEST(error, copies_of_an_exception_share_one_failure)
{
    const failure_ptr shared = failed(errc::closed);
    const std::exception_ptr e = to_exception(shared);
    try {
        std::rethrow_exception(e);
    } catch (const connection_error& caught) {
        EXPECT_EQ(&caught.details(), &*shared);
    }
    EXPECT_FALSE(failure_ptr{});
}

}  // namespace
}  // namespace async_cassandra
