// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.hpp"

namespace async_cassandra::fuzz {

std::vector<target> all_targets()
{
    std::vector<target> all;
    for (const auto& some : {frame_targets(), message_targets(), type_targets(), literal_targets()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

}  // namespace async_cassandra::fuzz
