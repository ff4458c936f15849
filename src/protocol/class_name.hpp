// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace async_cassandra::protocol {

/// Reads the Java class names by which the server sends vectors, types newer than the protocol version and types that
/// are not of CQL: "org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType , 3)".
///
/// The package may be left out; FrozenType and ReversedType are seen through. A class that is no CQL type is a custom
/// type with its parameters as they stand.
class class_name_parser {
public:
    /// `types_left`: how many more types the message may describe; counted down.
    class_name_parser(std::string_view text, std::int32_t& types_left) noexcept
        : rest_(text), types_left_(types_left)
    {}

    /// The whole text is one type, nested in `depth` - 1 others. `int_` after an error.
    [[nodiscard]] data_type parse(int depth);

    /// Which rule the text breaks, a text with static lifetime; nullptr while none.
    [[nodiscard]] const char* rule() const noexcept { return rule_; }

private:
    [[nodiscard]] data_type read(int depth);
    [[nodiscard]] data_type read_parameters(std::string_view name, int depth);
    [[nodiscard]] data_type read_vector(int depth);
    [[nodiscard]] data_type read_tuple(int depth);
    [[nodiscard]] data_type read_udt(int depth);
    [[nodiscard]] data_type read_unknown(const char* begin);
    [[nodiscard]] std::string read_hexadecimal();
    [[nodiscard]] std::string_view word() noexcept;
    [[nodiscard]] bool next_is(char c) noexcept;
    bool take(char c) noexcept;
    void expect(char c) noexcept;
    void skip_blanks() noexcept;
    void fail(const char* rule) noexcept;

    std::string_view rest_;
    std::int32_t& types_left_;
    const char* rule_ = nullptr;
};

/// The other way round, as the server writes it.
[[nodiscard]] std::string class_name(const data_type& type);

}  // namespace async_cassandra::protocol
