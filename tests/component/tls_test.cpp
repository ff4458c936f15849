// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/tls.hpp>

#include "component/certificates.hpp"
#include "component/served_node.hpp"
#include "component/tls_front.hpp"
#include "support/raw_peer.hpp"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <filesystem>

// TLS with servers of OpenSSL on loopback: what is accepted, and that each refusal says what was wrong, and where.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::SizeIs;

/// A node behind TLS, and a client's options that trust its authority.
struct secured_node : served_node {
    explicit secured_node(tls_front_settings settings = {})
        : front(server.endpoint(), [&] {
              if (settings.own.certificate.empty())
                  settings.own = trusted.issue();
              return std::move(settings);
          }())
    {}

    [[nodiscard]] std::string front_address() const { return to_string(front.address()); }

    [[nodiscard]] cluster_config secure_config() const
    {
        cluster_config c = config();
        c.contact_points = {front_address()};
        c.tls.emplace().ca_pem = trusted.certificate();
        return c;
    }

    /// What connecting ends with, which names the node and took one attempt.
    [[nodiscard]] failure refusal(const cluster_config& config) const
    {
        const stopwatch time;
        failure f = failure_of<no_host_available>(cluster{config}.connect());
        EXPECT_LT(time.elapsed(), 3s) << "waiting for connect_timeout would not help";
        EXPECT_THAT(f.what, HasSubstr(front_address()));
        EXPECT_EQ(f.effect, request_effect::not_sent);
        EXPECT_THAT(f.attempts, SizeIs(1));
        for (const attempt& a : f.attempts) {
            EXPECT_EQ(a.node, front.address());
            EXPECT_EQ(a.code, errc::tls_failed) << a.reason;
        }
        return f;
    }

    authority trusted = authority{"The Trusted"};
    tls_front front;
};

void expect_works(const cluster_config& config)
{
    const closed_cluster client{config};
    const session opened = get(client.connect());
    EXPECT_EQ(get(opened.execute("SELECT key FROM system.local")).size(), 1U);
    get(client.close());
}

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

TEST(tls_verification, the_systems_authorities_count_when_none_are_named)
{
    const secured_node node;
    cluster_config config = node.secure_config();
    config.tls->ca_pem.clear();
    EXPECT_THAT(
        node.refusal(config).what,
        AllOf(HasSubstr("CN = node"), HasSubstr("was issued by 'CN = The Trusted', which is not trusted"))
    );
}

TEST(tls_verification, an_unknown_authority_is_named)
{
    const secured_node node;
    cluster_config config = node.secure_config();
    config.tls->ca_pem = authority{"Another"}.certificate();
    EXPECT_THAT(
        node.refusal(config).what, HasSubstr("was issued by 'CN = The Trusted', which is not trusted")
    );
    EXPECT_EQ(node.server.endpoint().address, node.front.address().address);
    EXPECT_EQ(node.node.connections_accepted(), 0U) << "nothing was said before the certificate was checked";
}

TEST(tls_verification, a_self_signed_certificate_is_accepted_only_when_it_is_trusted_itself)
{
    tls_front_settings settings;
    settings.own = self_signed({"lonely"});
    const std::string itself = settings.own.certificate;
    const secured_node node{settings};
    cluster_config config = node.secure_config();
    EXPECT_THAT(node.refusal(config).what, HasSubstr("'CN = lonely' is self-signed, and is not trusted"));
    config.tls->ca_pem = itself;
    expect_works(config);
}

TEST(tls_verification, an_expired_certificate_says_since_when)
{
    tls_front_settings settings;
    secured_node node;
    certificate_wish old;
    old.valid_from = -48h;
    old.valid_until = -1h;
    node.front.show(node.trusted.issue(old));
    EXPECT_THAT(
        node.refusal(node.secure_config()).what,
        AllOf(HasSubstr("'CN = node' expired on 2"), HasSubstr("UTC"))
    );
    certificate_wish early;
    early.valid_from = 1h;
    early.valid_until = 2h;
    node.front.show(node.trusted.issue(early));
    EXPECT_THAT(node.refusal(node.secure_config()).what, HasSubstr("is not valid before 2"));
}

TEST(tls_verification, another_address_is_told_with_the_names_of_the_certificate)
{
    secured_node node;
    certificate_wish elsewhere;
    elsewhere.names = "DNS:db.example.org,DNS:*.example.net,IP:192.0.2.1,IP:2001:db8::1";
    node.front.show(node.trusted.issue(elsewhere));
    EXPECT_THAT(
        node.refusal(node.secure_config()).what,
        AllOf(
            HasSubstr("not for the address 127.0.0.1"),
            HasSubstr("it names db.example.org, *.example.net, 192.0.2.1, 2001:db8::1")
        )
    );
    certificate_wish nothing;
    nothing.names = "";
    nothing.subject = "127.0.0.1";
    node.front.show(node.trusted.issue(nothing));
    EXPECT_THAT(
        node.refusal(node.secure_config()).what,
        AllOf(HasSubstr("no host name or address"), HasSubstr("CN = 127.0.0.1"))
    );
}

TEST(tls_verification, the_contact_points_name_is_verified_and_asked_for)
{
    secured_node node;
    cluster_config config = node.secure_config();
    config.contact_points = {"localhost:" + std::to_string(node.front.address().port)};
    expect_works(config);
    EXPECT_THAT(node.front.names_asked_for(), AllOf(SizeIs(Ge(2U)), Each("localhost")))
        << "the pools' connections, too";

    certificate_wish elsewhere;
    elsewhere.names = "DNS:db.example.org,IP:127.0.0.1";
    node.front.show(node.trusted.issue(elsewhere));
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_THAT(
        f.what,
        AllOf(HasSubstr("not for the host name 'localhost'"), HasSubstr("it names db.example.org, 127"))
    );
}

TEST(tls_verification, an_address_is_never_asked_for)
{
    const secured_node node;
    expect_works(node.secure_config());
    EXPECT_THAT(node.front.names_asked_for(), AllOf(SizeIs(Ge(2U)), Each("")));
}

TEST(tls_verification, another_name_may_be_verified_in_place_of_what_was_connected_to)
{
    secured_node node;
    certificate_wish shared;
    shared.names = "DNS:cluster.example.org";
    node.front.show(node.trusted.issue(shared));
    cluster_config config = node.secure_config();
    config.tls->verified_name = "cluster.example.org";
    expect_works(config);
    EXPECT_THAT(node.front.names_asked_for(), Each("cluster.example.org"));
    config.tls->verified_name = "other.example.org";
    EXPECT_THAT(node.refusal(config).what, HasSubstr("not for the host name 'other.example.org'"));
}

TEST(tls_verification, is_turned_off_by_ugly_names_only)
{
    tls_front_settings settings;
    settings.own = self_signed({"lonely", "DNS:elsewhere"});
    const secured_node node{settings};
    cluster_config config = node.secure_config();
    config.tls->danger_accept_any_name();
    EXPECT_THAT(node.refusal(config).what, HasSubstr("self-signed"));
    config.tls->ca_pem = settings.own.certificate;
    expect_works(config);
    config = node.secure_config();
    config.tls->danger_accept_any_certificate();
    expect_works(config);
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

class client_certificates : public ::testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(
    versions,
    client_certificates,
    ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
    [](const auto& of) { return of.param == TLS1_2_VERSION ? "tls_1_2" : "tls_1_3"; }
);

TEST_P(client_certificates, are_shown_and_missed)
{
    const authority clients{"Clients"};
    const scratch_folder folder;
    tls_front_settings settings;
    settings.client_authority = clients.certificate();
    settings.highest_version = GetParam();
    const secured_node node{settings};
    cluster_config config = node.secure_config();
    EXPECT_THAT(
        node.refusal(config).what,
        AllOf(HasSubstr("client certificate"), HasSubstr("tls_options::certificate_file is not set"))
    );

    const identity own = clients.issue({"a client"});
    config.tls->certificate_file = folder.write("client.pem", own.certificate);
    config.tls->private_key_file = folder.write("client.key", own.key);
    expect_works(config);
    config.tls->certificate_file = folder.write("both.pem", own.certificate + own.key);
    config.tls->private_key_file.clear();
    expect_works(config);
    config.tls->private_key_file = folder.write("locked.key", own.encrypted_key("open sesame"));
    config.tls->key_passphrase = [] { return std::string{"open sesame"}; };
    expect_works(config);

    const identity strange = authority{"Strangers"}.issue({"a stranger"});
    config.tls->certificate_file = folder.write("both.pem", strange.certificate + strange.key);
    config.tls->private_key_file.clear();
    EXPECT_THAT(
        node.refusal(config).what,
        AllOf(HasSubstr("does not accept our certificate"), HasSubstr(config.tls->certificate_file))
    );
}

TEST(tls_configuration, broken_files_are_named_with_the_reason)
{
    const scratch_folder folder;
    const identity own = authority{"Some"}.issue();
    const identity other = authority{"Some"}.issue();
    const auto refused = [](const std::function<void(tls_options&)>& change) {
        cluster_config config;
        change(config.tls.emplace());
        return failure_thrown_by<configuration_error>([&] { const cluster client{config}; }).what;
    };
    const std::string missing = folder.path("missing.pem");
    const std::string garbage = folder.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nnonsense\n");
    const std::string certificate = folder.write("own.pem", own.certificate);
    const std::string key = folder.write("own.key", own.key);
    EXPECT_THAT(
        refused([&](tls_options& o) { o.ca_file = missing; }),
        AllOf(HasSubstr("ca_file '" + missing), HasSubstr("No such file"))
    );
    EXPECT_THAT(refused([&](tls_options& o) { o.ca_file = garbage; }), HasSubstr("ca_file '" + garbage));
    EXPECT_THAT(
        refused([&](tls_options& o) { o.ca_directory = missing; }),
        AllOf(HasSubstr("ca_directory"), HasSubstr("No such file"))
    );
    EXPECT_THAT(refused([&](tls_options& o) { o.ca_directory = key; }), HasSubstr("it is no folder"));
    EXPECT_THAT(refused([&](tls_options& o) { o.ca_pem = "nothing"; }), HasSubstr("ca_pem, certificate 1"));
    EXPECT_THAT(
        refused([&](tls_options& o) { o.ca_pem = own.certificate + "-----BEGIN CERTIFICATE-----\nx\n"; }),
        HasSubstr("ca_pem, certificate 2")
    );
    EXPECT_THAT(
        refused([&](tls_options& o) { o.certificate_file = missing; }),
        AllOf(HasSubstr("certificate_file '" + missing), HasSubstr("No such file"))
    );
    EXPECT_THAT(
        refused([&](tls_options& o) { o.certificate_file = certificate; }),
        HasSubstr("the private key in certificate_file")
    );
    EXPECT_THAT(
        refused([&](tls_options& o) { o.private_key_file = key; }), HasSubstr("certificate_file is not")
    );
    EXPECT_THAT(
        refused([&](tls_options& o) {
            o.certificate_file = certificate;
            o.private_key_file = folder.write("other.key", other.key);
        }),
        AllOf(HasSubstr("private_key_file"), HasSubstr("mismatch"))
    );
    const auto locked = [&](tls_options& o) {
        o.certificate_file = certificate;
        o.private_key_file = folder.write("locked.key", own.encrypted_key("open sesame"));
    };
    EXPECT_THAT(refused(locked), HasSubstr("private_key_file"));
    EXPECT_THAT(
        refused([&](tls_options& o) {
            locked(o);
            o.key_passphrase = [] { return std::string{"wrong guess"}; };
        }),
        AllOf(HasSubstr("private_key_file"), ::testing::Not(HasSubstr("wrong guess")))
    );
}

TEST(tls_rotation, changed_files_are_read_for_new_connections)
{
    secured_node node;
    const scratch_folder folder;
    cluster_config config = node.secure_config();
    config.tls->ca_pem.clear();
    config.tls->ca_file = folder.write("ca.pem", node.trusted.certificate());
    config.reconnect_base_delay = 10ms;
    config.reconnect_max_delay = 20ms;
    const closed_cluster client{config};
    const session opened = get(client.connect());
    const auto works = [&] { return get(opened.try_execute("SELECT key FROM system.local")).has_value(); };
    EXPECT_TRUE(works());

    // The node gets a certificate of another authority: what is open stays, what is new is refused.
    const authority next{"The Next"};
    node.front.show(next.issue());
    EXPECT_TRUE(works());
    node.front.cut();
    ASSERT_TRUE(eventually([&] { return !works(); }));

    // A file that makes no sense changes nothing; one that does is taken up.
    folder.write("ca.pem", "half a fi");
    EXPECT_FALSE(works());
    folder.write("ca.pem", next.certificate());
    EXPECT_TRUE(eventually(works));
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
