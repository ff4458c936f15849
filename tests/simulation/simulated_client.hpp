// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/cluster.hpp>

#include "simulation/simulated_cluster.hpp"
#include "support/print_stats.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace async_cassandra::testing {

/// How a call ended, when, and whether more than once.
template <class T>
struct call_end {
    int count = 0;
    std::chrono::nanoseconds at{0};
    std::exception_ptr error;
    std::optional<T> value;
};

/// One client, one virtual clock, and whatever it is connected to: peers outlive their world, so that they come first among
/// the bases of a test.
class simulated_client : public ::testing::Test {
protected:
    /// Closes the cluster: nothing is left of it. R5
    void TearDown() override
    {
        if (!client)
            return;
        close(*client);
        EXPECT_EQ(client->stats(), cluster_stats{});
        if (opened) {
            EXPECT_EQ(opened->stats(), session_stats{});
        }
    }

    /// Starts a call of the form `begin(handler)`.
    template <class T, class Begin>
    std::shared_ptr<call_end<T>> start(Begin begin)
    {
        auto end = std::make_shared<call_end<T>>();
        begin([this, end](std::exception_ptr error, T value) {
            ++end->count;
            end->at = world.elapsed();
            end->error = error;
            if (!error)
                end->value.emplace(std::move(value));
        });
        EXPECT_EQ(end->count, 0) << "completed inside the call";
        return end;
    }

    template <class T>
    void wait(const call_end<T>& end)
    {
        ASSERT_TRUE(world.run_until([&] { return end.count != 0; }, std::chrono::hours{1}))
            << "it never ends";
    }

    void connect()
    {
        client.emplace(make_simulated_cluster(world, config));
        const auto end = start<session>([&](auto handler) { client->connect(keyspace, std::move(handler)); });
        wait(*end);
        if (end->error)
            std::rethrow_exception(end->error);
        opened.emplace(std::move(*end->value));
    }

    std::shared_ptr<call_end<result_set>> execute(statement what)
    {
        return start<result_set>([&](auto handler) { opened->execute(std::move(what), std::move(handler)); });
    }
    /// Waits, and gives the rows or throws.
    result_set rows_of(statement what)
    {
        const auto end = execute(std::move(what));
        wait(*end);
        if (end->error)
            std::rethrow_exception(end->error);
        return std::move(*end->value);
    }
    prepared_statement prepare(const std::string& text)
    {
        const auto end =
            start<prepared_statement>([&](auto handler) { opened->prepare(text, std::move(handler)); });
        wait(*end);
        if (end->error)
            std::rethrow_exception(end->error);
        return std::move(*end->value);
    }
    /// The time from now to the end of `close`.
    template <class Closeable>
    std::chrono::nanoseconds close(const Closeable& what)
    {
        const auto begin = world.elapsed();
        std::optional<std::chrono::nanoseconds> ended;
        what.close([&](std::exception_ptr error) {
            EXPECT_FALSE(error);
            ended = world.elapsed();
        });
        EXPECT_TRUE(world.run_until([&] { return ended.has_value(); }, std::chrono::hours{1}))
            << "close never ends";
        return ended.value_or(std::chrono::hours{1}) - begin;
    }

    /// How it failed, which must be with this class.
    template <class Error, class T>
    failure failure_of(const call_end<T>& end)
    {
        EXPECT_EQ(end.count, 1);
        try {
            if (end.error)
                std::rethrow_exception(end.error);
            ADD_FAILURE() << "it did not fail";
        } catch (const Error& e) {
            return e.details();
        } catch (const std::exception& e) {
            ADD_FAILURE() << "another kind of error: " << e.what();
        }
        return {};
    }

    simulated_world world{1};
    cluster_config config;
    std::string keyspace;
    std::optional<cluster> client;
    std::optional<session> opened;
};

}  // namespace async_cassandra::testing
