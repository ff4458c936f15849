// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "component/calls.hpp"
#include "component/closed_cluster.hpp"
#include "support/builtin_statements.hpp"
#include "support/fake_node.hpp"
#include "support/loopback_server.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

/// A fake node on a port of 127.0.0.1.
struct served_node {
    explicit served_node(fake_node_settings settings = {}) : node(std::move(settings)), server(node) {}

    [[nodiscard]] std::string address() const { return to_string(server.endpoint()); }

    /// Limits that let a test see them pass.
    [[nodiscard]] cluster_config config(protocol_version version = protocol_version::v5) const
    {
        cluster_config c;
        c.contact_points = {address()};
        c.protocol = version;
        c.request_timeout = std::chrono::seconds{5};
        c.connect_timeout = std::chrono::seconds{5};
        c.drain_timeout = std::chrono::milliseconds{300};
        return c;
    }

    [[nodiscard]] std::size_t queries_of(std::string_view text) const
    {
        std::size_t count = 0;
        for (const request_record& r : node.requests()) {
            count += r.query == text && r.op != protocol::opcode::prepare ? 1U : 0U;
        }
        return count;
    }

    fake_node node;
    loopback_server server;
};

/// A served node and a session on it, on a thread of the library's.
struct connected_node : served_node {
    explicit connected_node(protocol_version version = protocol_version::v5, fake_node_settings settings = {})
        : connected_node([](cluster_config&) {}, version, std::move(settings))
    {}

    template <class Change>
    explicit connected_node(
        Change change, protocol_version version = protocol_version::v5, fake_node_settings settings = {}
    )
        : served_node(std::move(settings)),
          client([&] {
              cluster_config c = config(version);
              change(c);
              return cluster{std::move(c)};
          }()),
          session(get(client.connect()))
    {}

    closed_cluster client;
    class session session;
};

/// One bigint column, k.
[[nodiscard]] inline std::vector<column> one_bigint()
{
    return columns_of("ks", "t", "k bigint");
}

/// Rows of one bigint column from `first` up to `last`.
[[nodiscard]] inline std::vector<row> bigints(std::int64_t first, std::int64_t last)
{
    std::vector<row> rows;
    for (std::int64_t i = first; i <= last; ++i) {
        rows.push_back({cells::bigint(i)});
    }
    return rows;
}

/// The values of a result's or page's only column.
template <class Rows>
[[nodiscard]] std::vector<std::int64_t> values_of(const Rows& rows)
{
    std::vector<std::int64_t> values;
    for (auto found : rows) {
        values.push_back(found.template get<std::int64_t>(0));
    }
    return values;
}

[[nodiscard]] inline std::string version_name(const ::testing::TestParamInfo<protocol_version>& info)
{
    return info.param == protocol_version::v4 ? "v4" : "v5";
}

}  // namespace async_cassandra::testing
