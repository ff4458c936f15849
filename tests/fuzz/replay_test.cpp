// SPDX-License-Identifier: Apache-2.0
// R13: what fuzzing started from and what it found is run again with the normal tests, under sanitizers too.
#include "fuzz/targets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

namespace async_cassandra::fuzz {

static void PrintTo(const target& t, std::ostream* out)
{
    *out << t.name;
}

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

class corpus : public ::testing::TestWithParam<target> {};

TEST_P(corpus, breaks_nothing)
{
    const auto files = files_of(std::filesystem::path{AC_CORPUS} / GetParam().name);
    ASSERT_FALSE(files.empty()) << "a target without a corpus";
    for (const auto& file : files) {
        std::ifstream in{file, std::ios::binary};
        ASSERT_TRUE(in.is_open()) << file;
        const std::string text{std::istreambuf_iterator<char>{in}, {}};
        // In a block of its own, where a sanitizer sees each step beyond the end.
        const auto exact = std::make_unique<std::byte[]>(text.size());
        std::ranges::copy(std::as_bytes(std::span{text}), exact.get());
        EXPECT_NO_THROW(GetParam().run({exact.get(), text.size()})) << file;
    }
}

TEST_P(corpus, of_nothing_and_of_one_byte_breaks_nothing)
{
    EXPECT_NO_THROW(GetParam().run({}));
    for (unsigned value = 0; value < 256; ++value) {
        const auto byte = static_cast<std::byte>(value);
        EXPECT_NO_THROW(GetParam().run({&byte, 1})) << value;
    }
}

INSTANTIATE_TEST_SUITE_P(targets, corpus, ::testing::ValuesIn(all_targets()), [](const auto& of) {
    return std::string{of.param.name};
});

TEST(corpus_folders, belong_to_targets)
{
    const auto targets = all_targets();
    for (const auto& folder : files_of(AC_CORPUS)) {
        const std::string name = folder.filename().string();
        EXPECT_NE(std::ranges::find(targets, name, &target::name), targets.end()) << name;
    }
}

}  // namespace
}  // namespace async_cassandra::fuzz
