// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/config.hpp>
#include <async_cassandra/endpoint.hpp>

#include <string>

namespace async_cassandra::integration {

/// The node that faults are done to: an instance of tools/local-cassandra of its own, running before the tests begin.
class faulty_node {
public:
    /// Runs again after the test, whatever the test did.
    faulty_node() { start(); }
    faulty_node(const faulty_node&) = delete;
    faulty_node& operator=(const faulty_node&) = delete;
    ~faulty_node();

    [[nodiscard]] static cluster_config config(protocol_version version);
    [[nodiscard]] static endpoint where();

    /// SIGKILL: its connections are closed.
    void kill() { run("kill", "1"); }
    /// SIGSTOP: its connections stay and say nothing.
    void pause() { run("pause", "1"); }
    void resume() { run("resume", "1"); }
    /// Starts what was killed, wakes what was paused; waits until it answers.
    void start();

private:
    static void run(const std::string& command, const std::string& arguments);
};

}  // namespace async_cassandra::integration
