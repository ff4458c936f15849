// SPDX-License-Identifier: Apache-2.0
#include "component/caller_loop.hpp"
#include "component/served_cluster.hpp"
#include "support/counted_allocations.hpp"

#include <gmock/gmock.h>

// How much memory a request asks for, from the call to the handler, once the client is warm. Counted on the thread of the
// client's loop alone; the nodes have others.
namespace async_cassandra::testing {
namespace {

using ::testing::IsEmpty;

constexpr std::size_t together = 256;
constexpr std::size_t warm_up = 10;
constexpr std::size_t rounds = 40;
[[maybe_unused]] constexpr std::size_t requests = together * rounds;  // where memory is not kept

// Under sanitizers memory is not kept for the next request: of the request itself, and of what is read.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t for_write = requests;
constexpr std::size_t for_read = 2 * requests;
#else
constexpr std::size_t for_write = 0;
constexpr std::size_t for_read = 0;
#endif

// What turns of the loop ask for, whatever they carry: 12 allocations a round were measured, of 256 requests to three nodes.
constexpr std::size_t for_turns = 64 * rounds;

class allocation_count : public ::testing::TestWithParam<protocol_version> {
protected:
    allocation_count()
    {
        run_on(context, [this]() -> asio::awaitable<void> {
            target = co_await client.connect();
            co_await target.execute(
                "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
                "'replication_factor': 3}"
            );
            co_await target.execute("CREATE TABLE ks.t (k bigint PRIMARY KEY, v text)");
            insert = co_await target.prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)");
            select = co_await target.prepare("SELECT k, v FROM ks.t WHERE k = ?");
        });
    }
    void TearDown() override
    {
        run_on(context, [this]() -> asio::awaitable<void> { co_await client.close(); });
        EXPECT_EQ(client.stats(), cluster_stats{});
        EXPECT_THAT(server.nodes.violations(), IsEmpty());
    }

    [[nodiscard]] std::size_t served()
    {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < server.nodes.size(); ++i) {
            const node_figures figures = server.nodes.node(i).figures();
            sum += figures.served_as_replica + figures.served_for_others;
        }
        return sum;
    }

    /// Runs the loop, and counts.
    template <class Run>
    void count(Run run)
    {
        context.restart();
        const std::size_t before = allocations();
        run();
        made += allocations() - before;
    }

    /// Requests that leave together. `held`: nothing is read before all of them are served, so that turns are few.
    template <class Next>
    void round(Next next, bool held)
    {
        const std::size_t before = served();
        std::size_t ended = 0;
        asio::post(context, [&] {
            for (std::size_t k = 0; k < together; ++k)
                target.execute(
                    next(static_cast<std::int64_t>(k)),
                    [&](const std::exception_ptr& why, const result_set& got) {
                        ++ended;
                        failed += why ? 1U : 0U;
                        rows += got.size();
                    }
                );
        });
        count([&] { context.poll(); });
        if (held) {
            EXPECT_TRUE(eventually([&] { return served() == before + together; }));
        }
        count([&] {
            while (ended != together && context.run_one_for(patience) != 0) {}
        });
        EXPECT_EQ(ended, together);
    }

    template <class Next>
    std::size_t allocations_of(Next next)
    {
        // The first time each node asks for the statement to be prepared.
        for (std::size_t i = 0; i < warm_up; ++i)
            round(next, false);
        made = 0;
        for (std::size_t i = 0; i < rounds; ++i)
            round(next, true);
        return made;
    }

    served_cluster server;
    asio::io_context context{1};
    cluster client{context.get_executor(), server.config(GetParam())};
    session target;
    prepared_statement insert;
    prepared_statement select;
    std::size_t made = 0;
    std::size_t failed = 0;
    std::size_t rows = 0;
};

TEST_P(allocation_count, of_a_write_and_of_a_small_read_is_zero)
{
    const auto write = [this](std::int64_t k) { return insert.bind(k, "a value of some length"); };
    const auto read = [this](std::int64_t k) { return select.bind(k); };
    const std::size_t of_writes = allocations_of(write);
    const std::size_t of_reads = allocations_of(read);
    RecordProperty("of_writes", static_cast<int>(of_writes));
    RecordProperty("of_reads", static_cast<int>(of_reads));
    EXPECT_LE(of_writes, for_write + for_turns);
    EXPECT_LE(of_reads, for_read + for_turns);
    EXPECT_EQ(failed, 0U);
    EXPECT_EQ(rows, (warm_up + rounds) * together);
}

INSTANTIATE_TEST_SUITE_P(
    versions, allocation_count, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

}  // namespace
}  // namespace async_cassandra::testing
