// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/block.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

namespace async_cassandra::detail {
namespace {

constexpr std::size_t sizes[] = {0, 1, 47, 48, 49, 111, 112, 113, 495, 496, 497, 4096, 100'000};

block_ptr filled(std::size_t size, int with)
{
    block_ptr made = block_ptr::allocate(size);
    std::fill_n(made.data(), size, static_cast<std::byte>(with));
    return made;
}

void expect_filled(const block_ptr& block, std::size_t size, int with)
{
    ASSERT_EQ(block.size(), size);
    EXPECT_TRUE(std::ranges::all_of(block.bytes(), [with](std::byte b) {
        return b == static_cast<std::byte>(with);
    }));
}

TEST(block, holds_what_was_written_whatever_became_of_others)
{
    for (int round = 0; round < 3; ++round) {
        std::vector<block_ptr> blocks;
        for (int i = 0; i < 200; ++i)
            blocks.push_back(filled(sizes[static_cast<std::size_t>(i) % std::size(sizes)], i));
        for (std::size_t i = 0; i < blocks.size(); i += 2)
            blocks[i] = filled(sizes[(i + 5) % std::size(sizes)], static_cast<int>(i));
        for (std::size_t i = 0; i < blocks.size(); ++i)
            expect_filled(blocks[i], sizes[(i % 2 == 0 ? i + 5 : i) % std::size(sizes)], static_cast<int>(i));
    }
}

TEST(block, lives_as_long_as_its_last_owner_on_whatever_thread)
{
    for (const std::size_t size : sizes) {
        block_ptr first = filled(size, 7);
        block_ptr second = first;
        std::thread{[first = std::move(first)] {}}.join();
        expect_filled(second, size, 7);
        std::thread{[second = std::move(second), size] { expect_filled(second, size, 7); }}.join();
    }
}

// The thread's spare memory is gone when these go.
TEST(block, may_end_behind_its_thread)
{
    std::thread{[] {
        static thread_local std::vector<block_ptr> late;
        late.push_back(filled(100, 1));
        const block_ptr gone = filled(100, 2);
    }}.join();
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

TEST(block, memory_of_small_ones_is_used_again)
{
    std::set<const std::byte*> before;
    std::vector<block_ptr> blocks;
    for (int i = 0; i < 100; ++i) {
        blocks.push_back(filled(100, i));
        before.insert(blocks.back().data());
    }
    blocks.clear();
    for (int i = 0; i < 100; ++i) {
        blocks.push_back(filled(i % 2 == 0 ? 60 : 110, i));
        EXPECT_EQ(before.erase(blocks.back().data()), 1U) << i;
    }
}

#endif

}  // namespace
}  // namespace async_cassandra::detail
