// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "envelope.hpp"
#include "stream_rows.hpp"

#include <array>
#include <optional>

namespace async_cassandra::bench {

enum class bench_statement : std::uint8_t { select_kv, insert_kv, stream_big };
constexpr std::size_t bench_statement_count = 3;

enum class metadata_mode : std::uint8_t { none, full, changed };

/// Which rows of bench.big one answer carries.
struct page_range {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

/// The answers to the three statements of the benchmark, prepared as bytes for both protocol versions.
class bench_answers {
public:
    explicit bench_answers(std::uint64_t rows);

    /// `text` in lower case, with single spaces.
    static std::optional<bench_statement> find_text(std::string_view text);
    static std::optional<bench_statement> find_id(byte_view id);
    static byte_view metadata_id(bench_statement which);
    static std::size_t bound_values(bench_statement which);

    /// Body of the RESULT that answers a PREPARE.
    static void put_prepared(byte_buffer& body, bench_statement which, std::uint8_t version);

    void write_void(envelope_writer& to, std::uint8_t version, std::int16_t stream) const;

    /// `key` is eight bytes.
    void write_row(
        envelope_writer& to, std::uint8_t version, std::int16_t stream, metadata_mode mode, byte_view key
    ) const;

    /// Nothing when the paging state is none of ours, or the page would be longer than an envelope may be.
    /// `page_size` 0: everything.
    std::optional<page_range> find_page(std::uint32_t page_size, std::optional<byte_view> paging_state) const;

    void write_page(
        envelope_writer& to, std::uint8_t version, std::int16_t stream, metadata_mode mode, page_range range
    );

private:
    stream_rows rows_;
    std::array<byte_buffer, 3> row_bodies_;
    std::array<byte_buffer, 3> page_metadata_;
    byte_buffer scratch_;
};

}  // namespace async_cassandra::bench
