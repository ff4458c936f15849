// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/simulated_session.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

/// Several nodes that answer "Q", and which of them gets how many requests.
class several_nodes : public simulated_cluster_session {
protected:
    explicit several_nodes(fake_cluster_settings settings = {})
        : simulated_cluster_session(std::move(settings))
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes.node(i).on_query("Q").reply(reply_void());
    }
    void TearDown() override
    {
        simulated_cluster_session::TearDown();
        world.run_for(std::chrono::seconds{1});
        EXPECT_THAT(nodes.violations(), ::testing::IsEmpty());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            EXPECT_EQ(nodes.node(i).open_connections(), 0U) << i;
    }

    void connect_and_wait()
    {
        connect();
        world.run_for(std::chrono::seconds{1});
    }
    /// How many requests each node got of so many, which must all be answered.
    std::vector<std::size_t> spread(std::size_t count, const statement& what = statement{"Q"})
    {
        std::vector<std::size_t> counts;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            counts.push_back(asked(i).size());
        for (std::size_t i = 0; i < count; ++i)
            rows_of(what);
        for (std::size_t i = 0; i < nodes.size(); ++i)
            counts[i] = asked(i).size() - counts[i];
        return counts;
    }
    /// The requests for `query` that a node got.
    [[nodiscard]] std::vector<request_record> asked(std::size_t i, std::string_view query = "Q")
    {
        auto all = nodes.node(i).requests(protocol::opcode::query);
        std::erase_if(all, [&](const request_record& r) { return r.query != query; });
        return all;
    }
    /// How often all nodes together were connected to.
    [[nodiscard]] std::size_t connections_accepted()
    {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            sum += nodes.node(i).connections_accepted();
        return sum;
    }
};

}  // namespace async_cassandra::testing
