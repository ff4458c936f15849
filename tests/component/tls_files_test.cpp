// SPDX-License-Identifier: Apache-2.0
#include "component/secured_node.hpp"

#include <openssl/ssl.h>

#include <functional>
#include <string>

// Files of certificates and keys: those of the client, broken ones, and files that change.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace async_cassandra::testing
