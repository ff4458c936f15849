// SPDX-License-Identifier: Apache-2.0
#include "cluster/address_translation.hpp"

#include <exception>

namespace async_cassandra::detail {

namespace {

// Far more than nodes: only a cluster whose nodes change their addresses for years comes there.
constexpr std::size_t most_known = 10'000;

}  // namespace

address_translation::outcome address_translation::translate(const endpoint& told)
{
    if (!translate_)
        return {told};
    outcome found;
    try {
        const endpoint address = translate_(told);
        if (address.port != 0 && !address.address.is_unspecified()) {
            if (known_.size() >= most_known)
                known_.clear();
            known_.insert_or_assign(told, address);
            return {address};
        }
        found.problem = "the address translator gave " + to_string(address) + " for " + to_string(told) +
                        ": nobody can be reached there";
    } catch (const std::exception& e) {
        found.problem = "the address translator failed for " + to_string(told) + ": " + e.what();
    } catch (...) {
        found.problem = "the address translator failed for " + to_string(told) +
                        " with an exception that is no std::exception";
    }
    if (const auto before = known_.find(told); before != known_.end())
        found.address = before->second;
    return found;
}

}  // namespace async_cassandra::detail
