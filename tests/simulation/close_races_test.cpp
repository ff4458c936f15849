// SPDX-License-Identifier: Apache-2.0
// E10: calls that meet a close which lands at any moment. close_test.cpp and the cancellation of a close in
// tests/component/cancellation_test.cpp have the other halves.
#include "simulation/simulated_session.hpp"
#include "support/seeded_random.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t tasks = 50;
constexpr std::uint64_t rounds = 1'000;
constexpr const char* select_one = "SELECT one";
constexpr const char* select_pages = "SELECT pages";
constexpr std::int64_t rows_of_all_pages = 35;

std::vector<row> numbers(std::int64_t first, std::int64_t end)
{
    std::vector<row> rows;
    for (std::int64_t i = first; i < end; ++i)
        rows.push_back({cells::bigint(i)});
    return rows;
}

/// What the calls of one round came to.
struct round_tally {
    std::size_t begun = 0;
    std::size_t ended = 0;
    std::size_t answered = 0;
    std::size_t refused = 0;
    std::vector<std::string> wrong;
};

/// Calls one thing after the other, until it is refused.
class task : public std::enable_shared_from_this<task> {
public:
    task(session on, std::uint64_t seed, round_tally& tally)
        : session_(std::move(on)), random_(seed), tally_(&tally)
    {}

    void go_on()
    {
        ++tally_->begun;
        switch (random_.between(0, 3)) {
        case 0: return execute(select_one, 1);
        case 1: return execute(select_pages, rows_of_all_pages);
        case 2: return prepare();
        default: return stream();
        }
    }

private:
    void execute(const char* what, std::int64_t rows)
    {
        session_.execute(what, [self = shared_from_this(), rows](std::exception_ptr e, const result_set& r) {
            if (!e && r.size() != static_cast<std::size_t>(rows))
                self->tally_->wrong.push_back(std::to_string(r.size()) + " rows of an execute");
            self->on_end(e);
        });
    }
    void prepare()
    {
        session_.prepare(
            select_one,
            [self = shared_from_this()](std::exception_ptr e, const prepared_statement&) { self->on_end(e); }
        );
    }
    void stream()
    {
        stream_config config;
        config.pages_ahead = random_.between(0, 2);
        stream_ = std::make_unique<streaming_result_set>(session_.execute_stream(select_pages, config));
        rows_ = 0;
        next_page();
    }
    void next_page()
    {
        stream_->next_page([self = shared_from_this()](std::exception_ptr e, std::optional<page> next) {
            if (!e && next) {
                self->rows_ += static_cast<std::int64_t>(next->size());
                self->next_page();
                return;
            }
            if (!e && self->rows_ != rows_of_all_pages)
                self->tally_->wrong.push_back(std::to_string(self->rows_) + " rows of a stream");
            self->stream_.reset();
            self->on_end(e);
        });
    }
    void on_end(const std::exception_ptr& e)
    {
        ++tally_->ended;
        if (!e) {
            ++tally_->answered;
            go_on();
            return;
        }
        try {
            std::rethrow_exception(e);
        } catch (const connection_error& error) {
            if (error.code() == errc::closed && std::string{error.what()} == "Session is closed")
                ++tally_->refused;
            else
                tally_->wrong.emplace_back(error.what());
        } catch (const std::exception& error) {
            tally_->wrong.emplace_back(error.what());
        }
    }

    session session_;
    seeded_random random_;
    round_tally* tally_;
    std::unique_ptr<streaming_result_set> stream_;
    std::int64_t rows_ = 0;
};

/// One client, which 50 tasks use while it closes.
class close_round {
public:
    explicit close_round(std::uint64_t seed) : random_(seed), world_(seed)
    {
        node_.on_query(select_one).reply(reply_rows(number_, numbers(0, 1)));
        node_.on_query(select_pages)
            .reply(reply_pages(number_, {numbers(0, 10), numbers(10, 30), numbers(30, rows_of_all_pages)}));
        world_.network().listen(loopback_address(), node_);
        network_conditions& weather = world_.network().conditions(loopback_address());
        weather.delay_max = random_.between(0us, 500us);
    }

    round_tally run()
    {
        cluster_config config;
        config.io_threads = static_cast<unsigned>(random_.between(1, 3));
        config.max_in_flight = random_.chance(1, 2) ? 4 : 2'048;
        const cluster client = make_simulated_cluster(world_, config);
        std::optional<session> opened;
        client.connect("", [&](std::exception_ptr, session s) { opened.emplace(std::move(s)); });
        EXPECT_TRUE(world_.run_until([&] { return opened.has_value(); }, 10s));
        // When the round is over, calls that still wait have the tasks.
        round_tally tally;
        for (std::size_t i = 0; i < tasks; ++i)
            std::make_shared<task>(*opened, random_.next(), tally)->go_on();
        world_.run_for(random_.between(0us, 5ms));
        const bool whole_cluster = random_.chance(1, 2);
        std::size_t closed = 0;
        const auto on_closed = [&](std::exception_ptr e) { closed += e ? 0U : 1U; };
        whole_cluster ? client.close(on_closed) : opened->close(on_closed);
        EXPECT_TRUE(world_.run_until([&] { return closed == 1; }, 10s)) << "close hangs";
        EXPECT_EQ(opened->stats(), session_stats{});
        // A cluster sends nothing at all any more; of a session only the cluster's own requests may follow.
        const auto frames = [&] { return whole_cluster ? node_.request_count() : requests(); };
        const std::size_t before = frames();
        EXPECT_TRUE(world_.run_until([&] { return tally.ended == tally.begun; }, 10s)) << "a call hangs";
        world_.run_for(100ms);
        EXPECT_EQ(frames(), before) << "something was sent after close";
        client.close(on_closed);
        EXPECT_TRUE(world_.run_until([&] { return closed == 2; }, 10s));
        EXPECT_EQ(client.stats(), cluster_stats{});
        EXPECT_EQ(tally.refused, tasks);
        return tally;
    }

private:
    /// Those of the tasks: QUERY, PREPARE and EXECUTE alike.
    [[nodiscard]] std::size_t requests() const
    {
        const auto all = node_.requests();
        return static_cast<std::size_t>(std::ranges::count_if(all, [](const request_record& r) {
            return r.query == select_one || r.query == select_pages;
        }));
    }

    const std::vector<column> number_ = columns_of("ks", "t", "n bigint");
    fake_node node_;
    seeded_random random_;
    simulated_world world_;
};

/// In parts, so that they run in parallel.
class close_races : public ::testing::TestWithParam<std::uint64_t> {
protected:
    static constexpr std::uint64_t parts = 4;
};

// E10
TEST_P(close_races, every_call_gets_its_full_result_or_is_told_that_the_session_is_closed)
{
    std::size_t answered = 0;
    for (std::uint64_t seed = GetParam(); seed <= rounds; seed += parts) {
        SCOPED_TRACE("round " + std::to_string(seed));
        const round_tally tally = close_round{seed}.run();
        EXPECT_EQ(tally.begun, tally.ended);
        EXPECT_THAT(tally.wrong, ::testing::IsEmpty());
        answered += tally.answered;
        if (::testing::Test::HasFailure())
            break;
    }
    EXPECT_GT(answered, rounds / parts * tasks) << "the closes came before anything happened";
}

INSTANTIATE_TEST_SUITE_P(parts, close_races, ::testing::Range(std::uint64_t{1}, std::uint64_t{5}));

class parallel_closes : public simulated_session {};

// E10: ten at once are one shutdown.
TEST_F(parallel_closes, wait_for_one_shutdown)
{
    node.on_query("late").reply(reply_void().after(200ms));
    connect();
    const std::size_t accepted = node.connections_accepted();
    const auto running = execute("late");
    world.run_for(1ms);
    std::vector<std::chrono::nanoseconds> ends;
    for (int i = 0; i < 10; ++i)
        client->close([&](std::exception_ptr e) {
            EXPECT_FALSE(e);
            ends.push_back(world.elapsed());
        });
    EXPECT_TRUE(world.run_until([&] { return ends.size() == 10; }, 1s));
    EXPECT_EQ(ends.front(), ends.back()) << "they waited for different ends";
    EXPECT_EQ(running->count, 1);
    EXPECT_FALSE(running->error);
    world.run_for(1s);
    EXPECT_EQ(node.open_connections(), 0U);
    EXPECT_EQ(node.connections_accepted(), accepted);
}

}  // namespace
}  // namespace async_cassandra::testing
