// SPDX-License-Identifier: Apache-2.0
#include "component/secured_node.hpp"

#include <string>

// Which certificates of a node are accepted, and that each refusal says what was wrong, and where.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::SizeIs;

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

}  // namespace
}  // namespace async_cassandra::testing
