// SPDX-License-Identifier: Apache-2.0
#include "component/caller_loop.hpp"
#include "component/served_cluster.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <new>

// How much memory a request asks for, from the call to the handler, once the client is warm. Counted on the thread of the
// client's loop alone; the nodes have others.

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size)
{
    ++allocations;
    if (void* const got = std::malloc(size == 0 ? 1 : size))
        return got;
    throw std::bad_alloc{};
}
void operator delete(void* what) noexcept
{
    std::free(what);
}
void operator delete(void* what, std::size_t) noexcept
{
    std::free(what);
}

namespace async_cassandra::testing {
namespace {

using ::testing::IsEmpty;

constexpr std::size_t in_flight = 256;
constexpr std::size_t requests = 20'000;

// Under sanitizers memory is not kept for the next request: of the request itself, and of what is read.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t for_write = requests;
constexpr std::size_t for_read = 2 * requests;
#else
constexpr std::size_t for_write = 0;
constexpr std::size_t for_read = 0;
#endif

// What turns of the loop ask for, whatever they carry: a hundredth of an allocation for a request.
constexpr std::size_t for_turns = requests / 100;

/// Keeps `in_flight` requests on their way from the handlers of those before them, as an application under load does.
class closed_load {
public:
    closed_load(session target, std::function<statement(std::int64_t)> next)
        : target_(std::move(target)), next_(std::move(next))
    {}

    /// Sends so many, and waits for all. How many allocations the loop's thread made meanwhile.
    std::size_t run(asio::io_context& context, std::size_t count)
    {
        left_ = count;
        asio::post(context, [this] {
            while (under_way_ < in_flight && left_ != 0)
                send();
        });
        const std::size_t before = allocations;
        context.restart();
        while ((left_ != 0 || under_way_ != 0) && context.run_one() != 0) {}
        return allocations - before;
    }

    [[nodiscard]] std::size_t failed() const { return failed_; }
    [[nodiscard]] std::size_t rows() const { return rows_; }

private:
    void send()
    {
        --left_;
        ++under_way_;
        target_.execute(next_(key_++ % 100), [this](const std::exception_ptr& why, const result_set& got) {
            --under_way_;
            failed_ += why ? 1U : 0U;
            rows_ += got.size();
            if (left_ != 0)
                send();
        });
    }

    session target_;
    std::function<statement(std::int64_t)> next_;
    std::size_t left_ = 0;
    std::size_t under_way_ = 0;
    std::size_t failed_ = 0;
    std::size_t rows_ = 0;
    std::int64_t key_ = 0;
};

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

    served_cluster server;
    asio::io_context context{1};
    cluster client{context.get_executor(), server.config(GetParam())};
    session target;
    prepared_statement insert;
    prepared_statement select;
};

TEST_P(allocation_count, of_a_write_and_of_a_small_read_is_zero)
{
    closed_load writes{target, [this](std::int64_t k) { return insert.bind(k, "a value of some length"); }};
    writes.run(context, requests);
    EXPECT_LE(writes.run(context, requests), for_write + for_turns);
    EXPECT_EQ(writes.failed(), 0U);

    closed_load reads{target, [this](std::int64_t k) { return select.bind(k); }};
    reads.run(context, requests);
    EXPECT_LE(reads.run(context, requests), for_read + for_turns);
    EXPECT_EQ(reads.failed(), 0U);
    EXPECT_EQ(reads.rows(), 2 * requests);
}

INSTANTIATE_TEST_SUITE_P(
    versions, allocation_count, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

}  // namespace
}  // namespace async_cassandra::testing
