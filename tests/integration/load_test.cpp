// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <optional>

namespace async_cassandra::integration {
namespace {

constexpr int many = 10'000;

class load : public real_node_test {
protected:
    void SetUp() override
    {
        real_node_test::SetUp();
        table_ = new_table("k bigint PRIMARY KEY, v blob");
        insert_ = db().prepare("INSERT INTO " + table_ + " (k, v) VALUES (?, ?)");
    }

    [[nodiscard]] statement insert(std::int64_t key) const
    {
        return insert_.bind(key, blob(100, static_cast<std::byte>(key)));
    }

    void expect_all_rows() const
    {
        const result_set rows = db().execute("SELECT k, v FROM " + table_);
        EXPECT_EQ(rows.size(), static_cast<std::size_t>(many));
        std::int64_t sum = 0;
        for (auto [k, v] : rows.as<std::int64_t, blob_view>())
            sum += v.size() == 100 && v.front() == static_cast<std::byte>(k) ? k : 0;
        EXPECT_EQ(sum, std::int64_t{many} * (many - 1) / 2);
    }

private:
    std::string table_;
    prepared_statement insert_;
};

AC_BOTH_VERSIONS(load);

/// Counts how inserts end, on one thread.
struct tally {
    int waiting = 0;
    int most_waiting = 0;
    int failed = 0;
    std::string first_error;

    void begin()
    {
        ++waiting;
        most_waiting = std::max(most_waiting, waiting);
    }
    void end(const std::exception_ptr& error)
    {
        --waiting;
        if (error == nullptr || failed++ != 0)
            return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            first_error = e.what();
        }
    }
};

TEST_P(load, ten_thousand_inserts_at_once_on_the_callers_thread_succeed_and_close_leaves_nothing)
{
    asio::io_context ioc{1};
    const auto run_until = [&](const auto& done) {
        while (!done())
            ioc.run_one();
    };
    {
        const cluster where{ioc.get_executor(), config()};
        std::optional<session> open;
        where.connect(keyspace_name, [&](const std::exception_ptr& error, session connected) {
            EXPECT_EQ(error, nullptr);
            open.emplace(std::move(connected));
        });
        run_until([&] { return open.has_value(); });

        tally inserts;
        asio::post(ioc, [&] {
            for (std::int64_t key = 0; key < many; ++key) {
                inserts.begin();
                open->execute(insert(key), [&](const std::exception_ptr& error, const result_set&) {
                    inserts.end(error);
                });
            }
        });
        run_until([&] { return inserts.most_waiting > 0 && inserts.waiting == 0; });
        EXPECT_EQ(inserts.most_waiting, many);
        EXPECT_EQ(inserts.failed, 0) << inserts.first_error;

        int closed = 0;
        const auto count_close = [&](const std::exception_ptr& error) { closed += error == nullptr ? 1 : 0; };
        open->close(count_close);
        run_until([&] { return closed == 1; });
        EXPECT_EQ(open->stats(), session_stats{});
        where.close(count_close);
        run_until([&] { return closed == 2; });
        EXPECT_EQ(where.stats(), cluster_stats{});
    }
    ioc.run();  // returns: nothing of the library is left on it
    expect_all_rows();
}

TEST_P(load, ten_thousand_inserts_at_once_from_another_thread_all_finish_though_the_session_closes)
{
    cluster_config two_threads = config();
    two_threads.io_threads = 2;
    const blocking_client client{two_threads, keyspace_name};
    std::atomic<int> succeeded{0};
    std::atomic<int> failed{0};
    for (std::int64_t key = 0; key < many; ++key)
        client.sessions().execute(insert(key), [&](const std::exception_ptr& error, const result_set&) {
            ++(error == nullptr ? succeeded : failed);
        });
    client.close();
    EXPECT_EQ(succeeded, many);
    EXPECT_EQ(failed, 0);
    expect_all_rows();
}

}  // namespace
}  // namespace async_cassandra::integration
