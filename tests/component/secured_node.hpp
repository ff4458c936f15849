// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/tls.hpp>

#include "component/certificates.hpp"
#include "component/served_node.hpp"
#include "component/tls_front.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <utility>

namespace async_cassandra::testing {

/// A node behind TLS, and a client's options that trust its authority.
struct secured_node : served_node {
    explicit secured_node(tls_front_settings settings = {})
        : front(server.endpoint(), [&] {
              if (settings.own.certificate.empty())
                  settings.own = trusted.issue();
              return std::move(settings);
          }())
    {}

    [[nodiscard]] std::string front_address() const { return to_string(front.address()); }

    [[nodiscard]] cluster_config secure_config() const
    {
        cluster_config c = config();
        c.contact_points = {front_address()};
        c.tls.emplace().ca_pem = trusted.certificate();
        return c;
    }

    /// What connecting ends with, which names the node and took one attempt.
    [[nodiscard]] failure refusal(const cluster_config& config) const
    {
        const stopwatch time;
        failure f = failure_of<no_host_available>(cluster{config}.connect());
        EXPECT_LT(time.elapsed(), std::chrono::seconds{3}) << "waiting for connect_timeout would not help";
        EXPECT_THAT(f.what, ::testing::HasSubstr(front_address()));
        EXPECT_EQ(f.effect, request_effect::not_sent);
        EXPECT_THAT(f.attempts, ::testing::SizeIs(1));
        for (const attempt& a : f.attempts) {
            EXPECT_EQ(a.node, front.address());
            EXPECT_EQ(a.code, errc::tls_failed) << a.reason;
        }
        return f;
    }

    authority trusted = authority{"The Trusted"};
    tls_front front;
};

inline void expect_works(const cluster_config& config)
{
    const closed_cluster client{config};
    const session opened = get(client.connect());
    EXPECT_EQ(get(opened.execute("SELECT key FROM system.local")).size(), 1U);
    get(client.close());
}

}  // namespace async_cassandra::testing
