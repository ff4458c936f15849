// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"
#include "support/builtin_statements.hpp"
#include "support/fake_node.hpp"
#include "support/loopback_server.hpp"

#include <iostream>
#include <stdexcept>
#include <string>

// A node that answers "ROWS …" with one page of ROWS rows of BYTES bytes, made before it listens: a node that is silent for
// long while it makes a page is taken for dead. Prints its address, ends with its input.
namespace async_cassandra::testing {
namespace {

std::vector<std::byte> page_of(std::size_t rows, std::size_t bytes)
{
    const columns metadata{columns_of("ks", "t", "k bigint, body blob")};
    base::byte_buffer cell_bytes;
    for (std::size_t i = 0; i < rows; ++i) {
        protocol::append_cell(cell_bytes, *cells::bigint(static_cast<std::int64_t>(i)));
        protocol::append_cell(cell_bytes, *cells::blob(bytes, static_cast<std::byte>(i % 251)));
    }
    protocol::rows_encoding encoding;
    encoding.metadata = &metadata;
    encoding.row_count = static_cast<std::uint32_t>(rows);
    encoding.cells = cell_bytes.bytes();
    base::byte_buffer frame;
    if (const auto encoded = protocol::encode_rows(frame, {protocol_version::v4, 0, {}}, encoding); !encoded)
        throw std::runtime_error{encoded.rule};
    const auto body = frame.bytes().subspan(protocol::frame_header_size);
    return {body.begin(), body.end()};
}

void serve(std::size_t rows, std::size_t bytes)
{
    fake_node_settings settings;
    settings.keep_log = false;
    fake_node node{settings};
    node.on_query_prefix("ROWS ").reply(reply_envelope(protocol::opcode::result, page_of(rows, bytes)));
    loopback_server server{node};
    std::cout << to_string(server.endpoint()) << std::endl;
    std::string ignored;
    while (std::getline(std::cin, ignored)) {}
}

}  // namespace
}  // namespace async_cassandra::testing

int main(int count, char** arguments)
{
    if (count != 3) {
        std::cerr << "usage: large_page_node ROWS BYTES\n";
        return 2;
    }
    try {
        async_cassandra::testing::serve(std::stoul(arguments[1]), std::stoul(arguments[2]));
        return 0;
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
