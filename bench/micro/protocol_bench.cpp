// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame_reader.hpp"
#include "protocol/requests.hpp"
#include "protocol/response_encode.hpp"
#include "protocol/segment.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <random>
#include <span>
#include <vector>

namespace async_cassandra::protocol {
namespace {

using bytes = std::vector<std::byte>;

constexpr std::size_t answers = 1024;
constexpr std::size_t answer_size = 120;
constexpr std::size_t page_body = 650'000;

void append_answer(base::byte_buffer& out, protocol_version version, std::int16_t stream, std::size_t body)
{
    const frame_header h{
        static_cast<std::uint8_t>(version),
        true,
        0,
        stream,
        opcode::result,
        static_cast<std::uint32_t>(body)};
    encode_frame_header(
        h, std::span<std::byte, frame_header_size>{out.extend(frame_header_size), frame_header_size}
    );
    std::memset(out.extend(body), 0x41, body);
}

// As it comes from the socket.
bytes wire_of(const base::byte_buffer& run, protocol_version version)
{
    if (version == protocol_version::v4)
        return {run.bytes().begin(), run.bytes().end()};
    std::vector<segment_piece> pieces;
    if (!cut_segments(run.bytes(), pieces))
        return {};
    base::byte_buffer wire;
    for (const segment_piece& piece : pieces) {
        wire.append(piece.header);
        wire.append(run.bytes().subspan(piece.offset, piece.length));
        wire.append(piece.trailer);
    }
    return {wire.bytes().begin(), wire.bytes().end()};
}

frame_reader reader_of(protocol_version version)
{
    frame_reader reader{version};
    if (version == protocol_version::v5)
        reader.switch_to_segments();
    else
        reader.require_version(version);
    return reader;
}

struct counting_sink {
    std::size_t frames = 0;
    std::size_t sum = 0;

    bool on_frame(const frame_header& h, std::span<const std::byte> body)
    {
        ++frames;
        sum += static_cast<std::size_t>(h.stream) + body.size() + std::to_integer<std::size_t>(body.front());
        return true;
    }
    detail::block_ptr allocate(const frame_header& h) { return detail::block_ptr::allocate(h.length); }
    bool on_block(const frame_header&, detail::block_ptr block)
    {
        ++frames;
        sum += block.size();
        return true;
    }
    bool on_frame_skipped(const frame_header&) { return true; }
};

// What the socket would do: a copy into the reader's room.
void feed(frame_reader& reader, counting_sink& sink, std::span<const std::byte> wire)
{
    while (!wire.empty()) {
        const std::span<std::byte> room = reader.prepare();
        const std::size_t count = std::min(room.size(), wire.size());
        std::memcpy(room.data(), wire.data(), count);
        wire = wire.subspan(count);
        if (reader.commit_and_drain(count, sink) != read_status::need_input)
            return;
    }
}

void count_frames(benchmark::State& state, std::size_t per_iteration)
{
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(per_iteration));
}

void small_answers(benchmark::State& state, protocol_version version)
{
    base::byte_buffer run;
    for (std::size_t i = 0; i < answers; ++i)
        append_answer(run, version, static_cast<std::int16_t>(i), answer_size - frame_header_size);
    const bytes wire = wire_of(run, version);
    frame_reader reader = reader_of(version);
    counting_sink sink;
    for (auto _ : state)
        feed(reader, sink, wire);
    benchmark::DoNotOptimize(sink.sum);
    if (sink.frames != static_cast<std::size_t>(state.iterations()) * answers)
        state.SkipWithError("not every answer was found");
    count_frames(state, answers);
}

// The same bytes into the same kind of buffer, and nothing else: what to subtract from the figures above.
void copying_alone(benchmark::State& state)
{
    const bytes wire(answers * answer_size);
    bytes room(frame_reader::input_capacity);
    for (auto _ : state) {
        std::memcpy(room.data(), wire.data(), wire.size());
        benchmark::ClobberMemory();
    }
    count_frames(state, answers);
}

void large_pages(benchmark::State& state, protocol_version version)
{
    base::byte_buffer run;
    append_answer(run, version, 1, page_body);
    const bytes wire = wire_of(run, version);
    frame_reader reader = reader_of(version);
    counting_sink sink;
    for (auto _ : state)
        feed(reader, sink, wire);
    benchmark::DoNotOptimize(sink.sum);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(wire.size()));
}

constexpr std::uint32_t page_rows = 5000;
constexpr std::int32_t page_columns = 5;

// Lengths as of (bigint, timestamp, text, double, blob). Several pages, so that no branch predictor learns them by heart.
std::vector<base::byte_buffer> pages(bool texts_vary)
{
    const bytes content(64);
    std::mt19937 random{1};
    std::vector<base::byte_buffer> list(16);
    for (base::byte_buffer& page : list) {
        for (std::uint32_t row = 0; row < page_rows; ++row) {
            const std::size_t text = texts_vary ? 5 + random() % 20 : 12;
            for (const std::size_t length : std::array<std::size_t, 5>{8, 8, text, 8, 64})
                append_cell(page, std::span{content}.first(length));
        }
    }
    return list;
}

void cells(benchmark::State& state, bool texts_vary)
{
    const auto list = pages(texts_vary);
    std::size_t at = 0;
    parse_error error;
    for (auto _ : state) {
        const auto& page = list[at++ % list.size()];
        if (!check_cells(page.bytes(), 0, page_rows, page_columns, error))
            state.SkipWithError(error.rule);
    }
    count_frames(state, std::size_t{page_rows} * page_columns);
}

void execute_requests(benchmark::State& state, protocol_version version)
{
    const bytes id(16);
    const bytes values(12);
    const query_parameters p{
        .timestamp = 1, .skip_metadata = true, .value_count = 1, .encoded_values = values};
    base::byte_buffer out;
    for (auto _ : state) {
        out.clear();
        for (std::int16_t i = 0; i < static_cast<std::int16_t>(answers); ++i)
            if (!encode_execute(out, version, i, id, id, p))
                state.SkipWithError("not encoded");
    }
    count_frames(state, answers);
}

void cut_requests(benchmark::State& state)
{
    base::byte_buffer run;
    for (std::size_t i = 0; i < answers; ++i)
        append_answer(run, protocol_version::v5, 1, 70);
    std::vector<segment_piece> pieces;
    for (auto _ : state) {
        pieces.clear();
        benchmark::DoNotOptimize(cut_segments(run.bytes(), pieces));
    }
    count_frames(state, answers);
}

BENCHMARK_CAPTURE(small_answers, v4, protocol_version::v4);
BENCHMARK_CAPTURE(small_answers, v5, protocol_version::v5);
BENCHMARK(copying_alone);
BENCHMARK_CAPTURE(large_pages, v4, protocol_version::v4);
BENCHMARK_CAPTURE(large_pages, v5, protocol_version::v5);
BENCHMARK_CAPTURE(cells, fixed_lengths, false);
BENCHMARK_CAPTURE(cells, one_varying_column, true);
BENCHMARK_CAPTURE(execute_requests, v4, protocol_version::v4);
BENCHMARK_CAPTURE(execute_requests, v5, protocol_version::v5);
BENCHMARK(cut_requests);

}  // namespace
}  // namespace async_cassandra::protocol

BENCHMARK_MAIN();
