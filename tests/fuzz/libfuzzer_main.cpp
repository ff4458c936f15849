// SPDX-License-Identifier: Apache-2.0
// `fuzz --target=NAME …` runs one target under libFuzzer, which leaves options with two dashes to us; `fuzz --list` prints
// their names.
#include "fuzz/targets.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

async_cassandra::fuzz::target chosen{};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments)
{
    constexpr std::string_view option = "--target=";
    for (int i = 1; i < *count; ++i) {
        const std::string_view argument = (*arguments)[i];
        for (const auto& one : async_cassandra::fuzz::all_targets()) {
            if (argument == "--list")
                std::printf("%s\n", std::string{one.name}.c_str());
            if (argument.starts_with(option) && argument.substr(option.size()) == one.name)
                chosen = one;
        }
        if (argument == "--list")
            std::exit(0);
    }
    if (chosen.run == nullptr) {
        std::fputs("which target? --list prints them, --target=NAME chooses one\n", stderr);
        std::exit(2);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    chosen.run(std::as_bytes(std::span{data, size}));
    return 0;
}
