// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/error.hpp>

#include "base/failure.hpp"
#include "cluster/cluster_core.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace async_cassandra::detail {

namespace {

[[noreturn]] void refuse(std::string_view setting, const std::string& value, std::string_view legal)
{
    throw configuration_error{failure_ptr{base::make_failure(
        errc::bad_configuration,
        "cluster_config::" + std::string{setting} + " is " + value + ", legal: " + std::string{legal}
    )}};
}

void check_duration(std::string_view setting, std::chrono::milliseconds value)
{
    constexpr std::chrono::hours most{24};
    if (value <= std::chrono::milliseconds{0} || value > most)
        refuse(setting, std::to_string(value.count()) + " ms", "1 ms to 24 hours");
}

template <class T>
void check_range(std::string_view setting, T value, T least, T most)
{
    if (value < least || value > most)
        refuse(setting, std::to_string(value), std::to_string(least) + " to " + std::to_string(most));
}

void check_contact_points(const cluster_config& config)
{
    if (config.contact_points.empty())
        refuse("contact_points", "empty", "at least one host");
    for (const std::string& text : config.contact_points)
        if (!contact_point::parse(text, config.port))
            refuse(
                "contact_points",
                "'" + text + "'",
                "host, host:port, an IPv4 address or an IPv6 address ([::1]:9042)"
            );
}

void check_socket_options(const cluster_config& config)
{
    if (config.tcp_keepalive && (*config.tcp_keepalive < std::chrono::seconds{1} ||
                                 *config.tcp_keepalive > std::chrono::seconds{32'767}))
        refuse("tcp_keepalive", std::to_string(config.tcp_keepalive->count()) + " s", "1 s to 32767 s");
    if (config.tcp_user_timeout)
        check_duration("tcp_user_timeout", *config.tcp_user_timeout);
    if (!config.local_address.empty() && !inet::parse(config.local_address))
        refuse("local_address", "'" + config.local_address + "'", "an IPv4 or IPv6 address of this machine");
}

void check_load_balancing(const load_balancing_settings& settings)
{
    if (!settings.local_rack.empty() && settings.local_dc.empty())
        refuse(
            "load_balancing.local_rack",
            "'" + settings.local_rack + "' without local_dc",
            "a rack of the data center that local_dc names"
        );
    if (settings.remote_for_local_consistency && settings.max_nodes_per_remote_dc == 0 &&
        settings.policy == nullptr)
        refuse(
            "load_balancing.remote_for_local_consistency",
            "true with max_nodes_per_remote_dc 0",
            "true with max_nodes_per_remote_dc at least 1"
        );
}

}  // namespace

void check_connections_per_node(unsigned connections)
{
    check_range<unsigned>("connections_per_node", connections, 1, pool_fsm::most_connections);
}

void check_config(const cluster_config& config)
{
    check_contact_points(config);
    check_range<unsigned>("port", config.port, 1, 65'535);
    if (config.protocol != protocol_version::v4 && config.protocol != protocol_version::v5)
        refuse("protocol", std::to_string(static_cast<int>(config.protocol)), "protocol_version::v4 or v5");
    if (config.compression > compression::snappy)
        refuse("compression", std::to_string(static_cast<int>(config.compression)), "none, lz4 or snappy");
    if (config.compression == compression::snappy && config.protocol != protocol_version::v4)
        refuse(
            "compression",
            "snappy beside protocol v5",
            "none or lz4; snappy beside protocol_version::v4, the last version that has it"
        );
    check_range<unsigned>("io_threads", config.io_threads, 1, 128);
    check_duration("request_timeout", config.request_timeout);
    check_duration("connect_timeout", config.connect_timeout);
    check_duration("handshake_timeout", config.handshake_timeout);
    check_duration("heartbeat_interval", config.heartbeat_interval);
    check_duration("heartbeat_timeout", config.heartbeat_timeout);
    check_duration("health_check_timeout", config.health_check_timeout);
    check_duration("drain_timeout", config.drain_timeout);
    if (config.schema_agreement_timeout)
        check_duration("schema_agreement_timeout", *config.schema_agreement_timeout);
    check_duration("schema_agreement_interval", config.schema_agreement_interval);
    if (std::ranges::find(config.schema_keyspaces, "") != config.schema_keyspaces.end())
        refuse("schema_keyspaces", "a list with an empty name", "names of keyspaces");
    check_duration("reconnect_base_delay", config.reconnect_base_delay);
    check_duration("reconnect_max_delay", config.reconnect_max_delay);
    check_socket_options(config);
    if (config.reconnect_max_delay < config.reconnect_base_delay)
        refuse(
            "reconnect_max_delay",
            std::to_string(config.reconnect_max_delay.count()) + " ms",
            "at least reconnect_base_delay (" + std::to_string(config.reconnect_base_delay.count()) + " ms)"
        );
    check_load_balancing(config.load_balancing);
    check_connections_per_node(config.connections_per_node);
    check_range<unsigned>("max_in_flight", config.max_in_flight, 1, 32'767);
    check_range<std::size_t>("max_queued_requests", config.max_queued_requests, 1, SIZE_MAX);
    check_range<std::size_t>("max_queued_bytes", config.max_queued_bytes, 1, SIZE_MAX);
    check_range<std::size_t>("max_result_bytes", config.max_result_bytes, 1, SIZE_MAX);
    check_range<std::int32_t>("page_size", config.page_size, 1, INT32_MAX);
    if (config.consistency < consistency::any || config.consistency > consistency::local_one)
        refuse(
            "consistency", std::to_string(static_cast<int>(config.consistency)), "ANY to LOCAL_ONE (0 to 10)"
        );
    const auto serial = config.serial_consistency;
    if (serial && *serial != consistency::serial && *serial != consistency::local_serial)
        refuse("serial_consistency", std::string{to_string(*serial)}, "SERIAL or LOCAL_SERIAL");
}

}  // namespace async_cassandra::detail
