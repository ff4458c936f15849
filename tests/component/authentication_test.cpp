// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/authentication.hpp>
#include <async_cassandra/log.hpp>

#include "component/served_node.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <mutex>
#include <optional>
#include <thread>

// Logging in to a node: with a password, and with exchanges of the user's own.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* secret = "p4ssw0rd-that-nobody-may-see";

/// What the library logs while it lives.
class captured_log {
public:
    captured_log()
    {
        set_log_sink(
            [this](const log_record& record) {
                const std::lock_guard lock{mutex_};
                text_.append(record.text).append("\n");
                for (const log_field& field : record.fields)
                    text_.append(field.name).append("=").append(field.value).append("\n");
            },
            log_level::debug
        );
    }
    ~captured_log() { set_log_sink({}); }
    captured_log(const captured_log&) = delete;
    captured_log& operator=(const captured_log&) = delete;

    [[nodiscard]] std::string text() const
    {
        const std::lock_guard lock{mutex_};
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

fake_node_settings asks_for(const std::string& user, const std::string& password)
{
    fake_node_settings settings;
    settings.credentials = node_credentials{user, password};
    return settings;
}

cluster_config with(const served_node& server, std::shared_ptr<authentication_provider> provider)
{
    cluster_config config = server.config();
    config.authentication = std::move(provider);
    return config;
}

std::string text_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An exchange made of functions.
class scripted_provider final : public authentication_provider {
public:
    std::function<void(sasl_reply)> on_begin = [](const sasl_reply& reply) {
        reply.send(secret_bytes::copy_of("hello"));
    };
    std::function<void(std::string, sasl_reply)> on_challenge;
    std::function<void(std::string)> on_success = [](const std::string&) {};
    std::optional<endpoint> node;
    std::string authenticator;

    std::unique_ptr<sasl_exchange> start(const endpoint& at, std::string_view name) override
    {
        node = at;
        authenticator = name;
        return std::make_unique<exchange>(*this);
    }

private:
    class exchange final : public sasl_exchange {
    public:
        explicit exchange(scripted_provider& script) : script_(script) {}
        void begin(sasl_reply reply) override { script_.on_begin(std::move(reply)); }
        void challenge(std::span<const std::byte> challenge, sasl_reply reply) override
        {
            script_.on_challenge(text_of(challenge), std::move(reply));
        }
        void succeed(std::span<const std::byte> token) override { script_.on_success(text_of(token)); }

    private:
        scripted_provider& script_;
    };
};

class logging_in : public ::testing::TestWithParam<protocol_version> {
protected:
    /// One connection to log in, so that scripts are asked once: the search fails or ends with it.
    failure refused(fake_node_settings settings, const std::shared_ptr<scripted_provider>& provider)
    {
        const served_node server{std::move(settings)};
        cluster_config config = with(server, provider);
        config.protocol = GetParam();
        config.handshake_timeout = 300ms;
        failure f = failure_of<authentication_error>(cluster{config}.connect());
        EXPECT_THAT(f.what, HasSubstr(server.address()));
        EXPECT_EQ(f.node, server.server.endpoint());
        EXPECT_EQ(server.node.connections_accepted(), 1U) << "final at once";
        EXPECT_THAT(server.node.violations(), IsEmpty());
        return f;
    }
};

INSTANTIATE_TEST_SUITE_P(
    versions, logging_in, ::testing::Values(protocol_version::v4, protocol_version::v5), version_name
);

TEST_P(logging_in, the_right_password_is_let_in)
{
    const captured_log log;
    const connected_node server{
        [](cluster_config& c) {
            c.authentication = std::make_shared<password_authentication>("ada", secret);
        },
        GetParam(),
        asks_for("ada", secret)};
    EXPECT_EQ(get(server.session.execute("SELECT key FROM system.local")).size(), 1U);
    EXPECT_THAT(server.node.violations(), IsEmpty());
    EXPECT_THAT(log.text(), Not(HasSubstr(secret)));
}

TEST_P(logging_in, a_wrong_password_is_final_at_once_and_shown_to_nobody)
{
    const captured_log log;
    const served_node server{asks_for("ada", "another")};
    const served_node never_asked{asks_for("ada", "another")};
    cluster_config config = with(server, std::make_shared<password_authentication>("ada", secret));
    config.protocol = GetParam();
    config.contact_points.push_back(never_asked.address());
    const stopwatch time;
    const failure f = failure_of<authentication_failed>(cluster{config}.connect());
    EXPECT_LT(time.elapsed(), 3s);
    EXPECT_THAT(f.what, AllOf(HasSubstr(server.address()), HasSubstr("incorrect")));
    EXPECT_EQ(f.node, server.server.endpoint());
    EXPECT_EQ(f.effect, request_effect::rejected);
    ASSERT_NE(f.server, nullptr);
    EXPECT_EQ(f.server->code, server_code::bad_credentials);
    EXPECT_THAT(f.attempts, SizeIs(1));
    EXPECT_EQ(never_asked.node.connections_accepted(), 0U);
    EXPECT_THAT(f.describe(), Not(HasSubstr(secret)));
    EXPECT_THAT(log.text(), Not(HasSubstr(secret)));
}

TEST_P(logging_in, a_node_that_cannot_read_its_roles_yet_is_passed_over)
{
    served_node starting{asks_for("ada", secret)};
    starting.node.on_request(protocol::opcode::auth_response)
        .reply(reply_error(
            server_code::bad_credentials,
            "Unable to perform authentication: Cannot achieve consistency level LOCAL_ONE"
        ));
    const served_node server{asks_for("ada", secret)};
    cluster_config config = with(server, std::make_shared<password_authentication>("ada", secret));
    config.protocol = GetParam();
    config.contact_points = {starting.address(), server.address()};
    closed_cluster client{config};
    EXPECT_NO_THROW(static_cast<void>(get(client.connect())));
    EXPECT_EQ(starting.node.connections_accepted(), 1U);
}

TEST_P(logging_in, credentials_that_nobody_asks_for_are_logged)
{
    const captured_log log;
    const connected_node server{
        [](cluster_config& c) {
            c.authentication = std::make_shared<password_authentication>("ada", secret);
        },
        GetParam()};
    EXPECT_THAT(log.text(), AllOf(HasSubstr("asks for no log-in"), HasSubstr(server.address())));
    EXPECT_EQ(server.node.request_count(protocol::opcode::auth_response), 0U);
    EXPECT_THAT(log.text(), Not(HasSubstr(secret)));
}

TEST_P(logging_in, changed_credentials_are_for_new_connections)
{
    const auto provider = std::make_shared<password_authentication>("ada", "old");
    const served_node server{asks_for("ada", "new")};
    cluster_config config = with(server, provider);
    config.protocol = GetParam();
    const closed_cluster client{config};
    failure_of<authentication_failed>(client.connect());
    provider->change("ada", "new");
    EXPECT_NO_THROW(static_cast<void>(get(client.connect())));
}

TEST_P(logging_in, an_exchange_of_several_steps_answers_later_and_from_another_thread)
{
    fake_node_settings settings;
    settings.authenticator = "org.example.SaslAuthenticator";
    settings.sasl = {{"hello", "2+2?"}, {"4", "right"}};
    const auto provider = std::make_shared<scripted_provider>();
    std::vector<std::thread> threads;
    std::vector<std::string> accepted;
    std::mutex mutex;
    provider->on_challenge = [&](const std::string& question, sasl_reply reply) {
        const std::lock_guard lock{mutex};
        threads.emplace_back([question, reply = std::move(reply)] {
            std::this_thread::sleep_for(5ms);
            reply.send(secret_bytes::copy_of(question == "2+2?" ? "4" : "?"));
            reply.send(secret_bytes::copy_of("again"));
            reply.fail(std::make_exception_ptr(std::runtime_error{"too late"}));
        });
    };
    provider->on_success = [&](const std::string& token) {
        const std::lock_guard lock{mutex};
        accepted.push_back(token);
    };
    {
        const connected_node server{
            [&](cluster_config& c) { c.authentication = provider; }, GetParam(), settings};
        EXPECT_EQ(get(server.session.execute("SELECT key FROM system.local")).size(), 1U);
        EXPECT_EQ(provider->node, server.server.endpoint());
        EXPECT_EQ(provider->authenticator, "org.example.SaslAuthenticator");
        EXPECT_THAT(server.node.violations(), IsEmpty());
    }
    for (std::thread& t : threads)
        t.join();
    EXPECT_THAT(accepted, AllOf(SizeIs(Ge(2U)), ::testing::Each("right")));
}

TEST_P(logging_in, what_the_users_code_throws_is_reported)
{
    fake_node_settings settings;
    settings.sasl = {{"hello", "who?"}, {"me", "proof"}};
    const auto boom = [](const auto&...) { throw std::runtime_error{"no ticket"}; };
    const auto provider = std::make_shared<scripted_provider>();
    const auto expect_cause = [&] {
        const failure f = refused(settings, provider);
        EXPECT_THAT(f.what, AllOf(HasSubstr("authentication provider failed"), HasSubstr("no ticket")));
        EXPECT_EQ(f.effect, request_effect::not_sent);
        EXPECT_THROW(std::rethrow_exception(f.cause), std::runtime_error);
    };
    provider->on_begin = boom;
    expect_cause();
    provider->on_begin = [](const sasl_reply& reply) {
        reply.fail(std::make_exception_ptr(std::runtime_error{"no ticket"}));
    };
    expect_cause();
    provider->on_begin = [](const sasl_reply& reply) { reply.send(secret_bytes::copy_of("hello")); };
    provider->on_challenge = boom;
    expect_cause();
    provider->on_challenge = [](const std::string&, const sasl_reply& reply) {
        reply.send(secret_bytes::copy_of("me"));
    };
    provider->on_success = boom;
    expect_cause();
}

TEST_P(logging_in, a_reply_that_is_dropped_is_reported)
{
    fake_node_settings settings;
    settings.sasl = {{"hello", ""}};
    const auto provider = std::make_shared<scripted_provider>();
    provider->on_begin = [](const sasl_reply&) {};
    EXPECT_THAT(refused(settings, provider).what, HasSubstr("gave up its reply"));
}

TEST_P(logging_in, a_question_that_a_password_does_not_answer_is_reported)
{
    const captured_log log;
    fake_node_settings settings;
    settings.sasl = {{std::string("\0ada\0", 5) + secret, "and your mother's maiden name?"}, {"", ""}};
    const served_node server{settings};
    cluster_config config = with(server, std::make_shared<password_authentication>("ada", secret));
    config.protocol = GetParam();
    const failure f = failure_of<authentication_error>(cluster{config}.connect());
    EXPECT_THAT(f.what, HasSubstr("more than user and password"));
    EXPECT_THAT(f.describe() + log.text(), Not(HasSubstr(secret)));
}

TEST_P(logging_in, an_answer_that_does_not_come_costs_the_handshake_timeout)
{
    fake_node_settings settings;
    settings.sasl = {{"hello", ""}};
    const served_node server{settings};
    const auto provider = std::make_shared<scripted_provider>();
    std::optional<sasl_reply> kept;
    provider->on_begin = [&](sasl_reply reply) { kept.emplace(std::move(reply)); };
    cluster_config config = with(server, provider);
    config.protocol = GetParam();
    config.handshake_timeout = 300ms;
    config.connect_timeout = 600ms;
    const stopwatch time;
    const failure f = failure_of<no_host_available>(cluster{config}.connect());
    EXPECT_THAT(time.elapsed(), AllOf(Ge(300ms), Lt(3s)));
    EXPECT_THAT(f.what, AllOf(HasSubstr("authentication provider did not answer"), HasSubstr("300 ms")));
    ASSERT_TRUE(kept.has_value());
    kept->send(secret_bytes::copy_of("hello"));  // nobody is there any more
}

TEST_P(logging_in, a_log_in_under_way_ends_with_the_cluster)
{
    fake_node_settings settings;
    settings.sasl = {{"hello", ""}};
    const served_node server{settings};
    const auto provider = std::make_shared<scripted_provider>();
    std::optional<sasl_reply> kept;
    std::atomic<bool> asked{false};
    provider->on_begin = [&](sasl_reply reply) {
        kept.emplace(std::move(reply));
        asked = true;
    };
    cluster_config config = with(server, provider);
    config.protocol = GetParam();
    const closed_cluster client{config};
    auto connecting = start(client.connect());
    ASSERT_TRUE(eventually([&] { return asked.load(); }));
    const stopwatch time;
    get(client.close());
    failure_of<connection_error>(std::move(connecting));
    EXPECT_LT(time.elapsed(), 1s);
    kept.reset();
}

}  // namespace
}  // namespace async_cassandra::testing
