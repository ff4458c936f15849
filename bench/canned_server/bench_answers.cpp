// SPDX-License-Identifier: Apache-2.0
#include "bench_answers.hpp"

#include <algorithm>

namespace async_cassandra::bench {

namespace {

struct statement_entry {
    std::string_view text;
    std::string_view id;
    std::string_view metadata_id;
};

constexpr std::array<statement_entry, bench_statement_count> statements{{
    {"select k, v from bench.kv where k = ?", "bench-select-kv1", "bench-columns-k1"},
    {"insert into bench.kv (k, v) values (?, ?)", "bench-insert-kv1", "bench-columns-01"},
    {"select id, ts, name, value, payload from bench.big", "bench-stream-bg1", "bench-columns-b1"},
}};

constexpr std::size_t value_size = 100;
constexpr std::size_t row_tail = 8 + 4 + value_size;
constexpr std::size_t max_page_bytes = 256'000'000;
constexpr std::string_view paging_mark = "row:";
constexpr std::size_t paging_state_size = paging_mark.size() + 8;

const std::array<column, 2> kv_columns{{{"k", column_types::bigint}, {"v", column_types::blob}}};
const std::array<column, 5> big_columns{
    {{"id", column_types::bigint},
     {"ts", column_types::timestamp},
     {"name", column_types::text},
     {"value", column_types::real},
     {"payload", column_types::blob}}};

const statement_entry& entry(bench_statement which)
{
    return statements[static_cast<std::size_t>(which)];
}

constexpr std::uint32_t flags_of(metadata_mode mode)
{
    if (mode == metadata_mode::none)
        return no_metadata;
    return mode == metadata_mode::full ? global_table_spec : global_table_spec | metadata_changed;
}

void put_metadata_tail(byte_buffer& to, metadata_mode mode, bench_statement which)
{
    if (mode == metadata_mode::none)
        return;
    if (mode == metadata_mode::changed)
        to.put_string(entry(which).metadata_id);
    if (which == bench_statement::select_kv)
        put_column_specs(to, "bench", "kv", kv_columns);
    if (which == bench_statement::stream_big)
        put_column_specs(to, "bench", "big", big_columns);
}

}  // namespace

bench_answers::bench_answers(std::uint64_t rows) : rows_(rows)
{
    for (const auto mode : {metadata_mode::none, metadata_mode::full, metadata_mode::changed}) {
        byte_buffer& body = row_bodies_[static_cast<std::size_t>(mode)];
        body.put(static_cast<std::uint32_t>(result_kind::rows));
        body.put(flags_of(mode));
        body.put(static_cast<std::uint32_t>(kv_columns.size()));
        put_metadata_tail(body, mode, bench_statement::select_kv);
        body.put(std::uint32_t{1});
        body.put(std::uint32_t{8});
        body.put(std::uint64_t{0});
        body.put(static_cast<std::uint32_t>(value_size));
        for (std::size_t index = 0; index < value_size; ++index)
            body.put(static_cast<std::uint8_t>(index));
        put_metadata_tail(page_metadata_[static_cast<std::size_t>(mode)], mode, bench_statement::stream_big);
    }
}

std::optional<bench_statement> bench_answers::find_text(std::string_view text)
{
    for (std::size_t index = 0; index < statements.size(); ++index) {
        if (statements[index].text == text)
            return static_cast<bench_statement>(index);
    }
    return std::nullopt;
}

std::optional<bench_statement> bench_answers::find_id(byte_view id)
{
    for (std::size_t index = 0; index < statements.size(); ++index) {
        if (statements[index].id == as_text(id))
            return static_cast<bench_statement>(index);
    }
    return std::nullopt;
}

byte_view bench_answers::metadata_id(bench_statement which)
{
    return as_bytes(entry(which).metadata_id);
}

std::size_t bench_answers::bound_values(bench_statement which)
{
    constexpr std::array<std::size_t, bench_statement_count> counts{1, 2, 0};
    return counts[static_cast<std::size_t>(which)];
}

void bench_answers::put_prepared(byte_buffer& body, bench_statement which, std::uint8_t version)
{
    body.put(static_cast<std::uint32_t>(result_kind::prepared));
    body.put_string(entry(which).id);
    if (version >= 5)
        body.put_string(entry(which).metadata_id);

    const std::size_t bound = bound_values(which);
    body.put(bound == 0 ? std::uint32_t{0} : global_table_spec);
    body.put(static_cast<std::uint32_t>(bound));
    body.put(std::uint32_t{bound == 0 ? 0U : 1U});
    if (bound != 0) {
        body.put(std::uint16_t{0});
        put_column_specs(body, "bench", "kv", std::span(kv_columns).first(bound));
    }

    const bool returns_rows = which != bench_statement::insert_kv;
    body.put(returns_rows ? global_table_spec : no_metadata);
    if (which == bench_statement::select_kv)
        body.put(static_cast<std::uint32_t>(kv_columns.size()));
    if (which == bench_statement::stream_big)
        body.put(static_cast<std::uint32_t>(big_columns.size()));
    if (!returns_rows)
        body.put(std::uint32_t{0});
    put_metadata_tail(body, returns_rows ? metadata_mode::full : metadata_mode::none, which);
}

void bench_answers::write_void(envelope_writer& to, std::uint8_t version, std::int16_t stream) const
{
    std::uint8_t* const at = to.reserve(envelope_header_size + 4);
    store_response_header(at, version, stream, opcode::result, 4);
    store_big(at + envelope_header_size, static_cast<std::uint32_t>(result_kind::none));
}

void bench_answers::write_row(
    envelope_writer& to, std::uint8_t version, std::int16_t stream, metadata_mode mode, byte_view key
) const
{
    const byte_view body = row_bodies_[static_cast<std::size_t>(mode)].view();
    std::uint8_t* const at = to.reserve(envelope_header_size + body.size());
    store_response_header(at, version, stream, opcode::result, body.size());
    std::memcpy(at + envelope_header_size, body.data(), body.size());
    std::memcpy(at + envelope_header_size + body.size() - row_tail, key.data(), 8);
}

std::optional<page_range> bench_answers::find_page(
    std::uint32_t page_size, std::optional<byte_view> paging_state
) const
{
    page_range range;
    if (paging_state) {
        if (paging_state->size() != paging_state_size ||
            as_text(paging_state->first(paging_mark.size())) != paging_mark) {
            return std::nullopt;
        }
        range.first = load_big<std::uint64_t>(paging_state->data() + paging_mark.size());
        if (range.first > rows_.total())
            return std::nullopt;
    }
    const std::uint64_t left = rows_.total() - range.first;
    range.count = page_size == 0 ? left : std::min<std::uint64_t>(left, page_size);
    if (rows_.size_of(range.first, range.count) > max_page_bytes)
        return std::nullopt;
    return range;
}

void bench_answers::write_page(
    envelope_writer& to, std::uint8_t version, std::int16_t stream, metadata_mode mode, page_range range
)
{
    const byte_view metadata = page_metadata_[static_cast<std::size_t>(mode)].view();
    const std::uint64_t next = range.first + range.count;
    const bool more = next < rows_.total();
    const std::size_t rows_size = rows_.size_of(range.first, range.count);
    const std::size_t size =
        envelope_header_size + 12 + (more ? 4 + paging_state_size : 0) + metadata.size() + 4 + rows_size;

    const bool sliced = to.must_be_sliced(size);
    if (sliced)
        scratch_.clear();
    std::uint8_t* at = sliced ? scratch_.grow(size) : to.reserve(size);
    store_response_header(at, version, stream, opcode::result, size - envelope_header_size);
    at += envelope_header_size;
    store_big(at, static_cast<std::uint32_t>(result_kind::rows));
    store_big(at + 4, flags_of(mode) | (more ? has_more_pages : 0));
    store_big(at + 8, static_cast<std::uint32_t>(big_columns.size()));
    at += 12;
    if (more) {
        store_big(at, static_cast<std::uint32_t>(paging_state_size));
        std::memcpy(at + 4, paging_mark.data(), paging_mark.size());
        store_big(at + 4 + paging_mark.size(), next);
        at += 4 + paging_state_size;
    }
    if (!metadata.empty())
        std::memcpy(at, metadata.data(), metadata.size());
    at += metadata.size();
    store_big(at, static_cast<std::uint32_t>(range.count));
    rows_.write(range.first, range.count, at + 4);
    if (sliced)
        to.add(scratch_.view());
}

}  // namespace async_cassandra::bench
