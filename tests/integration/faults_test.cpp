// SPDX-License-Identifier: Apache-2.0
#include "integration/local_cluster.hpp"
#include "integration/real_node.hpp"

#include <boost/asio/use_future.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <thread>

namespace async_cassandra::integration {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

double seconds_since(clock::time_point begin)
{
    return std::chrono::duration<double>(clock::now() - begin).count();
}

failure_ptr failure_of(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const error& e) {
        return e.shared_details();
    } catch (const std::exception& e) {
        ADD_FAILURE() << "no error of the library: " << e.what();
        return failure_ptr{failure{}};
    }
}

/// Inserts without a pause: each that ends is followed by another, until one fails.
class steady_inserts {
public:
    steady_inserts(const session& over, const prepared_statement& insert, int in_flight)
        : session_(over), insert_(insert)
    {
        const std::lock_guard lock{mutex_};
        for (int i = 0; i < in_flight; ++i)
            next();
    }

    void wait_for(int succeeded)
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return succeeded_ >= succeeded || !failures_.empty(); });
    }

    /// All have ended; how those ended that failed.
    [[nodiscard]] std::vector<failure_ptr> wait_for_end(std::chrono::seconds limit)
    {
        std::unique_lock lock{mutex_};
        EXPECT_TRUE(changed_.wait_for(lock, limit, [&] { return waiting_ == 0; }))
            << waiting_ << " never ended";
        return failures_;
    }

private:
    void next()
    {
        ++waiting_;
        session_.execute(
            insert_.bind(key_++, "x"),
            [this](const std::exception_ptr& thrown, const result_set&) {
                const std::lock_guard lock{mutex_};
                --waiting_;
                if (thrown != nullptr)
                    failures_.push_back(failure_of(thrown));
                else if (++succeeded_, failures_.empty())
                    next();
                changed_.notify_all();
            }
        );
    }

    session session_;
    prepared_statement insert_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<failure_ptr> failures_;
    int waiting_ = 0;
    int succeeded_ = 0;
    std::int64_t key_ = 0;
};

class faults : public testing::TestWithParam<protocol_version> {
protected:
    static constexpr const char* replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
    static constexpr int rows = 5'000;

    void SetUp() override
    {
        cluster_config config = faulty_node::config(GetParam());
        config.reconnect_max_delay = 1s;
        config.handshake_timeout = 2s;
        config.request_timeout = 20s;
        {
            const blocking_client first{config};
            first.execute(
                std::string{"CREATE KEYSPACE IF NOT EXISTS faults WITH replication = "} + replication
            );
        }
        db_.emplace(config, "faults");
        db_->execute("CREATE TABLE IF NOT EXISTS written (k bigint PRIMARY KEY, v text)");
        db_->execute(
            "CREATE TABLE IF NOT EXISTS streamed (part int, id int, filler text, PRIMARY KEY (part, id))"
        );
        insert_ = db_->prepare("INSERT INTO written (k, v) VALUES (?, ?)");
        fill_streamed();
    }

    void fill_streamed() const
    {
        const std::string last =
            "SELECT id FROM streamed WHERE part = 1 AND id = " + std::to_string(rows - 1);
        if (!db_->execute(last).empty())
            return;
        for (int id = 0; id < rows;) {
            std::string batch = "BEGIN UNLOGGED BATCH ";
            for (const int end = std::min(rows, id + 200); id < end; ++id)
                batch += "INSERT INTO streamed (part, id, filler) VALUES (1, " + std::to_string(id) +
                         ", 'xxxxxxxx');";
            db_->execute(batch + "APPLY BATCH");
        }
    }

    [[nodiscard]] streaming_result_set stream() const
    {
        return db_->sessions().execute_stream("SELECT id FROM streamed", {.page_size = 100});
    }

    static void expect_names_the_node(const failure& f)
    {
        EXPECT_EQ(f.node, faulty_node::where());
        EXPECT_THAT(f.what, HasSubstr(to_string(faulty_node::where())));
    }

    /// The same session serves again, without being built anew.
    void expect_recovery() const
    {
        const auto begin = clock::now();
        while (!db_->try_execute("SELECT key FROM system.local").has_value())
            ASSERT_LT(seconds_since(begin), 30) << "the session never came back";
        std::cout << "served again " << seconds_since(begin) << " s after the node\n";
        EXPECT_NO_THROW(db_->execute(insert_.bind(std::int64_t{-1}, "again")));
        streaming_result_set again = stream();
        while (next_page(again))
            ;
        EXPECT_EQ(again.total_rows_fetched(), static_cast<std::size_t>(rows));
    }

    faulty_node node_;
    std::optional<blocking_client> db_;
    prepared_statement insert_;
};

INSTANTIATE_TEST_SUITE_P(
    protocol, faults, testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

TEST_P(faults, a_killed_node_fails_what_is_on_it_and_serves_the_same_session_after_its_restart)
{
    streaming_result_set mid_stream = stream();
    ASSERT_TRUE(next_page(mid_stream).has_value());
    steady_inserts inserts{db_->sessions(), insert_, 300};
    inserts.wait_for(1'000);

    node_.kill();
    const auto killed = clock::now();
    const std::vector<failure_ptr> failures = inserts.wait_for_end(25s);
    std::cout << failures.size() << " requests ended within " << seconds_since(killed) << " s\n";
    EXPECT_FALSE(failures.empty());
    bool mid_request = false;
    for (const failure_ptr& f : failures) {
        EXPECT_THAT(
            f->code, AnyOf(make_error_code(errc::connection_lost), make_error_code(errc::no_host_available))
        ) << f->what;
        mid_request = mid_request || f->effect == request_effect::maybe_applied;
        expect_names_the_node(*f);
        EXPECT_THAT(f->attempts, SizeIs(1));
    }
    EXPECT_TRUE(mid_request);
    std::cout << failures.front()->describe() << '\n';

    const auto lost = thrown_by<connection_error>([&] {
        while (next_page(mid_stream))
            ;
        throw std::runtime_error{"the stream ended as if it were complete"};
    });
    expect_names_the_node(lost->details());
    EXPECT_LT(mid_stream.total_rows_fetched(), static_cast<std::size_t>(rows));
    const auto same = thrown_by<connection_error>([&] { (void)next_page(mid_stream); });
    EXPECT_EQ(same->details().what, lost->details().what);

    const auto down = thrown_by<no_host_available>([&] { db_->execute("SELECT key FROM system.local"); });
    EXPECT_EQ(down->effect(), request_effect::not_sent);
    expect_names_the_node(down->details());
    cluster_config brief = faulty_node::config(GetParam());
    brief.connect_timeout = 500ms;
    const closed_cluster other{brief};
    const auto refused = thrown_by<no_host_available>([&] { (void)connect(other); });
    EXPECT_THAT(refused->what(), HasSubstr("refused"));
    EXPECT_THAT(refused->what(), HasSubstr(to_string(faulty_node::where())));

    node_.start();
    expect_recovery();
}

// On virtual time the bound is 2.5 s exactly; here ten times that.
TEST_P(faults, a_silent_node_is_given_up_within_seconds_and_serves_the_same_session_when_it_wakes)
{
    constexpr double bound = 2.5;
    streaming_result_set mid_stream = stream();
    ASSERT_TRUE(next_page(mid_stream).has_value());
    steady_inserts inserts{db_->sessions(), insert_, 300};
    inserts.wait_for(1'000);

    node_.pause();
    const auto paused = clock::now();
    const std::vector<failure_ptr> failures = inserts.wait_for_end(25s);
    const double took = seconds_since(paused);
    std::cout << failures.size() << " requests ended within " << took << " s (bound " << bound
              << " s, here x 10)\n";
    EXPECT_LT(took, bound * 10);
    EXPECT_FALSE(failures.empty());
    for (const failure_ptr& f : failures) {
        EXPECT_THAT(f->code.category().name(), testing::StrEq(client_category().name()));
        expect_names_the_node(*f);
    }
    std::cout << failures.front()->describe() << '\n';
    const auto lost = thrown_by<connection_error>([&] {
        while (next_page(mid_stream))
            ;
    });
    if (lost)
        expect_names_the_node(lost->details());

    const auto begin = clock::now();
    const auto down = thrown_by<error>([&] { db_->execute("SELECT key FROM system.local"); });
    EXPECT_LT(seconds_since(begin), bound * 10);
    expect_names_the_node(down->details());
    cluster_config hurried = faulty_node::config(GetParam());
    hurried.handshake_timeout = 500ms;
    hurried.connect_timeout = 1s;
    const closed_cluster other{hurried};
    const auto silent = thrown_by<no_host_available>([&] { (void)connect(other); });
    EXPECT_THAT(silent->what(), HasSubstr(to_string(faulty_node::where())));
    EXPECT_THAT(silent->what(), HasSubstr("500 ms"));

    node_.resume();
    expect_recovery();
}

}  // namespace
}  // namespace async_cassandra::integration
