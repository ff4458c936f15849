// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/endpoint.hpp>

namespace async_cassandra {

std::string to_string(const endpoint& node)
{
    std::string text;
    if (node.address.is_v6())
        text += '[';
    text += node.address.to_string();
    if (node.address.is_v6())
        text += ']';
    text += ':';
    text += std::to_string(node.port);
    return text;
}

}  // namespace async_cassandra
