// SPDX-License-Identifier: Apache-2.0
#include "unit/protocol/vectors.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace async_cassandra::test {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

unsigned digit(char c)
{
    const auto at = digits.find(c);
    if (at == std::string_view::npos)
        throw std::invalid_argument{"not a hexadecimal digit"};
    return static_cast<unsigned>(at);
}

}  // namespace

bytes from_hex(std::string_view text)
{
    bytes data;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        data.push_back(static_cast<std::byte>(digit(text[i]) << 4U | digit(text[i + 1])));
    return data;
}

std::string to_hex(std::span<const std::byte> data)
{
    std::string text;
    for (const std::byte b : data) {
        text += digits[std::to_integer<unsigned>(b) >> 4U];
        text += digits[std::to_integer<unsigned>(b) & 0xFU];
    }
    return text;
}

exact_bytes::exact_bytes(std::span<const std::byte> data)
    : data_(std::make_unique<std::byte[]>(data.size())), size_(data.size())
{
    std::ranges::copy(data, data_.get());
}

std::vector<vector_line> read_vectors(const std::string& file)
{
    std::ifstream in{std::string{AC_PROTOCOL_VECTORS} + "/" + file};
    if (!in)
        throw std::runtime_error{"cannot read " + file};
    std::vector<vector_line> lines;
    for (std::string text; std::getline(in, text);) {
        if (text.empty() || text.front() == '#')
            continue;
        vector_line line;
        std::istringstream fields{text};
        for (std::string field; std::getline(fields, field, ';');)
            line.push_back(field);
        lines.push_back(line);
    }
    return lines;
}

protocol::frame_header envelope_vector::header() const
{
    return protocol::decode_frame_header(std::span{envelope}.first<protocol::frame_header_size>());
}

std::span<const std::byte> envelope_vector::body() const
{
    return std::span{envelope}.subspan(protocol::frame_header_size);
}

std::vector<envelope_vector> read_envelopes(const std::string& file)
{
    std::vector<envelope_vector> list;
    for (const vector_line& line : read_vectors(file))
        list.push_back({line.at(0), static_cast<std::uint8_t>(std::stoi(line.at(1))), from_hex(line.at(2))});
    return list;
}

envelope_vector read_envelope(const std::string& file, std::string_view name)
{
    for (envelope_vector& v : read_envelopes(file))
        if (v.name == name)
            return v;
    throw std::out_of_range{std::string{name}};
}

}  // namespace async_cassandra::test
