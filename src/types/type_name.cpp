// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/type_name.hpp>

namespace async_cassandra::detail {

// "const char* …::function_signature() [with T = name]" (gcc), "… [T = name]" (clang).
std::string parse_type_name(std::string_view signature)
{
    const std::size_t mark = signature.find("T = ");
    if (mark == std::string_view::npos)
        return std::string{signature};
    std::string name{signature.substr(mark + 4)};
    std::size_t depth = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '<' || c == '(' || c == '[')
            ++depth;
        if ((c == ']' || c == ';') && depth == 0) {
            name.resize(i);
            break;
        }
        if (c == '>' || c == ')' || c == ']')
            --depth;
    }
    // Inline namespaces of the standard library mean nothing to the reader.
    for (const std::string_view noise : {"__cxx11::", "__debug::", "__1::"})
        for (std::size_t at; (at = name.find(noise)) != std::string::npos;)
            name.erase(at, noise.size());
    return name;
}

std::string template_name(std::string type_name)
{
    type_name.resize(std::min(type_name.find('<'), type_name.size()));
    return type_name;
}

}  // namespace async_cassandra::detail
