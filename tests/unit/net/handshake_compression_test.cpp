// SPDX-License-Identifier: Apache-2.0
#include "protocol/writer.hpp"
#include "unit/net/handshake_fixture.hpp"

// What the node offers is asked first when compression is wanted.
namespace async_cassandra::net {
namespace {

using protocol::opcode;
using ::testing::HasSubstr;
using verdict = handshake::verdict;

class handshake_compression : public handshake_test {};

INSTANTIATE_TEST_SUITE_P(versions, handshake_compression, each_version, version_name);

std::vector<std::byte> supported_body(const std::vector<std::string>& compressions)
{
    base::byte_buffer out;
    protocol::writer to{out};
    to.u16(1);
    to.string("COMPRESSION");
    to.string_list(compressions);
    return {out.bytes().begin(), out.bytes().end()};
}

TEST_P(handshake_compression, asks_first_what_the_node_offers_when_compression_is_wanted)
{
    handshake subject{GetParam(), {}, false, compression::lz4};
    subject.begin(out);
    EXPECT_EQ(out.size(), protocol::frame_header_size);
    EXPECT_EQ(out.data()[4], static_cast<std::byte>(opcode::options));
    EXPECT_EQ(subject.agreed(), compression::none);
    EXPECT_EQ(feed(subject, opcode::supported, supported_body({"snappy", "LZ4"})), verdict::go_on);
    EXPECT_EQ(out.data()[4], static_cast<std::byte>(opcode::startup));
    EXPECT_THAT(text_of(out.bytes()), HasSubstr(std::string{"COMPRESSION\0\3lz4", 16}));
    EXPECT_EQ(subject.agreed(), compression::lz4);
    EXPECT_EQ(feed(subject, opcode::ready), verdict::ready);
}

TEST_P(handshake_compression, names_what_the_node_offers_in_place_of_the_compression_that_is_wanted)
{
    const std::vector<std::pair<std::vector<std::string>, std::string>> offers{
        {{"snappy", "zstd", "deflate"},
         "cluster_config::compression is lz4, the node offers snappy, zstd and deflate"},
        {{"snappy"}, "cluster_config::compression is lz4, the node offers snappy"},
        {{}, "cluster_config::compression is lz4, the node offers none"}};
    for (const auto& [offered, text] : offers) {
        handshake subject{GetParam(), {}, false, compression::lz4};
        subject.begin(out);
        EXPECT_EQ(feed(subject, opcode::supported, supported_body(offered)), verdict::failed);
        EXPECT_EQ(subject.reason().code, errc::bad_configuration);
        EXPECT_EQ(subject.reason().text, text);
    }
}

TEST_P(handshake_compression, answers_to_options_that_make_no_sense_are_told)
{
    const auto begun_with_options = [&] {
        handshake subject{GetParam(), {}, false, compression::lz4};
        subject.begin(out);
        return subject;
    };
    handshake refused = begun_with_options();
    EXPECT_EQ(
        feed(
            refused,
            opcode::error,
            error_body(server_code::protocol_error, "Invalid or unsupported protocol version (5)")
        ),
        verdict::refused
    );
    handshake malformed = begun_with_options();
    EXPECT_EQ(feed(malformed, opcode::supported, {std::byte{1}}), verdict::failed);
    EXPECT_EQ(
        malformed.reason().text,
        "malformed SUPPORTED message: a number reaches beyond the end (byte 0 of the body)"
    );
    handshake unexpected = begun_with_options();
    EXPECT_EQ(feed(unexpected, opcode::ready), verdict::failed);
    EXPECT_THAT(unexpected.reason().text, HasSubstr("unexpected READY"));
    EXPECT_THAT(begun_with_options().waits_for(), HasSubstr("OPTIONS"));
}

}  // namespace
}  // namespace async_cassandra::net
