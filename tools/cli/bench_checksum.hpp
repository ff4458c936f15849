// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/page.hpp>

#include <cstdint>

namespace async_cassandra::cli {

/// Reads every cell of a page of bench.big, every byte, and adds up a number for each row: the same rows give the same
/// sum in any order and in any pages. Throws query_error when the columns are not those of bench.big.
[[nodiscard]] std::uint64_t checksum_of(const page& rows);

}  // namespace async_cassandra::cli
