// SPDX-License-Identifier: Apache-2.0
#include "cluster/contact_point.hpp"

#include <algorithm>
#include <charconv>

namespace async_cassandra::detail {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (status != std::errc{} || end != text.data() + text.size() || port == 0)
        return std::nullopt;
    return port;
}

bool has_what_no_host_has(std::string_view host)
{
    return std::any_of(host.begin(), host.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= ' ' || byte == 0x7F || std::string_view{"/,;@[]"}.find(c) != std::string_view::npos;
    });
}

}  // namespace

std::optional<contact_point> contact_point::parse(std::string_view text, std::uint16_t default_port)
{
    contact_point point{std::string{text}, default_port, std::nullopt};
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos)
            return std::nullopt;
        point.host = text.substr(1, close - 1);
        port = text.substr(close + 1);
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        const std::size_t colon = text.find(':');
        point.host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (!port.empty()) {
        const auto number = port.starts_with(':') ? parse_port(port.substr(1)) : std::nullopt;
        if (!number)
            return std::nullopt;
        point.port = *number;
    }
    if (point.host.empty() || has_what_no_host_has(point.host))
        return std::nullopt;
    point.address = inet::parse(point.host);
    const bool must_be_v6 = text.starts_with('[') || point.host.find(':') != std::string::npos;
    if (must_be_v6 && (!point.address || point.address->is_v4()))
        return std::nullopt;
    return point;
}

}  // namespace async_cassandra::detail
