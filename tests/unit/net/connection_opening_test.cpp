// SPDX-License-Identifier: Apache-2.0
#include "unit/net/connection_fixture.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>

// How a connection opens, and what is said when it does not.
namespace async_cassandra::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class connection_opening : public connection_test {
protected:
    void expect_failure(errc code, const std::string& words)
    {
        open();
        ASSERT_TRUE(world.run_until([&] { return closed != 0; }, 10s));
        EXPECT_EQ(reason.code, code);
        EXPECT_THAT(reason.text, HasSubstr(words));
        EXPECT_EQ(ready, 0);
    }
};

INSTANTIATE_TEST_SUITE_P(versions, connection_opening, each_version, version_name);

TEST_P(connection_opening, a_closed_port_is_told_in_the_systems_words)
{
    world.network().stop_listening(node_address);
    expect_failure(errc::connection_failed, "refused");
}

TEST_P(connection_opening, connecting_has_a_limit)
{
    world.network().set_connect_fate(node_address, testing::connect_fate::ignored);
    expect_failure(errc::handshake_timeout, "no TCP connection within 5000 ms");
    EXPECT_LE(closed_at, 5s + 5ms);
}

TEST_P(connection_opening, a_peer_that_says_nothing_has_a_limit)
{
    point_to(std::make_unique<testing::raw_peer>(testing::raw_peer::silent()));
    expect_failure(errc::handshake_timeout, "did not answer STARTUP");
}

TEST_P(connection_opening, a_web_server_is_recognised)
{
    point_to(std::make_unique<testing::raw_peer>(testing::raw_peer::http_server()));
    expect_failure(errc::protocol_violation, "CQL port");
}

TEST_P(connection_opening, a_peer_that_hangs_up_is_told)
{
    point_to(std::make_unique<testing::raw_peer>(testing::raw_peer::closing()));
    expect_failure(errc::connection_failed, "during the handshake");
}

TEST_P(connection_opening, closing_while_connecting_tells_once_and_leaves_nothing)
{
    open();
    turn([&] { subject->close({make_error_code(errc::closed), "enough", nullptr}); });
    EXPECT_EQ(closed, 1);
    const std::weak_ptr<connection> watch = subject;
    subject.reset();
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_EQ(closed, 1);
    EXPECT_EQ(ready, 0);
    EXPECT_TRUE(watch.expired());
}

TEST_P(connection_opening, dropping_tells_nobody_and_leaves_nothing)
{
    open_and_wait();
    recorded_request r{"held"};
    send(r);
    turn([&] { subject->drop(); });
    const std::weak_ptr<connection> watch = subject;
    subject.reset();
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_EQ(closed, 0);
    EXPECT_EQ(r.ends, 0);
    EXPECT_TRUE(watch.expired());
}

TEST_P(connection_opening, a_keyspace_is_set_in_the_handshake)
{
    node.add_keyspace("shop");
    settings.keyspace = "shop";
    open_and_wait();
    recorded_request r;
    send(r);
    ASSERT_TRUE(world.run_until([&] { return r.ended(); }, 1s));
    EXPECT_EQ(node.requests().back().keyspace, "shop");
    EXPECT_THAT(node.violations(), IsEmpty());
}

TEST_P(connection_opening, everything_works_byte_by_byte)
{
    testing::network_conditions& weather = world.network().conditions(node_address);
    weather.read_chunk_max = 1;
    weather.packet_max = 1;
    weather.write_chunk_max = 1;
    open_and_wait();
    recorded_request r[3];
    turn([&] {
        for (recorded_request& one : r)
            ASSERT_TRUE(subject->send(one));
    });
    ASSERT_TRUE(world.run_until([&] { return r[0].ended() && r[1].ended() && r[2].ended(); }, 10s));
    EXPECT_EQ(r[2].op, protocol::opcode::result);
    EXPECT_THAT(node.violations(), IsEmpty());
}

class connection_above_v4 : public connection_test {};

INSTANTIATE_TEST_SUITE_P(v5, connection_above_v4, ::testing::Values(protocol_version::v5));

TEST_P(connection_above_v4, a_version_that_is_refused_is_told)
{
    using refusal = testing::version_refusal;
    for (const auto how :
         {refusal::cassandra_3_0, refusal::cassandra_3_11, refusal::cassandra_4, refusal::scylla}) {
        testing::fake_node_settings old_settings;
        old_settings.highest = protocol_version::v4;
        old_settings.refusal = how;
        point_to(std::make_unique<testing::fake_node>(old_settings));
        ready = closed = 0;
        open();
        ASSERT_TRUE(world.run_until([&] { return ready + closed != 0; }, 10s));
        EXPECT_EQ(closed, 1);
        EXPECT_TRUE(refused) << reason.text;
    }
}

}  // namespace
}  // namespace async_cassandra::net
