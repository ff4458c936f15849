// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "component/calls.hpp"
#include "support/print_stats.hpp"

namespace async_cassandra::testing {

/// Closes the cluster: nothing is left of it. From a thread that is none of its own, while another runs its loop. R5
inline void expect_closes(const cluster& client)
{
    const call<void> closed = start(client.close());
    ASSERT_TRUE(closed.ends_within(patience)) << "close has not ended";
    EXPECT_EQ(client.stats(), cluster_stats{});
}

/// A cluster that is closed, and found empty, when the test is over.
class closed_cluster : public cluster {
public:
    explicit closed_cluster(cluster made) : cluster(std::move(made)) {}
    explicit closed_cluster(cluster_config config) : cluster(std::move(config)) {}
    closed_cluster(const closed_cluster&) = delete;
    closed_cluster& operator=(const closed_cluster&) = delete;
    ~closed_cluster() { expect_closes(*this); }
};

}  // namespace async_cassandra::testing
