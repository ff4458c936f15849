// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/tls.hpp>

#include "component/certificates.hpp"
#include "component/served_cluster.hpp"
#include "component/served_node.hpp"
#include "component/tls_front.hpp"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <vector>

// Several nodes behind TLS of which one shows what no client may accept.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class tls_cluster : public ::testing::Test {
protected:
    static constexpr std::size_t bad = 1;

    tls_cluster()
    {
        for (std::size_t i = 0; i < server.nodes.size(); ++i) {
            server.nodes.node(i).on_query(query).reply(reply_rows(one_bigint(), bigints(1, 1)));
            fronts.push_back(std::make_unique<tls_front>(
                server.nodes.address(i),
                tls_front_settings{.own = i == bad ? self_signed({"lonely"}) : trusted.issue()}
            ));
            front_of[server.nodes.address(i)] = fronts[i]->address();
        }
    }

    [[nodiscard]] cluster_config config() const
    {
        cluster_config c = server.config();
        c.contact_points = {to_string(fronts[bad]->address()), to_string(fronts[0]->address())};
        c.address_translator = [this](const endpoint& told) { return front_of.at(told); };
        c.tls.emplace().ca_pem = trusted.certificate();
        c.reconnect_max_delay = 100ms;
        return c;
    }

    [[nodiscard]] bool is(const cluster& client, std::size_t i, async_cassandra::node_state wanted) const
    {
        const topology now = client.topology();
        const node* const found = now.find(server.nodes.host_id(i));
        return found != nullptr && found->state == wanted;
    }

    authority trusted{"The Trusted"};
    served_cluster server;
    std::vector<std::unique_ptr<tls_front>> fronts;
    std::map<endpoint, endpoint> front_of;
};

TEST_F(tls_cluster, a_node_with_a_bad_certificate_is_down_with_its_reason_and_the_others_serve)
{
    using async_cassandra::node_state;
    const closed_cluster client{config()};
    const session opened = get(client.connect());
    EXPECT_TRUE(eventually([&] {
        return is(client, 0, node_state::up) && is(client, 2, node_state::up) &&
               is(client, bad, node_state::down);
    }));
    for (int i = 0; i < 60; ++i)
        EXPECT_EQ(get(opened.execute(query)).size(), 1U);
    for (const node_stats& each : client.node_stats())
        EXPECT_EQ(each.sent == 0, each.host_id == server.nodes.host_id(bad)) << to_string(each.address);
    EXPECT_EQ(server.nodes.node(bad).connections_accepted(), 0U);

    const char* const reason = "'CN = lonely' is self-signed, and is not trusted";
    const failure pinned =
        failure_of<no_host_available>(opened.execute(statement{query}.node(server.nodes.host_id(bad))));
    ASSERT_THAT(pinned.attempts, SizeIs(1));
    EXPECT_EQ(pinned.attempts[0].node, fronts[bad]->address());
    EXPECT_EQ(pinned.attempts[0].code, errc::tls_failed);
    EXPECT_THAT(pinned.attempts[0].reason, HasSubstr(reason));
    const failure health = failure_of<connection_error>(client.check_host_health(server.nodes.host_id(bad)));
    EXPECT_THAT(health.what, HasSubstr(reason));

    fronts[bad]->show(trusted.issue());
    EXPECT_TRUE(eventually([&] { return is(client, bad, node_state::up); }));
    const result_set served = get(opened.execute(statement{query}.node(server.nodes.host_id(bad))));
    EXPECT_EQ(served.size(), 1U);
}

}  // namespace
}  // namespace async_cassandra::testing
