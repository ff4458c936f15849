// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.hpp"

#include "base/byte_buffer.hpp"
#include "component/served_node.hpp"
#include "protocol/frame.hpp"
#include "protocol/segment.hpp"

#include <gmock/gmock.h>

#include <array>

// Compressed conversations over real sockets, with a node that speaks them and with one that means harm.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct wire_form {
    protocol_version version;
    compression how;
};

class compressed : public ::testing::TestWithParam<wire_form> {
protected:
    static void choose(cluster_config& c) { c.compression = GetParam().how; }

    connected_node on{choose, GetParam().version};
};

std::vector<column> one_text()
{
    return columns_of("ks", "t", "v text");
}

std::vector<std::string> texts_of(const result_set& rows)
{
    std::vector<std::string> texts;
    for (auto found : rows)
        texts.push_back(found.get<std::string>(0));
    return texts;
}

TEST_P(compressed, large_small_and_empty_results_come_as_they_are)
{
    const std::string large(1'000'000, 'x');
    std::vector<row> rows;
    for (int i = 0; i < 2000; ++i)
        rows.push_back({cells::text("value " + std::to_string(i))});
    on.node.on_query("large").reply(reply_rows(one_text(), {{cells::text(large)}, {cells::text("")}}));
    on.node.on_query("many").reply(reply_rows(one_text(), rows));
    on.node.on_query("none").reply(reply_rows(one_text(), {}));
    on.node.on_query("void").reply(reply_void());
    for (int again = 0; again < 3; ++again) {
        EXPECT_THAT(texts_of(get(on.session.execute("large"))), ::testing::ElementsAre(large, ""));
        const auto many = texts_of(get(on.session.execute("many")));
        ASSERT_EQ(many.size(), 2000U);
        EXPECT_EQ(many.back(), "value 1999");
        EXPECT_EQ(get(on.session.execute("none")).size(), 0U);
        EXPECT_EQ(get(on.session.execute("void")).size(), 0U);
    }
    EXPECT_THAT(on.node.violations(), IsEmpty());
}

TEST_P(compressed, large_and_small_requests_arrive_as_they_are)
{
    const std::string large = "INSERT " + std::string(700'000, 'y');
    const std::string noise = [] {
        std::string text = "INSERT ";
        for (std::uint32_t seed = 1; text.size() < 300'000; seed = seed * 1'664'525U + 1'013'904'223U)
            text.push_back(static_cast<char>(seed >> 25U));
        return text;
    }();
    on.node.on_query_prefix("INSERT").reply(reply_void());
    for (const std::string& text : {large, noise, std::string{"INSERT x"}}) {
        get(on.session.execute(text));
        EXPECT_EQ(on.queries_of(text), 1U);
    }
    EXPECT_THAT(on.node.violations(), IsEmpty());
}

TEST_P(compressed, the_limit_of_a_result_counts_what_it_is_uncompressed)
{
    connected_node small{
        [](cluster_config& c) {
            choose(c);
            c.max_result_bytes = 100'000;
        },
        GetParam().version};
    small.node.on_query("large").reply(reply_rows(one_text(), {{cells::text(std::string(200'000, 'x'))}}));
    small.node.on_query("fits").reply(reply_rows(one_text(), {{cells::text(std::string(90'000, 'x'))}}));
    EXPECT_THAT(
        failure_of<result_too_large>(small.session.execute("large")).what, HasSubstr("execute_stream")
    );
    EXPECT_EQ(get(small.session.execute("fits")).size(), 1U);
}

TEST_P(compressed, the_node_is_asked_what_it_offers_before_startup)
{
    const auto requests = on.node.requests();
    ASSERT_GE(requests.size(), 2U);
    EXPECT_EQ(requests[0].op, protocol::opcode::options);
    EXPECT_EQ(requests[1].op, protocol::opcode::startup);
    const std::pair<std::string, std::string> asked{"COMPRESSION", std::string{to_string(GetParam().how)}};
    EXPECT_THAT(requests[1].startup_options, ::testing::Contains(asked));
}

INSTANTIATE_TEST_SUITE_P(
    forms,
    compressed,
    ::testing::Values(
        wire_form{protocol_version::v4, compression::lz4},
        wire_form{protocol_version::v4, compression::snappy},
        wire_form{protocol_version::v5, compression::lz4}
    ),
    [](const auto& form) {
        return std::string{form.param.version == protocol_version::v4 ? "v4_" : "v5_"} +
               std::string{to_string(form.param.how)};
    }
);

TEST(compression, a_node_that_does_not_offer_it_is_a_configuration_error_that_says_what_it_offers)
{
    fake_node_settings settings;
    settings.compressions = {"snappy"};
    served_node on{settings};
    cluster_config config = on.config();
    config.compression = compression::lz4;
    const closed_cluster client{config};
    const failure f = failure_of<configuration_error>(client.connect());
    EXPECT_EQ(f.what, on.address() + ": cluster_config::compression is lz4, the node offers snappy");
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_EQ(f.attempts.size(), 1U);
}

TEST(compression, the_version_is_lowered_also_when_the_node_is_asked_for_its_options_first)
{
    fake_node_settings settings;
    settings.highest = protocol_version::v4;
    connected_node on{
        [](cluster_config& c) { c.compression = compression::lz4; }, protocol_version::v5, settings};
    on.node.on_query("large").reply(reply_rows(one_text(), {{cells::text(std::string(50'000, 'x'))}}));
    EXPECT_EQ(get(on.session.execute("large")).size(), 1U);
}

TEST(compression, off_nothing_is_asked_and_nothing_is_compressed)
{
    connected_node on;
    EXPECT_EQ(on.node.request_count(protocol::opcode::options), 0U);
}

// What a peer that means harm may answer: the connection ends, and the error says why.

std::vector<std::byte> v4_answer(std::initializer_list<unsigned char> body, std::uint32_t length)
{
    std::array<std::byte, protocol::frame_header_size> header{};
    protocol::encode_frame_header(
        {4, true, protocol::header_flag::compressed, 0, protocol::opcode::result, length}, header
    );
    base::byte_buffer wire;
    wire.append(header);
    for (const unsigned char b : body)
        *wire.extend(1) = std::byte{b};
    return {wire.bytes().begin(), wire.bytes().end()};
}

std::string harm(protocol_version version, compression how, const std::vector<std::byte>& wire)
{
    connected_node on{[&](cluster_config& c) { c.compression = how; }, version};
    on.node.on_query("harm").reply(reply_bytes(wire));
    const failure f = failure_of<protocol_error>(on.session.execute("harm"));
    EXPECT_EQ(f.code, errc::protocol_violation);
    return f.what;
}

TEST(hostile_compression, a_bomb_in_v4_ends_the_connection_from_its_first_bytes)
{
    constexpr const char* rule = "a compressed body declares a length that it cannot have";
    EXPECT_THAT(
        harm(protocol_version::v4, compression::lz4, v4_answer({0x0F, 0xFF, 0xFF, 0xFF, 0x00}, 100'000)),
        HasSubstr(rule)
    );
    EXPECT_THAT(
        harm(protocol_version::v4, compression::snappy, v4_answer({0xFF, 0xFF, 0xFF, 0x7F, 0x00}, 100'000)),
        HasSubstr(rule)
    );
}

TEST(hostile_compression, a_wrong_uncompressed_length_ends_the_connection)
{
    constexpr const char* rule = "compressed bytes are malformed or do not have their declared length";
    EXPECT_THAT(
        harm(protocol_version::v4, compression::lz4, v4_answer({0, 0, 0, 9, 0x10, 'x'}, 6)), HasSubstr(rule)
    );
    const std::vector<std::byte> payload(100, std::byte{1});
    base::byte_buffer block;
    ASSERT_TRUE(protocol::compress_block(payload, block));
    const auto header =
        protocol::encode_lz4_segment_header({static_cast<std::uint32_t>(block.size()), 99, true});
    base::byte_buffer wire;
    wire.append(header);
    wire.append(block.bytes());
    wire.append(protocol::encode_segment_trailer(block.bytes()));
    EXPECT_THAT(
        harm(protocol_version::v5, compression::lz4, {wire.bytes().begin(), wire.bytes().end()}),
        HasSubstr(rule)
    );
}

TEST(hostile_compression, wrong_checksums_end_the_connection)
{
    connected_node on{[](cluster_config& c) { c.compression = compression::lz4; }};
    const auto large = reply_rows(one_text(), {{cells::text(std::string(50'000, 'x'))}});
    on.node.on_query("payload").reply(answer{large}.with_bad_payload_crc());
    EXPECT_THAT(
        failure_of<protocol_error>(on.session.execute("payload")).what,
        HasSubstr("the checksum of a segment payload does not match")
    );
    connected_node again{[](cluster_config& c) { c.compression = compression::lz4; }};
    again.node.on_query("header").reply(answer{large}.with_bad_header_crc());
    EXPECT_THAT(
        failure_of<protocol_error>(again.session.execute("header")).what,
        HasSubstr("the checksum of a segment header does not match")
    );
}

}  // namespace
}  // namespace async_cassandra::testing
