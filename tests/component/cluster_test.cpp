// SPDX-License-Identifier: Apache-2.0
#include "component/calls.hpp"
#include "component/served_cluster.hpp"

#include <gmock/gmock.h>

#include <string>

// A client and several nodes over real sockets.
namespace async_cassandra::testing {
namespace {

using ::testing::IsEmpty;

TEST(clusters, rows_are_where_they_were_put)
{
    served_cluster server;
    const closed_cluster client{server.config()};
    const session session = get(client.connect());
    get(
        session.execute("CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
                        "'replication_factor': 2}")
    );
    get(session.execute("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text)"));
    const prepared_statement insert = get(session.prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)"));
    const prepared_statement select = get(session.prepare("SELECT k, v FROM ks.t WHERE k = ?"));
    for (std::int64_t k = 0; k < 100; ++k)
        get(session.execute(insert.bind(k, std::to_string(k))));
    for (std::int64_t k = 0; k < 100; ++k) {
        const result_set rows = get(session.execute(select.bind(k)));
        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows.one()->get<std::int64_t>("k"), k);
        EXPECT_EQ(rows.one()->get<std::string>("v"), std::to_string(k));
        EXPECT_EQ(server.nodes.stored("ks.t", *cells::bigint(k), "v"), cells::text(std::to_string(k)));
        EXPECT_EQ(server.nodes.writes("ks.t", *cells::bigint(k)), 1U);
    }
    std::size_t served = 0;
    for (std::size_t i = 0; i < server.nodes.size(); ++i) {
        const node_figures figures = server.nodes.node(i).figures();
        served += figures.served_as_replica + figures.served_for_others;
    }
    EXPECT_EQ(served, 200U);
    EXPECT_THAT(server.nodes.violations(), IsEmpty());
    get(session.close());
    get(client.close());
}

}  // namespace
}  // namespace async_cassandra::testing
