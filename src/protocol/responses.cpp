// SPDX-License-Identifier: Apache-2.0
#include "protocol/responses.hpp"

#include <algorithm>

namespace async_cassandra::protocol {

bool decode_prefix(reader& in, std::uint8_t flags, response_prefix& prefix)
{
    if ((flags & (header_flag::tracing | header_flag::warning | header_flag::custom_payload)) == 0)
        return true;
    if ((flags & header_flag::tracing) != 0)
        prefix.tracing_id = in.uuid();
    if ((flags & header_flag::warning) != 0)
        prefix.warnings = in.string_list();
    if ((flags & header_flag::custom_payload) != 0)
        prefix.custom_payload = in.bytes_map();
    return !in.failed();
}

const std::vector<std::string>* supported_options::find(std::string_view key) const noexcept
{
    const auto found = std::ranges::find(options, key, &string_multimap::value_type::first);
    return found == options.end() ? nullptr : &found->second;
}

supported_options decode_supported(reader& in)
{
    return {in.string_multimap()};
}

std::string decode_authenticate(reader& in)
{
    return std::string{in.string()};
}

}  // namespace async_cassandra::protocol
