// SPDX-License-Identifier: Apache-2.0
#include "protocol/request_decode.hpp"
#include "protocol/requests.hpp"
#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

namespace async_cassandra {
namespace {

using base::byte_buffer;
using protocol::batch_statement;
using protocol::batch_type;
using protocol::encode_batch;
using protocol::encode_execute;
using protocol::encode_prepare;
using protocol::encode_query;
using protocol::encode_result;
using protocol::encode_startup;
using protocol::query_parameters;
using text_pair = std::pair<std::string_view, std::string_view>;

constexpr auto v4 = protocol_version::v4;
constexpr auto v5 = protocol_version::v5;
constexpr std::string_view insert = "INSERT INTO ks.t (a, b, c, d) VALUES (?, ?, ?, ?)";

const test::bytes one_null_unset_empty = test::from_hex("0000000400000001fffffffffffffffe00000000");
const test::bytes paging = test::from_hex("cafe");
const test::bytes id = test::from_hex("d41d8cd98f00b204e9800998ecf8427e");
const test::bytes metadata_id = test::from_hex("0cc175b9c0f1b6a831c399e269772661");
const test::bytes token = test::from_hex("0063617373616e6472610063617373616e647261");
const std::array<std::string, 1> name_x{"x"};
const test::bytes five_and_null = test::from_hex("0000000400000005ffffffff");
const std::array<batch_statement, 2> delete_and_prepared{
    {{.text = "DELETE FROM ks.t WHERE a = 1"},
     {.id = id, .value_count = 2, .encoded_values = five_and_null}}};
const protocol::bytes_map payload{{"k", test::from_hex("0102")}};

using encoder = std::function<encode_result(byte_buffer&)>;

protocol::decoded_request decode(std::string_view name)
{
    const auto v = test::read_envelope("request_envelope", name);
    protocol::parse_error error;
    const test::exact_bytes body{v.body()};
    auto request =
        protocol::decode_request(v.header(), body.span(), static_cast<protocol_version>(v.version), error);
    EXPECT_TRUE(request.has_value()) << error.rule;
    return request.value_or(protocol::decoded_request{});
}

TEST(requests, carry_the_tracing_flag_when_asked_to)
{
    byte_buffer out;
    ASSERT_TRUE(encode_query(out, v4, 1, "x", {}, {.tracing = true}));
    EXPECT_EQ(out.data()[1], std::byte{protocol::header_flag::tracing});
    out.clear();
    ASSERT_TRUE(encode_execute(out, v5, 1, id, metadata_id, {}, {.tracing = true}));
    EXPECT_EQ(out.data()[1], std::byte{protocol::header_flag::tracing});
    out.clear();
    ASSERT_TRUE(encode_prepare(out, v5, 1, "x", {}, {.tracing = true}));
    EXPECT_EQ(out.data()[1], std::byte{protocol::header_flag::tracing});
}

struct refusal {
    std::string rule;
    encoder encode;
};

TEST(requests, that_break_a_rule_leave_the_buffer_as_it_was)
{
    static const std::string too_long(65'536, 'x');
    static const std::span<const std::byte> too_long_id = std::as_bytes(std::span{too_long});
    const auto query = [](protocol_version version, query_parameters p) {
        return [version, p](byte_buffer& b) { return encode_query(b, version, 1, "x", p); };
    };
    const std::vector<refusal> refusals{
        {"the page size is negative", query(v4, {.page_size = -1})},
        {"the serial consistency is neither SERIAL nor LOCAL_SERIAL",
         query(v4, {.serial = consistency::one})},
        {"no server accepts the smallest timestamp",
         query(v4, {.timestamp = std::numeric_limits<std::int64_t>::min()})},
        {"a keyspace per request needs protocol version 5", query(v4, {.keyspace = "ks"})},
        {"a current time per request needs protocol version 5", query(v4, {.now_in_seconds = 1})},
        {"there are not as many names as values",
         query(v5, {.value_count = 2, .encoded_values = one_null_unset_empty, .value_names = name_x})},
        {"the values are not as many as their count says",
         query(v5, {.value_count = 1, .encoded_values = one_null_unset_empty, .value_names = name_x})},
        {"a [string] is longer than 65535 bytes", query(v5, {.keyspace = too_long})},
        {"a keyspace per request needs protocol version 5",
         [](byte_buffer& b) { return encode_prepare(b, v4, 1, "x", "ks"); }},
        {"[short bytes] are longer than 65535 bytes",
         [](byte_buffer& b) { return encode_execute(b, v4, 1, too_long_id, {}, {}); }},
        {"a batch has more than 65535 statements",
         [](byte_buffer& b) {
             return encode_batch(b, v4, 1, batch_type::logged, std::vector<batch_statement>(65'536), {});
         }},
        {"a keyspace per request needs protocol version 5",
         [](byte_buffer& b) { return encode_batch(b, v4, 1, batch_type::logged, {}, {.keyspace = "ks"}); }},
        {"a current time per request needs protocol version 5",
         [](byte_buffer& b) {
             return encode_batch(b, v4, 1, batch_type::logged, {}, {.now_in_seconds = 1});
         }},
        {"[short bytes] are longer than 65535 bytes",
         [](byte_buffer& b) { return encode_execute(b, v5, 1, id, too_long_id, {}); }},
        {"a [string] is longer than 65535 bytes",
         [](byte_buffer& b) {
             const std::array<text_pair, 1> options{{{"CQL_VERSION", too_long}}};
             return encode_startup(b, v4, 1, options);
         }},
    };
    for (const refusal& r : refusals) {
        byte_buffer out;
        out.append(test::from_hex("ee"));
        const encode_result result = r.encode(out);
        EXPECT_FALSE(result) << r.rule;
        EXPECT_EQ(result.rule, r.rule);
        EXPECT_EQ(test::to_hex(out.bytes()), "ee");
    }
}

TEST(decoded_request, holds_the_parameters_of_a_query)
{
    const auto request = decode("query_v5_all_with_now");
    const auto& query = std::get<protocol::query_request>(request.message);
    EXPECT_EQ(query.text, insert);
    const protocol::decoded_parameters& p = query.parameters;
    EXPECT_EQ(p.level, consistency::local_quorum);
    EXPECT_TRUE(p.skip_metadata);
    EXPECT_EQ(p.page_size, 100);
    EXPECT_EQ(p.paging_state, paging);
    EXPECT_EQ(p.serial, consistency::serial);
    EXPECT_EQ(p.timestamp, -1);
    EXPECT_EQ(p.keyspace, "ks");
    EXPECT_EQ(p.now_in_seconds, 1'700'000'000);
    using state = protocol::decoded_value::state;
    ASSERT_EQ(p.values.size(), 4U);
    EXPECT_EQ(p.values[0], (protocol::decoded_value{state::set, test::from_hex("00000001")}));
    EXPECT_EQ(p.values[1], (protocol::decoded_value{state::null, {}}));
    EXPECT_EQ(p.values[2], (protocol::decoded_value{state::unset, {}}));
    EXPECT_EQ(p.values[3], (protocol::decoded_value{state::set, {}}));
}

TEST(decoded_request, holds_names_tracing_and_payload)
{
    const auto named = decode("query_v4_named");
    const auto& query = std::get<protocol::query_request>(named.message);
    EXPECT_EQ(query.parameters.value_names, (std::vector<std::string>{"x"}));
    const auto traced = decode("query_v4_tracing_payload");
    EXPECT_TRUE(traced.tracing);
    ASSERT_EQ(traced.custom_payload.size(), 1U);
    EXPECT_EQ(traced.custom_payload[0].first, "k");
    EXPECT_EQ(traced.custom_payload[0].second, test::from_hex("0102"));
}

TEST(decoded_request, holds_the_fields_of_the_other_requests)
{
    const auto startup = decode("startup_v5_lz4");
    EXPECT_EQ(std::get<protocol::startup_request>(startup.message).options.size(), 2U);
    const auto events = decode("register_all_v5");
    EXPECT_EQ(std::get<protocol::register_request>(events.message).events.at(1), "STATUS_CHANGE");
    const auto auth = decode("auth_response_plain_v5");
    EXPECT_EQ(std::get<protocol::auth_response_request>(auth.message).token, token);
    const auto prepare = decode("prepare_v5_keyspace");
    EXPECT_EQ(std::get<protocol::prepare_request>(prepare.message).keyspace, "ks");
    const auto execute = decode("execute_v5");
    EXPECT_EQ(std::get<protocol::execute_request>(execute.message).id, id);
    EXPECT_EQ(std::get<protocol::execute_request>(execute.message).result_metadata_id, metadata_id);
    EXPECT_TRUE(std::holds_alternative<protocol::options_request>(decode("options_v4").message));
}

TEST(decoded_request, of_every_truncated_or_lengthened_body_is_an_error)
{
    for (const auto& v : test::read_envelopes("request_envelope")) {
        const auto version = static_cast<protocol_version>(v.version);
        for (std::size_t length = 0; length <= v.body().size() + 1; ++length) {
            test::bytes cut(v.body().begin(), v.body().end());
            cut.resize(length);
            const test::exact_bytes body{cut};
            protocol::parse_error error;
            const bool decoded =
                protocol::decode_request(v.header(), body.span(), version, error).has_value();
            ASSERT_EQ(decoded, length == v.body().size()) << v.name << " cut to " << length;
            ASSERT_EQ(error.rule == nullptr, decoded);
        }
    }
}

TEST(decoded_request, holds_the_statements_of_a_batch)
{
    const auto decoded = decode("batch_v5");
    const auto& batch = std::get<protocol::batch_request>(decoded.message);
    EXPECT_EQ(batch.type, batch_type::logged);
    ASSERT_EQ(batch.statements.size(), 2U);
    EXPECT_EQ(batch.statements[0].text, "DELETE FROM ks.t WHERE a = 1");
    EXPECT_TRUE(batch.statements[0].values.empty());
    EXPECT_EQ(batch.statements[1].id, id);
    using state = protocol::decoded_value::state;
    EXPECT_EQ(
        batch.statements[1].values,
        (std::vector<protocol::decoded_value>{{state::set, test::from_hex("00000005")}, {state::null, {}}})
    );
    EXPECT_EQ(batch.parameters.level, consistency::two);
    EXPECT_EQ(batch.parameters.serial, consistency::serial);
    EXPECT_EQ(batch.parameters.timestamp, 99);
    EXPECT_EQ(batch.parameters.keyspace, "ks");
    const auto counters = decode("batch_v5_now");
    EXPECT_EQ(std::get<protocol::batch_request>(counters.message).type, batch_type::counter);
    EXPECT_EQ(std::get<protocol::batch_request>(counters.message).parameters.now_in_seconds, 5);
}

TEST(decoded_request, comes_back_from_a_batch_of_65535_statements)
{
    std::vector<batch_statement> statements(65'535, delete_and_prepared[1]);
    statements.front() = delete_and_prepared[0];
    for (const auto version : {v4, v5}) {
        byte_buffer out;
        ASSERT_TRUE(encode_batch(
            out,
            version,
            7,
            batch_type::unlogged,
            statements,
            {},
            {.tracing = true, .custom_payload = payload}
        ));
        const auto header =
            protocol::decode_frame_header(std::span<const std::byte, protocol::frame_header_size>{
                out.data(), protocol::frame_header_size});
        EXPECT_EQ(header.length, out.size() - protocol::frame_header_size);
        protocol::parse_error error;
        const auto decoded = protocol::decode_request(
            header, out.bytes().subspan(protocol::frame_header_size), version, error
        );
        ASSERT_TRUE(decoded) << error.rule;
        EXPECT_TRUE(decoded->tracing);
        EXPECT_EQ(decoded->custom_payload, payload);
        const auto& batch = std::get<protocol::batch_request>(decoded->message);
        ASSERT_EQ(batch.statements.size(), 65'535U);
        EXPECT_EQ(batch.statements.front().text, delete_and_prepared[0].text);
        EXPECT_EQ(batch.statements.back().id, id);
        EXPECT_EQ(batch.statements.back().values.size(), 2U);
    }
}

TEST(requests, carry_a_custom_payload_in_front_of_each_message_that_can)
{
    const protocol::request_prefix prefix{.custom_payload = payload};
    const std::array<encoder, 4> all{
        [&](auto& b) { return encode_query(b, v5, 1, "x", {}, prefix); },
        [&](auto& b) { return encode_prepare(b, v5, 1, "x", {}, prefix); },
        [&](auto& b) { return encode_execute(b, v5, 1, id, metadata_id, {}, prefix); },
        [&](auto& b) { return encode_batch(b, v5, 1, batch_type::logged, {}, {}, prefix); }};
    for (const encoder& encode : all) {
        byte_buffer out;
        ASSERT_TRUE(encode(out));
        EXPECT_EQ(out.data()[1], std::byte{protocol::header_flag::custom_payload});
        EXPECT_EQ(test::to_hex(out.bytes().subspan(9, 11)), "000100016b000000020102");
    }
}

struct bad_body {
    protocol::opcode op;
    std::string body;
    std::string rule;
    std::size_t offset;
};

TEST(decoded_request, names_the_broken_rule_and_its_place)
{
    using protocol::opcode;
    const std::array<bad_body, 7> all{{
        {opcode::query,
         "00000001780001010001fffffffd",
         "a [value] has a negative length that means nothing",
         14},
        {opcode::batch, "03", "a batch has a type that is not known", 1},
        {opcode::batch, "00ffff", "a count promises more than there is", 3},
        {opcode::batch, "000001020000000000", "a statement of a batch is neither a text nor prepared", 4},
        {opcode::batch, "000001010000000000", "a statement of a batch has an empty id", 6},
        {opcode::batch,
         "0000000001"
         "02",
         "a batch has a flag that only single statements have",
         6},
        {opcode::batch,
         "0000000001"
         "40",
         "a batch has a flag that only single statements have",
         6},
    }};
    for (const bad_body& bad : all) {
        protocol::parse_error error;
        const auto body = test::from_hex(bad.body);
        const test::exact_bytes exact{body};
        EXPECT_FALSE(protocol::decode_request({4, false, 0, 0, bad.op, 0}, exact.span(), v4, error));
        EXPECT_EQ(
            protocol::describe(error), bad.rule + " (byte " + std::to_string(bad.offset) + " of the body)"
        );
    }
}

}  // namespace
}  // namespace async_cassandra
