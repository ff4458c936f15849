// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/types/data_type.hpp>

#include "protocol/constants.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

#include <cstdint>

namespace async_cassandra::protocol {

/// Reads type options (native_protocol_v5.spec section 4.2.5.2, [option]). One object reads all of one message, so that
/// what a message may make us allocate is bounded as a whole.
class type_reader {
public:
    explicit type_reader(reader& in) noexcept : in_(in) {}

    /// `int_` after an error. A type that the server sends by its class name, as it must for vectors and for what is
    /// newer than the protocol version, is given as that type; classes that are no CQL type are custom types.
    [[nodiscard]] data_type read() { return read(1); }

private:
    [[nodiscard]] data_type read(int depth);
    [[nodiscard]] data_type read_class(int depth);
    [[nodiscard]] data_type read_udt(int depth);
    [[nodiscard]] data_type read_tuple(int depth);

    reader& in_;
    std::int32_t left_ = max_type_count;
};

/// The other way round.
void write_type(writer& out, const data_type& type);

}  // namespace async_cassandra::protocol
