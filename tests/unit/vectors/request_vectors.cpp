// SPDX-License-Identifier: Apache-2.0
#include "protocol/request_decode.hpp"
#include "protocol/requests.hpp"
#include "unit/vectors/comparison.hpp"

#include <array>
#include <functional>
#include <map>

namespace async_cassandra::test {
namespace {

using base::byte_buffer;
using protocol::batch_statement;
using protocol::batch_type;
using protocol::encode_auth_response;
using protocol::encode_batch;
using protocol::encode_execute;
using protocol::encode_options;
using protocol::encode_prepare;
using protocol::encode_query;
using protocol::encode_register;
using protocol::encode_result;
using protocol::encode_startup;
using protocol::query_parameters;
using text_pair = std::pair<std::string_view, std::string_view>;
using encoder = std::function<encode_result(byte_buffer&)>;

constexpr auto v4 = protocol_version::v4;
constexpr auto v5 = protocol_version::v5;
constexpr std::string_view local_query = "SELECT release_version FROM system.local WHERE key='local'";
constexpr std::string_view insert = "INSERT INTO ks.t (a, b, c, d) VALUES (?, ?, ?, ?)";

const bytes one_null_unset_empty = from_hex("0000000400000001fffffffffffffffe00000000");
const bytes int_one = from_hex("0000000400000001");
const bytes int_seven = from_hex("0000000400000007");
const bytes paging = from_hex("cafe");
const bytes id = from_hex("d41d8cd98f00b204e9800998ecf8427e");
const bytes metadata_id = from_hex("0cc175b9c0f1b6a831c399e269772661");
const bytes token = from_hex("0063617373616e6472610063617373616e647261");
const std::array<std::string, 1> name_x{"x"};
const bytes five_and_null = from_hex("0000000400000005ffffffff");
const std::array<batch_statement, 2> delete_and_prepared{
    {{.text = "DELETE FROM ks.t WHERE a = 1"},
     {.id = id, .value_count = 2, .encoded_values = five_and_null}}};
const protocol::bytes_map payload{{"k", from_hex("0102")}};

query_parameters everything(std::string_view keyspace)
{
    return {
        .level = consistency::local_quorum,
        .serial = consistency::local_serial,
        .page_size = 5000,
        .paging_state = paging,
        .timestamp = 1'234'567'890'123'456,
        .keyspace = keyspace,
        .value_count = 4,
        .encoded_values = one_null_unset_empty};
}

query_parameters everything_and_now()
{
    query_parameters p = everything("ks");
    p.serial = consistency::serial;
    p.page_size = 100;
    p.timestamp = -1;
    p.now_in_seconds = 1'700'000'000;
    p.skip_metadata = true;
    return p;
}

query_parameters one_value(consistency level, std::int32_t page_size, bool skip_metadata)
{
    return {
        .level = level,
        .page_size = page_size,
        .skip_metadata = skip_metadata,
        .value_count = 1,
        .encoded_values = int_one};
}

const std::map<std::string, encoder>& encoders()
{
    static const std::array<text_pair, 1> minimal{{{"CQL_VERSION", "3.0.0"}}};
    static const std::array<text_pair, 2> lz4{{{"COMPRESSION", "lz4"}, {"CQL_VERSION", "3.0.0"}}};
    static const std::array<text_pair, 4> scylla{
        {{"CQL_VERSION", "3.0.0"},
         {"SCYLLA_LWT_ADD_METADATA_MARK", "LWT_OPTIMIZATION_META_BIT_MASK=2147483648"},
         {"SCYLLA_RATE_LIMIT_ERROR", ""},
         {"TABLETS_ROUTING_V1", ""}}};
    static const std::array<std::string_view, 3> events{"TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE"};
    static const std::map<std::string, encoder> all{
        {"options_v4", [](auto& b) { return encode_options(b, v4, 0); }},
        {"options_v5", [](auto& b) { return encode_options(b, v5, 0); }},
        {"options_v4_stream_32767", [](auto& b) { return encode_options(b, v4, 32'767); }},
        {"startup_v4_min", [](auto& b) { return encode_startup(b, v4, 0, minimal); }},
        {"startup_v5_min", [](auto& b) { return encode_startup(b, v5, 1, minimal); }},
        {"startup_v5_lz4", [](auto& b) { return encode_startup(b, v5, 0, lz4); }},
        {"startup_scylla_v4", [](auto& b) { return encode_startup(b, v4, 0, scylla); }},
        {"auth_response_plain_v5", [](auto& b) { return encode_auth_response(b, v5, 2, token); }},
        {"auth_response_empty_v4", [](auto& b) { return encode_auth_response(b, v4, 0, {}); }},
        {"register_all_v5", [](auto& b) { return encode_register(b, v5, 3, events); }},
        {"query_v4_simple", [](auto& b) { return encode_query(b, v4, 0, local_query, {}); }},
        {"query_v5_simple", [](auto& b) { return encode_query(b, v5, 4, local_query, {}); }},
        {"query_v4_all", [](auto& b) { return encode_query(b, v4, 258, insert, everything("")); }},
        {"query_v5_all_no_now", [](auto& b) { return encode_query(b, v5, 258, insert, everything("ks")); }},
        {"query_v5_all_with_now",
         [](auto& b) { return encode_query(b, v5, 0, insert, everything_and_now()); }},
        {"query_v4_named",
         [](auto& b) {
             const query_parameters p{
                 .level = consistency::one,
                 .value_count = 1,
                 .encoded_values = int_seven,
                 .value_names = name_x};
             return encode_query(b, v4, 0, "SELECT * FROM t WHERE a = :x", p);
         }},
        {"prepare_v4", [](auto& b) { return encode_prepare(b, v4, 0, insert); }},
        {"prepare_v5_no_keyspace", [](auto& b) { return encode_prepare(b, v5, 0, insert); }},
        {"prepare_v5_keyspace", [](auto& b) { return encode_prepare(b, v5, 0, insert, "ks"); }},
        {"execute_v4",
         [](auto& b) {
             return encode_execute(b, v4, 0, id, metadata_id, one_value(consistency::quorum, 10, false));
         }},
        {"execute_v5",
         [](auto& b) {
             return encode_execute(b, v5, 0, id, metadata_id, one_value(consistency::quorum, 10, false));
         }},
        {"execute_v5_skip_metadata",
         [](auto& b) {
             return encode_execute(b, v5, 0, id, metadata_id, one_value(consistency::one, 0, true));
         }},
        {"query_v4_tracing_payload",
         [](auto& b) {
             return encode_query(
                 b,
                 v4,
                 0,
                 "SELECT now() FROM system.local",
                 {.level = consistency::one},
                 {.tracing = true, .custom_payload = payload}
             );
         }},
        {"batch_v4",
         [](auto& b) {
             return encode_batch(
                 b,
                 v4,
                 0,
                 batch_type::unlogged,
                 delete_and_prepared,
                 {.level = consistency::two, .serial = consistency::serial, .timestamp = 99}
             );
         }},
        {"batch_v5",
         [](auto& b) {
             return encode_batch(
                 b,
                 v5,
                 0,
                 batch_type::logged,
                 delete_and_prepared,
                 {.level = consistency::two, .serial = consistency::serial, .timestamp = 99, .keyspace = "ks"}
             );
         }},
        {"batch_v5_now",
         [](auto& b) {
             return encode_batch(
                 b,
                 v5,
                 0,
                 batch_type::counter,
                 std::span{delete_and_prepared}.first(1),
                 {.level = consistency::one, .now_in_seconds = 5}
             );
         }},
    };
    return all;
}

}  // namespace

void compare_requests(comparison& with)
{
    for (const test_vector& v : with.entries("request_envelope")) {
        const auto found = encoders().find(v.name);
        if (found == encoders().end())
            continue;
        byte_buffer out;
        const encode_result result = found->second(out);
        with.equal(v, "encoded", v.get("hex"), result ? to_hex(out.bytes()) : result.rule);

        const bytes envelope = v.hex();
        const auto header =
            protocol::decode_frame_header(std::span{envelope}.first<protocol::frame_header_size>());
        with.equal(v, "opcode", v.get("opcode"), std::string{protocol::to_string(header.op)});
        with.equal(v, "stream", v.get("stream"), std::to_string(header.stream));
        const exact_bytes body{std::span{envelope}.subspan(protocol::frame_header_size)};
        protocol::parse_error error;
        const auto version = header.version == 4 ? v4 : v5;
        const bool decoded = protocol::decode_request(header, body.span(), version, error).has_value();
        with.equal(v, "decoded", "yes", decoded ? "yes" : error.rule);
    }
}

}  // namespace async_cassandra::test
