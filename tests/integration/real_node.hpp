// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/async_cassandra.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace async_cassandra {

inline void PrintTo(protocol_version version, std::ostream* out)
{
    *out << 'v' << static_cast<int>(version);
}

}  // namespace async_cassandra

/// What the tests on a real Cassandra share. The node is the one that AC_CONTACT_POINT and AC_PORT name.
namespace async_cassandra::integration {

/// Every test may use it; it is there after `real_node_test::SetUp`.
inline constexpr const char* keyspace_name = "integration";

/// Settings that lead to the node. Throws std::runtime_error when the environment names none.
[[nodiscard]] cluster_config node_config(protocol_version version);

/// The node as it stands in error texts: "127.0.0.1:9042".
[[nodiscard]] endpoint node_endpoint();

/// A cluster with threads of its own that is closed, and found empty, when the test is over. R5
class closed_cluster : public cluster {
public:
    explicit closed_cluster(const cluster_config& config) : cluster(config) {}
    closed_cluster(const closed_cluster&) = delete;
    closed_cluster& operator=(const closed_cluster&) = delete;
    ~closed_cluster();
};

/// A cluster with a thread of its own and a session over it. Every call waits for its end and throws its error.
class blocking_client {
public:
    explicit blocking_client(const cluster_config& config, const std::string& keyspace = {});
    [[nodiscard]] const cluster& clusters() const noexcept { return cluster_; }
    [[nodiscard]] const session& sessions() const noexcept { return session_; }

    result_set execute(statement what) const;
    /// Does not wait: the future does.
    [[nodiscard]] std::future<result_set> begin_execute(statement what) const;
    [[nodiscard]] result_set execute_page(statement what, paging_state from = {}) const;
    [[nodiscard]] result<result_set> try_execute(statement what) const;
    [[nodiscard]] prepared_statement prepare(std::string cql) const;
    void close() const;

private:
    closed_cluster cluster_;
    session session_;
};

[[nodiscard]] session connect(const cluster& where, const std::string& keyspace = {});
[[nodiscard]] std::optional<page> next_page(streaming_result_set& stream);

/// A test on the node, once for each protocol version, with a client over keyspace `integration`.
class real_node_test : public testing::TestWithParam<protocol_version> {
protected:
    void SetUp() override;

    [[nodiscard]] static cluster_config config() { return node_config(GetParam()); }
    [[nodiscard]] const blocking_client& db() const noexcept { return *db_; }

    /// A name of keyspace `integration` that no other test and no earlier run uses.
    [[nodiscard]] static std::string unique_name(std::string_view begin);

    /// Creates an empty table with these columns and returns its name.
    [[nodiscard]] std::string new_table(std::string_view columns) const;

private:
    std::optional<blocking_client> db_;
};

/// "v4" or "v5": what the tests of a suite are called.
[[nodiscard]] std::string version_name(const testing::TestParamInfo<protocol_version>& info);

/// The exception of this class that the call throws; a failed test when it throws another, or none.
template <class Error, class Call>
[[nodiscard]] std::optional<Error> thrown_by(Call&& call)
{
    try {
        call();
        ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& e) {
        return e;
    } catch (const std::exception& e) {
        ADD_FAILURE() << "another exception was thrown: " << typeid(e).name() << ": " << e.what();
    }
    return std::nullopt;
}

/// Resident memory of this process in MiB.
[[nodiscard]] double resident_mib();

}  // namespace async_cassandra::integration

#define AC_BOTH_VERSIONS(suite)                                                                        \
    INSTANTIATE_TEST_SUITE_P(                                                                          \
        protocol,                                                                                      \
        suite,                                                                                         \
        testing::Values(async_cassandra::protocol_version::v4, async_cassandra::protocol_version::v5), \
        async_cassandra::integration::version_name                                                     \
    )
