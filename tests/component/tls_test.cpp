// SPDX-License-Identifier: Apache-2.0
#include "component/secured_node.hpp"
#include "support/raw_peer.hpp"

#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

// TLS with servers of OpenSSL on loopback: how connections begin, carry and end.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;

class tls_with_authorities : public ::testing::Test {
protected:
    secured_node node;
    scratch_folder folder;
};

TEST_F(tls_with_authorities, from_text_file_or_folder)
{
    cluster_config config = node.secure_config();
    expect_works(config);
    // All certificates of a file count, not only the first.
    const std::string both = authority{"Another"}.certificate() + node.trusted.certificate();
    config.tls->ca_pem = both;
    expect_works(config);
    config.tls->ca_pem.clear();
    config.tls->ca_file = folder.write("ca.pem", both);
    expect_works(config);
    config.tls->ca_file.clear();
    config.tls->ca_directory = folder.path("");
    ASSERT_EQ(std::system(("openssl rehash " + folder.path("") + " >/dev/null 2>&1").c_str()), 0);
    // `rehash` wants one certificate a file.
    folder.write("one.pem", node.trusted.certificate());
    std::filesystem::remove(folder.path("ca.pem"));
    ASSERT_EQ(std::system(("openssl rehash " + folder.path("")).c_str()), 0);
    expect_works(config);
    EXPECT_THAT(node.node.violations(), ::testing::IsEmpty());
}

TEST_F(tls_with_authorities, a_large_answer_and_a_large_request_pass)
{
    const std::string text(1'000'000, 'x');
    node.node.on_query_prefix("INSERT").reply(reply_void());
    node.node.on_query("SELECT big")
        .reply(reply_rows(columns_of("ks", "t", "v text"), {{cells::text(text)}, {cells::text("y")}}));
    const closed_cluster client{node.secure_config()};
    const session opened = get(client.connect());
    for (int i = 0; i < 3; ++i) {
        get(opened.execute("INSERT '" + text + "'"));
        const auto found = get(opened.execute("SELECT big"));
        ASSERT_EQ(found.size(), 2U);
        for (auto row : found) {
            EXPECT_TRUE(row.get<std::string_view>(0) == text || row.get<std::string_view>(0) == "y");
        }
    }
    EXPECT_EQ(node.queries_of("INSERT '" + text + "'"), 3U);
}

TEST_F(tls_with_authorities, many_requests_at_once_pass)
{
    node.node.on_query("SELECT one").reply(reply_rows(one_bigint(), bigints(1, 1)));
    const closed_cluster client{node.secure_config()};
    const session opened = get(client.connect());
    std::vector<call<result_set>> running;
    for (int i = 0; i < 2000; ++i)
        running.push_back(start(opened.execute("SELECT one")));
    for (auto& one : running)
        EXPECT_EQ(one.get().size(), 1U);
    EXPECT_EQ(node.queries_of("SELECT one"), 2000U);
}

TEST(tls_handshake, a_server_without_tls_is_named)
{
    const served_node plain;
    cluster_config config = plain.config();
    config.tls.emplace();
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_THAT(f.what, AllOf(HasSubstr(plain.address()), HasSubstr("does not speak TLS")));

    raw_peer closing{raw_peer::closing()};
    const loopback_server server{closing};
    config.contact_points = {to_string(server.endpoint())};
    EXPECT_THAT(
        failure_of<no_host_available>(cluster{config}.connect()).what,
        AllOf(HasSubstr(to_string(server.endpoint())), HasSubstr("does it speak TLS?"))
    );
}

TEST(tls_handshake, a_server_with_tls_is_named_to_a_client_without)
{
    const secured_node node;
    cluster_config config = node.secure_config();
    config.tls.reset();
    config.connect_timeout = 300ms;
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_THAT(
        f.what,
        AllOf(HasSubstr(node.front_address()), HasSubstr("TLS"), HasSubstr("cluster_config::tls is not set"))
    );
}

TEST(tls_handshake, a_peer_with_old_versions_only_is_named)
{
    tls_front_settings settings;
    settings.highest_version = TLS1_1_VERSION;
    const secured_node node{settings};
    EXPECT_THAT(node.refusal(node.secure_config()).what, HasSubstr("does not speak TLS 1.2 or newer"));
    EXPECT_EQ(node.front.handshakes(), 0U);
}

TEST(tls_handshake, the_lowest_version_can_be_raised)
{
    tls_front_settings settings;
    settings.highest_version = TLS1_2_VERSION;
    const secured_node node{settings};
    cluster_config config = node.secure_config();
    expect_works(config);
    config.tls->minimum_version = tls_version::tls_1_3;
    EXPECT_THAT(node.refusal(config).what, HasSubstr("does not speak TLS 1.3 or newer"));
}

TEST(tls_end, a_connection_that_is_cut_is_lost_and_says_so)
{
    secured_node node;
    node.node.on_query("silence").reply(no_reply());
    const closed_cluster client{node.secure_config()};
    const session opened = get(client.connect());
    auto running = start(opened.execute("silence"));
    ASSERT_TRUE(eventually([&] { return node.queries_of("silence") == 1; }));
    node.front.cut();
    const failure f = failure_of<connection_error>(std::move(running));
    EXPECT_EQ(f.code, errc::connection_lost);
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
    EXPECT_THAT(f.what, HasSubstr("close_notify"));
}

TEST(tls_end, a_handshake_that_does_not_come_costs_the_handshake_timeout_and_can_be_given_up)
{
    tls_front_settings settings;
    settings.silent = true;
    const secured_node node{settings};
    cluster_config config = node.secure_config();
    config.handshake_timeout = 300ms;
    config.connect_timeout = 600ms;
    const stopwatch time;
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_THAT(time.elapsed(), AllOf(Ge(300ms), Lt(3s)));
    EXPECT_THAT(f.what, AllOf(HasSubstr("the TLS handshake was not finished within 300 ms")));

    config.handshake_timeout = 5s;
    config.connect_timeout = 5s;
    const closed_cluster client{config};
    auto connecting = start(client.connect());
    std::this_thread::sleep_for(50ms);
    const stopwatch closing;
    get(client.close());
    failure_of<connection_error>(std::move(connecting));
    EXPECT_LT(closing.elapsed(), 1s);
}

TEST(tls_end, closing_waits_for_nobody)
{
    const secured_node node;
    const closed_cluster client{node.secure_config()};
    const session opened = get(client.connect());
    const stopwatch time;
    get(client.close());
    EXPECT_LT(time.elapsed(), 1s);
}

TEST(tls_end, an_event_loop_that_goes_away_takes_everything_along)
{
    secured_node node;
    node.node.on_query("silence").reply(no_reply());
    stepped_loop loop;
    {
        const cluster client{loop.executor(), node.secure_config()};
        auto connecting = start(client.connect());
        while (!connecting.ended())
            loop.run_one();
        const session opened = connecting.get();
        auto running = start(opened.execute("silence"));
        while (node.queries_of("silence") == 0)
            loop.poll_one();
        auto again = start(cluster{loop.executor(), node.secure_config()}.connect());
        for (int i = 0; i < 3; ++i)
            loop.poll_one();  // somewhere in the handshake
        loop.destroy();
        EXPECT_TRUE(running.ended());
        EXPECT_TRUE(again.ended());
    }
}

}  // namespace
}  // namespace async_cassandra::testing
