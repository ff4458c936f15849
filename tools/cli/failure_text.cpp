// SPDX-License-Identifier: Apache-2.0
#include "failure_text.hpp"

#include <async_cassandra/error.hpp>

namespace async_cassandra::cli {

std::string failure_text(const std::exception& thrown)
{
    const auto* const ours = dynamic_cast<const error*>(&thrown);
    return "async-cassandra: " + (ours != nullptr ? ours->details().describe() : std::string{thrown.what()}) +
           "\n";
}

}  // namespace async_cassandra::cli
