// SPDX-License-Identifier: Apache-2.0
// What the payload of a v5 segment costs by parts: its checksums, its compression, and a copy to compare with. The content
// is rows of (bigint, timestamp, text, double, blob of 64 random bytes), once as they are and once with the blob left out.
#include "base/byte_buffer.hpp"
#include "base/byte_order.hpp"
#include "protocol/compression.hpp"
#include "protocol/constants.hpp"
#include "protocol/crc.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace async_cassandra {
namespace {

enum class content { with_random_blobs, without_blobs };

std::vector<std::byte> payload_of(content what)
{
    std::mt19937_64 chance{42};
    base::byte_buffer out;
    const auto cell = [&out](std::string_view bytes) {
        base::store_big_endian(out.extend(4), static_cast<std::uint32_t>(bytes.size()));
        out.append(std::as_bytes(std::span{bytes}));
    };
    const auto number = [&](std::uint64_t value) {
        std::array<std::byte, 8> bytes{};
        base::store_big_endian(bytes.data(), value);
        cell({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
    for (std::uint64_t row = 0; out.size() < protocol::max_segment_payload; ++row) {
        number(row);
        number(1'700'000'000'000 + row * 1000);
        cell("name of row " + std::to_string(row));
        number(chance() % 1000);
        if (what == content::with_random_blobs) {
            std::string blob(64, '\0');
            for (char& c : blob)
                c = static_cast<char>(chance());
            cell(blob);
        }
    }
    const auto all = out.bytes().first(protocol::max_segment_payload);
    return {all.begin(), all.end()};
}

void count(benchmark::State& state, std::size_t bytes)
{
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(bytes));
}

void crc24_of_a_header(benchmark::State& state)
{
    std::array<std::byte, 5> header{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}};
    for (auto _ : state) {
        benchmark::DoNotOptimize(header);
        benchmark::DoNotOptimize(protocol::crc24(header));
    }
}

void copy_of_a_payload(benchmark::State& state)
{
    const std::vector<std::byte> payload = payload_of(content::with_random_blobs);
    std::vector<std::byte> into(payload.size());
    for (auto _ : state) {
        std::memcpy(into.data(), payload.data(), payload.size());
        benchmark::ClobberMemory();
    }
    count(state, payload.size());
}

void crc32_of_a_payload(benchmark::State& state)
{
    const std::vector<std::byte> payload = payload_of(content::with_random_blobs);
    for (auto _ : state)
        benchmark::DoNotOptimize(protocol::crc32(payload));
    count(state, payload.size());
}

void lz4_compress(benchmark::State& state, content what)
{
    const std::vector<std::byte> payload = payload_of(what);
    base::byte_buffer out;
    for (auto _ : state) {
        out.clear();
        if (!protocol::compress_block(payload, out))
            state.SkipWithError("the payload did not become smaller");
    }
    count(state, payload.size());
    state.counters["ratio"] = static_cast<double>(payload.size()) / static_cast<double>(out.size());
}

void lz4_uncompress(benchmark::State& state, content what)
{
    const std::vector<std::byte> payload = payload_of(what);
    base::byte_buffer block;
    if (!protocol::compress_block(payload, block))
        state.SkipWithError("the payload did not become smaller");
    std::vector<std::byte> into(payload.size());
    for (auto _ : state) {
        if (const char* const rule = protocol::uncompress_block(block.bytes(), into); rule != nullptr)
            state.SkipWithError(rule);
    }
    count(state, payload.size());
}

BENCHMARK(crc24_of_a_header);
BENCHMARK(copy_of_a_payload);
BENCHMARK(crc32_of_a_payload);
BENCHMARK_CAPTURE(lz4_compress, with_random_blobs, content::with_random_blobs);
BENCHMARK_CAPTURE(lz4_compress, without_blobs, content::without_blobs);
BENCHMARK_CAPTURE(lz4_uncompress, with_random_blobs, content::with_random_blobs);
BENCHMARK_CAPTURE(lz4_uncompress, without_blobs, content::without_blobs);

}  // namespace
}  // namespace async_cassandra
