// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/config.hpp>
#include <async_cassandra/error.hpp>

#include "cluster/cluster_core.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// What is said of a configuration changed so; empty when it is taken.
std::string complaint(const std::function<void(cluster_config&)>& change)
{
    cluster_config config;
    change(config);
    try {
        check_config(config);
        return {};
    } catch (const configuration_error& e) {
        EXPECT_EQ(e.code(), errc::bad_configuration);
        EXPECT_EQ(e.effect(), request_effect::not_sent);
        return e.details().what;
    }
}

// Contract: an error of the configuration names the setting, the value and the legal range.
auto names(const std::string& setting, const std::string& value, const std::string& legal)
{
    return AllOf(HasSubstr("cluster_config::" + setting + " is " + value), HasSubstr("legal: " + legal));
}

TEST(config_check, the_defaults_are_legal)
{
    EXPECT_EQ(complaint([](cluster_config&) {}), "");
}

TEST(config_check, load_balancing)
{
    EXPECT_THAT(
        complaint([](auto& c) { c.load_balancing.local_rack = "r1"; }),
        names("load_balancing.local_rack", "'r1' without local_dc", "a rack of")
    );
    EXPECT_EQ(
        complaint([](auto& c) {
            c.load_balancing.local_dc = "dc1";
            c.load_balancing.local_rack = "r1";
        }),
        ""
    );
    EXPECT_THAT(
        complaint([](auto& c) { c.load_balancing.remote_for_local_consistency = true; }),
        names(
            "load_balancing.remote_for_local_consistency", "true with max_nodes_per_remote_dc 0", "true with"
        )
    );
}

TEST(config_check, contact_points)
{
    EXPECT_THAT(
        complaint([](auto& c) { c.contact_points.clear(); }), names("contact_points", "empty", "at least one")
    );
    EXPECT_THAT(
        complaint([](auto& c) {
            c.contact_points = {"db", "db:x"};
        }),
        names("contact_points", "'db:x'", "host, host:port")
    );
    EXPECT_EQ(complaint([](auto& c) { c.contact_points = {"db", "[::1]:9042", "192.0.2.1"}; }), "");
}

TEST(config_check, numbers)
{
    EXPECT_THAT(complaint([](auto& c) { c.port = 0; }), names("port", "0", "1 to 65535"));
    EXPECT_THAT(complaint([](auto& c) { c.io_threads = 0; }), names("io_threads", "0", "1 to 128"));
    EXPECT_THAT(complaint([](auto& c) { c.io_threads = 129; }), names("io_threads", "129", "1 to 128"));
    EXPECT_THAT(
        complaint([](auto& c) { c.connections_per_node = 0; }), names("connections_per_node", "0", "1 to 8")
    );
    EXPECT_THAT(
        complaint([](auto& c) { c.connections_per_node = 9; }), names("connections_per_node", "9", "1 to 8")
    );
    EXPECT_THAT(complaint([](auto& c) { c.max_in_flight = 0; }), names("max_in_flight", "0", "1 to 32767"));
    EXPECT_THAT(
        complaint([](auto& c) { c.max_in_flight = 32'768; }), names("max_in_flight", "32768", "1 to 32767")
    );
    EXPECT_THAT(
        complaint([](auto& c) { c.max_queued_requests = 0; }), names("max_queued_requests", "0", "1 to")
    );
    EXPECT_THAT(complaint([](auto& c) { c.max_queued_bytes = 0; }), names("max_queued_bytes", "0", "1 to"));
    EXPECT_THAT(complaint([](auto& c) { c.max_result_bytes = 0; }), names("max_result_bytes", "0", "1 to"));
    EXPECT_THAT(complaint([](auto& c) { c.page_size = 0; }), names("page_size", "0", "1 to"));
    EXPECT_THAT(complaint([](auto& c) { c.page_size = -1; }), names("page_size", "-1", "1 to"));
    EXPECT_EQ(
        complaint([](auto& c) {
            c.port = 65'535;
            c.io_threads = 128;
            c.connections_per_node = 8;
            c.max_in_flight = 32'767;
            c.max_queued_requests = 1;
            c.max_queued_bytes = SIZE_MAX;
            c.max_result_bytes = 1;
            c.page_size = INT32_MAX;
        }),
        ""
    );
}

TEST(config_check, schema)
{
    EXPECT_THAT(
        complaint([](auto& c) { c.schema_agreement_timeout = 0ms; }),
        names("schema_agreement_timeout", "0 ms", "1 ms to 24 hours")
    );
    EXPECT_THAT(
        complaint([](auto& c) { c.schema_agreement_interval = 0ms; }),
        names("schema_agreement_interval", "0 ms", "1 ms to 24 hours")
    );
    EXPECT_THAT(
        complaint([](auto& c) {
            c.schema_keyspaces = {"shop", ""};
        }),
        names("schema_keyspaces", "a list with an empty name", "names of keyspaces")
    );
    EXPECT_EQ(complaint([](auto& c) { c.schema_agreement_timeout.reset(); }), "");
}

TEST(config_check, compression)
{
    EXPECT_EQ(complaint([](auto& c) { c.compression = compression::lz4; }), "");
    EXPECT_THAT(
        complaint([](auto& c) { c.compression = compression::snappy; }),
        names("compression", "snappy beside protocol v5", "none or lz4")
    );
    EXPECT_EQ(
        complaint([](auto& c) {
            c.compression = compression::snappy;
            c.protocol = protocol_version::v4;
        }),
        ""
    );
    EXPECT_THAT(
        complaint([](auto& c) { c.compression = static_cast<compression>(3); }),
        names("compression", "3", "none, lz4 or snappy")
    );
}

// Contract: no option value means "for ever"; a zero timeout is refused.
TEST(config_check, durations)
{
    const std::vector<std::pair<std::string, std::chrono::milliseconds cluster_config::*>> durations{
        {"request_timeout", &cluster_config::request_timeout},
        {"connect_timeout", &cluster_config::connect_timeout},
        {"handshake_timeout", &cluster_config::handshake_timeout},
        {"heartbeat_interval", &cluster_config::heartbeat_interval},
        {"heartbeat_timeout", &cluster_config::heartbeat_timeout},
        {"health_check_timeout", &cluster_config::health_check_timeout},
        {"drain_timeout", &cluster_config::drain_timeout},
        {"reconnect_base_delay", &cluster_config::reconnect_base_delay},
        {"reconnect_max_delay", &cluster_config::reconnect_max_delay},
    };
    for (const auto& [name, member] : durations) {
        const auto with = [m = member](std::chrono::milliseconds value) {
            return complaint([&](cluster_config& c) { c.*m = value; });
        };
        EXPECT_THAT(with(0ms), names(name, "0 ms", "1 ms to 24 hours"));
        EXPECT_THAT(with(-5ms), names(name, "-5 ms", "1 ms to 24 hours"));
        EXPECT_THAT(with(24h + 1ms), names(name, "86400001 ms", "1 ms to 24 hours"));
        EXPECT_THAT(
            with(std::chrono::milliseconds::max()), names(name, "9223372036854775807 ms", "1 ms to 24 hours")
        );
    }
    EXPECT_EQ(complaint([](auto& c) { c.request_timeout = 1ms; }), "");
    EXPECT_EQ(complaint([](auto& c) { c.request_timeout = 24h; }), "");
}

TEST(config_check, the_longest_pause_is_no_shorter_than_the_first)
{
    EXPECT_THAT(
        complaint([](auto& c) { c.reconnect_max_delay = 99ms; }),
        names("reconnect_max_delay", "99 ms", "at least reconnect_base_delay (100 ms)")
    );
    EXPECT_EQ(complaint([](auto& c) { c.reconnect_max_delay = 100ms; }), "");
}

TEST(config_check, enumerations)
{
    EXPECT_THAT(
        complaint([](auto& c) { c.protocol = static_cast<protocol_version>(3); }),
        names("protocol", "3", "protocol_version::v4")
    );
    EXPECT_THAT(
        complaint([](auto& c) { c.protocol = static_cast<protocol_version>(6); }),
        names("protocol", "6", "protocol_version::v4")
    );
    EXPECT_EQ(complaint([](auto& c) { c.protocol = protocol_version::v4; }), "");
    EXPECT_THAT(
        complaint([](auto& c) { c.serial_consistency = consistency::quorum; }),
        names("serial_consistency", "QUORUM", "SERIAL or LOCAL_SERIAL")
    );
    EXPECT_EQ(complaint([](auto& c) { c.serial_consistency = consistency::local_serial; }), "");
    EXPECT_THAT(
        complaint([](auto& c) { c.consistency = static_cast<consistency>(99); }),
        names("consistency", "99", "ANY")
    );
    EXPECT_EQ(complaint([](auto& c) { c.consistency = consistency::serial; }), "");
}

}  // namespace
}  // namespace async_cassandra::detail
