// SPDX-License-Identifier: Apache-2.0
#include "vectors/vectors.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
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
    if (text.size() % 2 != 0)
        throw std::invalid_argument{"half a byte"};
    bytes data;
    for (std::size_t i = 0; i < text.size(); i += 2)
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

const std::string& test_vector::get(std::string_view key) const
{
    for (const auto& [name_of_field, value] : fields)
        if (name_of_field == key)
            return value;
    throw std::out_of_range{name + " has no " + std::string{key}};
}

bool test_vector::has(std::string_view key) const
{
    return !all(key).empty();
}

std::vector<std::string> test_vector::all(std::string_view key) const
{
    std::vector<std::string> values;
    for (const auto& [name_of_field, value] : fields)
        if (name_of_field == key)
            values.push_back(value);
    return values;
}

std::vector<std::string> vector_kinds()
{
    std::vector<std::string> kinds;
    for (const auto& entry : std::filesystem::directory_iterator{AC_VECTORS})
        if (entry.path().extension() == ".txt")
            kinds.push_back(entry.path().stem().string());
    std::ranges::sort(kinds);
    return kinds;
}

std::vector<test_vector> read_vectors(const std::string& kind)
{
    std::ifstream in{std::string{AC_VECTORS} + "/" + kind + ".txt"};
    if (!in)
        throw std::runtime_error{"cannot read the vectors of " + kind};
    std::vector<test_vector> entries;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.front() == '#')
            continue;
        if (line.front() == '[' && line.back() == ']' && line.find(' ') == std::string::npos) {
            entries.push_back({line.substr(1, line.size() - 2), {}});
            continue;
        }
        const auto colon = line.find(':');
        if (colon == std::string::npos || entries.empty())
            throw std::runtime_error{"no field of a vector: " + line};
        const std::size_t begin = std::min(line.size(), colon + 2);
        entries.back().fields.emplace_back(line.substr(0, colon), line.substr(begin));
    }
    return entries;
}

}  // namespace async_cassandra::test
