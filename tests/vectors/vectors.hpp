// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The test vectors beside this file; README.md says what they are.
namespace async_cassandra::test {

using bytes = std::vector<std::byte>;

[[nodiscard]] bytes from_hex(std::string_view text);
[[nodiscard]] std::string to_hex(std::span<const std::byte> data);

/// The bytes alone in a heap block of exactly their size, where a sanitizer sees each step beyond them.
class exact_bytes {
public:
    explicit exact_bytes(std::span<const std::byte> data);

    [[nodiscard]] std::span<const std::byte> span() const { return {data_.get(), size_}; }

private:
    std::unique_ptr<std::byte[]> data_;
    std::size_t size_;
};

/// One entry: a name and fields.
struct test_vector {
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;

    /// The first field with this key; throws when there is none.
    [[nodiscard]] const std::string& get(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const;
    /// All fields with this key.
    [[nodiscard]] std::vector<std::string> all(std::string_view key) const;
    [[nodiscard]] bytes hex(std::string_view key = "hex") const { return from_hex(get(key)); }
    [[nodiscard]] long long number(std::string_view key) const { return std::stoll(get(key)); }
};

/// Every kind there is: the names of the files without their ending.
[[nodiscard]] std::vector<std::string> vector_kinds();
/// All entries of one kind. Throws when the file cannot be read or is not what it should be.
[[nodiscard]] std::vector<test_vector> read_vectors(const std::string& kind);

}  // namespace async_cassandra::test
