// SPDX-License-Identifier: Apache-2.0
#include "component/served_node.hpp"
#include "support/raw_peer.hpp"

#include <gmock/gmock.h>

#include <tuple>

// Peers that cannot be connected to: each attempt ends within its deadline, and the error names cause and address.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;

cluster_config config_for(const std::string& contact_point)
{
    cluster_config config;
    config.contact_points = {contact_point};
    config.handshake_timeout = 300ms;
    config.connect_timeout = 600ms;
    return config;
}

/// For connects that are to fail.
cluster_config brief_config(const served_node& server)
{
    cluster_config config = server.config();
    config.connect_timeout = 300ms;
    return config;
}

/// What connecting to a server that is no good ends with.
failure refused_by(raw_peer::behaviour how, const cluster_config& limits = config_for(""))
{
    raw_peer peer{std::move(how)};
    const loopback_server server{peer};
    cluster_config config = limits;
    config.contact_points = {to_string(server.endpoint())};
    const closed_cluster client{config};
    failure f = failure_of<no_host_available>(client.connect());
    EXPECT_THAT(f.what, HasSubstr(to_string(server.endpoint())));
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_THAT(f.attempts, SizeIs(Ge(1U)));
    for (const attempt& a : f.attempts) {
        EXPECT_EQ(a.node, server.endpoint());
    }
    return f;
}

TEST(bad_peer, a_host_name_without_address_is_named)
{
    const stopwatch time;
    const closed_cluster client{config_for("no-such-host.invalid")};
    const failure f = failure_of<no_host_available>(client.connect());
    EXPECT_THAT(f.what, HasSubstr("no-such-host.invalid"));
    EXPECT_THAT(f.what, AnyOf(HasSubstr("could not be resolved"), HasSubstr("still being resolved")));
    EXPECT_EQ(f.effect, request_effect::not_sent);
    EXPECT_LT(time.elapsed(), 20s);
}

TEST(bad_peer, a_closed_port_is_named_with_its_address)
{
    const endpoint nobody = closed_port();
    const stopwatch time;
    const closed_cluster client{config_for(to_string(nobody))};
    const failure f = failure_of<no_host_available>(client.connect());
    EXPECT_THAT(f.what, AllOf(HasSubstr(to_string(nobody)), HasSubstr("refused")));
    ASSERT_THAT(f.attempts, SizeIs(1));
    EXPECT_EQ(f.attempts[0].node, nobody);
    EXPECT_EQ(f.attempts[0].code, errc::connection_failed);
    EXPECT_LT(time.elapsed(), 3s);
}

TEST(bad_peer, an_http_server_does_not_speak_cql)
{
    const stopwatch time;
    const failure f = refused_by(raw_peer::http_server());
    EXPECT_THAT(f.what, AllOf(HasSubstr("broke the native protocol"), HasSubstr("CQL port")));
    EXPECT_LT(time.elapsed(), 3s);
}

TEST(bad_peer, a_server_that_says_nothing_costs_the_handshake_timeout)
{
    const stopwatch time;
    const failure f = refused_by(raw_peer::silent());
    EXPECT_THAT(f.what, AllOf(HasSubstr("did not answer STARTUP"), HasSubstr("300 ms")));
    EXPECT_THAT(time.elapsed(), AllOf(Ge(300ms), Lt(3s)));
}

TEST(bad_peer, connect_as_a_whole_has_a_limit)
{
    cluster_config config = config_for("");
    config.handshake_timeout = 30s;
    config.connect_timeout = 200ms;
    raw_peer peer{raw_peer::silent()};
    const loopback_server server{peer};
    config.contact_points = {to_string(server.endpoint())};
    const stopwatch time;
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_THAT(f.what, AllOf(HasSubstr("200 ms"), HasSubstr(to_string(server.endpoint()))));
    EXPECT_THAT(time.elapsed(), AllOf(Ge(200ms), Lt(2s)));
}

TEST(bad_peer, a_server_that_closes_at_once_is_told_apart)
{
    const stopwatch time;
    EXPECT_THAT(
        refused_by(raw_peer::closing()).what, HasSubstr("closed the connection during the handshake")
    );
    // Seen by whatever is under way when it comes: connect, read or write.
    EXPECT_THAT(refused_by(raw_peer::resetting()).what, AnyOf(HasSubstr("reset"), HasSubstr("Broken pipe")));
    EXPECT_LT(time.elapsed(), 3s);
}

TEST(bad_peer, credentials_asked_for_are_named)
{
    fake_node_settings settings;
    settings.credentials = node_credentials{"cassandra", "cassandra"};
    const served_node server{settings};
    const failure f = failure_of<authentication_error>(cluster{server.config()}.connect());
    EXPECT_THAT(
        f.what,
        AllOf(
            HasSubstr(server.address()),
            HasSubstr("requires authentication"),
            HasSubstr("PasswordAuthenticator")
        )
    );
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

TEST(bad_peer, an_error_in_answer_to_startup_is_told)
{
    served_node server;
    server.node.on_request(protocol::opcode::startup)
        .reply(reply_error(server_code::overloaded, "too many clients"));
    const failure f = failure_of<no_host_available>(cluster{brief_config(server)}.connect());
    EXPECT_THAT(f.what, AllOf(HasSubstr(server.address()), HasSubstr("too many clients")));
}

TEST(bad_peer, startup_answered_by_another_message_is_a_protocol_violation)
{
    served_node server;
    server.node.on_request(protocol::opcode::startup).reply(reply_void());
    const failure f = failure_of<no_host_available>(cluster{brief_config(server)}.connect());
    EXPECT_THAT(f.what, AllOf(HasSubstr(server.address()), HasSubstr("RESULT"), HasSubstr("READY")));
    ASSERT_THAT(f.attempts, SizeIs(1));
    EXPECT_EQ(f.attempts[0].code, errc::protocol_violation);
}

TEST(bad_peer, every_dead_contact_point_is_listed_and_a_good_one_behind_them_is_found)
{
    const endpoint nobody = closed_port();
    raw_peer peer{raw_peer::closing()};
    const loopback_server closing{peer};
    cluster_config config = config_for("");
    config.contact_points = {to_string(nobody), to_string(closing.endpoint())};
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_THAT(f.what, AllOf(HasSubstr(to_string(nobody)), HasSubstr(to_string(closing.endpoint()))));
    EXPECT_THAT(f.attempts, SizeIs(2));

    const served_node good;
    config.contact_points.push_back(good.address());
    const session s = get(cluster{config}.connect());
    EXPECT_EQ(get(s.execute("SELECT key FROM system.local")).size(), 1U);
}

class keyspace : public ::testing::TestWithParam<protocol_version> {};

TEST_P(keyspace, that_does_not_exist_fails_connect_as_the_server_says_it)
{
    const served_node server;
    const closed_cluster client{server.config(GetParam())};
    const failure f = failure_of<invalid_request>(client.connect("nope"));
    EXPECT_THAT(f.what, HasSubstr("Keyspace 'nope' does not exist"));
    EXPECT_EQ(f.node, server.server.endpoint());
    EXPECT_EQ(f.effect, request_effect::rejected);
    ASSERT_NE(f.server, nullptr);
    EXPECT_EQ(f.server->code, server_code::invalid);

    // The cluster is as good as before.
    const session s = get(client.connect());
    EXPECT_EQ(get(s.execute("SELECT key FROM system.local")).size(), 1U);
}

TEST_P(keyspace, is_taken_literally_and_holds_for_every_request)
{
    fake_node_settings settings;
    settings.keyspaces = {"Shop"};
    served_node server{settings};
    server.node.on_query("SELECT k FROM t").reply(reply_rows(one_bigint(), bigints(1, 1)));
    const session s = get(cluster{server.config(GetParam())}.connect("Shop"));
    EXPECT_EQ(s.keyspace(), "Shop");
    get(s.execute("SELECT k FROM t"));
    get(s.execute(get(s.prepare("SELECT k FROM t")).bind()));
    for (const request_record& r : server.node.requests()) {
        // A prepared statement has it from its preparation.
        if (r.query == "SELECT k FROM t" && r.op != protocol::opcode::execute) {
            EXPECT_EQ(r.keyspace, "Shop") << protocol::to_string(r.op);
        }
    }
    EXPECT_EQ(server.queries_of("SELECT k FROM t"), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    versions, keyspace, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

class refusal : public ::testing::TestWithParam<version_refusal> {};

TEST_P(refusal, of_v5_is_answered_with_v4)
{
    fake_node_settings settings;
    settings.highest = protocol_version::v4;
    settings.refusal = GetParam();
    served_node server{settings};
    server.node.on_query("SELECT k FROM ks.t").reply(reply_rows(one_bigint(), bigints(1, 3)));
    const session s = get(cluster{server.config(protocol_version::v5)}.connect());
    EXPECT_EQ(get(s.execute("SELECT k FROM ks.t")).size(), 3U);
    for (const request_record& r : server.node.requests()) {
        EXPECT_EQ(r.version, 4);
    }
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    forms,
    refusal,
    ::testing::Values(
        version_refusal::cassandra_3_0,
        version_refusal::cassandra_3_11,
        version_refusal::cassandra_4,
        version_refusal::scylla
    )
);

TEST(version, v4_is_spoken_when_it_is_the_highest_wanted)
{
    const served_node server;
    const session s = get(cluster{server.config(protocol_version::v4)}.connect());
    EXPECT_EQ(get(s.execute("SELECT key FROM system.local")).size(), 1U);
    for (const request_record& r : server.node.requests()) {
        EXPECT_EQ(r.version, 4);
    }
    EXPECT_THAT(server.node.violations(), IsEmpty());
}

}  // namespace
}  // namespace async_cassandra::testing
