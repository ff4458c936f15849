// SPDX-License-Identifier: Apache-2.0
// What a network can do to a connection, at each moment of its life, on protocol v5 with a log-in. R26
//
// Each time: what was under way ends within its bound with a typed error that says what may have happened and names the
// node; the client connects again by itself; the next request works; no connection is left over.
#include <async_cassandra/authentication.hpp>

#include "simulation/simulated_session.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

enum class damage : std::uint8_t { cut, reset, half_open, truncated, bad_crc };
enum class moment : std::uint8_t { while_idle, in_handshake, in_query, in_prepare, in_stream };

// Read and write take 50 us each; a tick of the timer wheel is 1 ms.
constexpr auto at_once = 2ms;
// A silent connection with requests: 1 s without a byte, heartbeat_timeout for the probe.
constexpr auto silence = 6s + 2ms;
// An idle one is probed after 15 s without a byte, and has 5 s to answer.
constexpr auto probe_interval = 15s;
constexpr auto probe_answer = 5s;
constexpr auto long_enough = 36s;  // for everything that is wrong to be found out
// A tick of the wheel for each limit, a pause of at most 1 ms and its ticks, and the way of OPTIONS and of the connect.
constexpr auto idle_slack = 8ms;
constexpr auto longest_pause = 1s;

struct guarded_node {
    guarded_node()
        : node([] {
              fake_node_settings settings;
              settings.credentials = node_credentials{"ada", "right"};
              return settings;
          }())
    {}

    fake_node node;
};

class network_fault : protected guarded_node,
                      public simulated_client,
                      public ::testing::WithParamInterface<std::tuple<damage, moment>> {
protected:
    static constexpr endpoint address = loopback_address();

    network_fault()
    {
        world.network().listen(address, node);
        config.contact_points = {to_string(address)};
        config.authentication = std::make_shared<password_authentication>("ada", "right");
        config.reconnect_max_delay = longest_pause;
        config.handshake_timeout = 500ms;
        if (std::get<1>(GetParam()) == moment::while_idle)
            config.reconnect_base_delay = 1ms;
        const auto number = columns_of("ks", "t", "n bigint");
        node.on_query("Q").reply(reply_void());
        node.on_query("pages").reply(
            reply_pages(number, {{{cells::bigint(1)}}, {{cells::bigint(2)}}, {{cells::bigint(3)}}})
        );
    }
    void TearDown() override
    {
        simulated_client::TearDown();
        world.run_for(1s);
        EXPECT_EQ(world.network().open_connections(address), 0U);
        EXPECT_THAT(node.violations(), IsEmpty());
    }

    [[nodiscard]] static damage how() { return std::get<0>(GetParam()); }

    /// What the damage makes of an answer. A half-open connection carries none.
    [[nodiscard]] static answer damaged(answer whole)
    {
        switch (how()) {
        case damage::cut: return close_connection();
        case damage::reset: return reset_connection();
        case damage::half_open: return no_reply();
        case damage::truncated: return whole.cut_to(11);
        case damage::bad_crc: return whole.with_bad_payload_crc();
        }
        return whole;
    }

    [[nodiscard]] static std::chrono::nanoseconds bound()
    {
        return how() == damage::half_open || how() == damage::truncated ? std::chrono::nanoseconds{silence}
                                                                        : std::chrono::nanoseconds{at_once};
    }

    /// How a request ends whose connection is damaged.
    [[nodiscard]] static errc expected_code()
    {
        switch (how()) {
        case damage::cut:
        case damage::reset: return errc::connection_lost;
        case damage::half_open: return errc::heartbeat_timeout;
        case damage::truncated:
        case damage::bad_crc: return errc::protocol_violation;
        }
        return errc::closed;
    }

    /// Starts a call whose answer is damaged, and looks at its end.
    template <class T, class Begin>
    void expect_failure_of_call(Begin begin)
    {
        const auto began = world.elapsed();
        const auto end = start<T>(begin);
        if (how() == damage::half_open) {
            world.run_for(200us);  // it is at the node
            world.network().go_silent(address);
        }
        wait(*end);
        EXPECT_THAT(end->at - began, Le(bound()));
        const failure f = failure_of<error>(*end);
        // What changes nothing would have gone to another node, if there were one.
        const bool may_go_on = std::get<1>(GetParam()) == moment::in_prepare;
        EXPECT_EQ(f.code, may_go_on ? errc::no_host_available : expected_code()) << f.what;
        EXPECT_EQ(f.effect, may_go_on ? request_effect::rejected : request_effect::maybe_applied);
        EXPECT_EQ(f.node, address);
        EXPECT_THAT(f.what, HasSubstr(to_string(address)));
        ASSERT_EQ(f.attempts.size(), 1U);
        EXPECT_EQ(f.attempts[0].node, address);
    }

    /// The client is as good as before, within its longest pause; later, nothing is left of what was lost.
    void expect_recovery()
    {
        world.run_for(longest_pause + 100ms);
        rows_of("Q");
        world.run_for(long_enough);
        EXPECT_EQ(world.network().open_connections(address), 2U)
            << "one for requests, and the control connection";
        rows_of("Q");
    }

    /// How long a connection stays idle after its last good byte before the client has a new one in its place.
    [[nodiscard]] static std::chrono::nanoseconds idle_bound()
    {
        switch (how()) {
        case damage::half_open: return probe_interval + probe_answer;
        // Some bytes came, which count as a sign of life; the next probe has none.
        case damage::truncated: return 2 * probe_interval + probe_answer;
        case damage::bad_crc: return probe_interval;
        default: return 0s;
        }
    }
    /// When each open connection said its last word: what answers it comes at once.
    [[nodiscard]] std::map<std::size_t, std::chrono::nanoseconds> last_words()
    {
        std::map<std::size_t, std::chrono::nanoseconds> at;
        for (const request_record& r : node.requests())
            at[r.connection] = r.at - simulation_core::start;
        return at;
    }

    void damage_idle()
    {
        const std::size_t before = node.connections_accepted();
        const auto last = last_words();
        ASSERT_EQ(last.size(), 2U) << "one for requests, and the control connection";
        std::chrono::nanoseconds first_to_go = std::min(last.at(0), last.at(1));
        std::chrono::nanoseconds last_to_go = std::max(last.at(0), last.at(1));
        if (idle_bound() == 0s)
            first_to_go = last_to_go = world.elapsed();
        switch (how()) {
        case damage::cut: node.end_connections(peer_ending::orderly); break;
        case damage::reset: node.end_connections(peer_ending::reset); break;
        case damage::half_open: world.network().go_silent(address); break;
        case damage::truncated:
        case damage::bad_crc:
            // What an idle connection gets are answers to probes: here that of each connection's next.
            node.on_request(protocol::opcode::options)
                .reply_once(damaged(as_usual()))
                .reply_once(damaged(as_usual()));
            break;
        }
        world.run_for(first_to_go + idle_bound() - world.elapsed());
        EXPECT_EQ(node.connections_accepted(), before) << "given up too soon";
        world.run_for(last_to_go + idle_bound() + idle_slack - world.elapsed());
        EXPECT_EQ(node.connections_accepted(), before + 2) << "both were replaced, each once";
    }

    /// What comes back for AUTH_RESPONSE: of a link that has just gone silent, nothing, whatever is sent.
    answer damaged_log_in()
    {
        if (how() != damage::half_open)
            return damaged(as_usual());
        world.network().go_silent_newest(address);
        return as_usual();
    }

    void damage_handshake()
    {
        config.connect_timeout = 3s;
        bool broken = true;
        int two = 0;
        node.on_request(protocol::opcode::auth_response).reply_with([&](const request_record&) {
            return broken || two-- > 0 ? damaged_log_in() : as_usual();
        });
        client.emplace(make_simulated_cluster(world, config));
        const auto end = start<session>([&](auto handler) { client->connect("", std::move(handler)); });
        wait(*end);
        EXPECT_THAT(end->at, Le(std::chrono::nanoseconds{3s} + 1ms));
        const failure f = failure_of<no_host_available>(*end);
        EXPECT_EQ(f.effect, request_effect::not_sent);
        ASSERT_EQ(f.attempts.size(), 1U);
        EXPECT_EQ(f.attempts[0].node, address);
        EXPECT_THAT(f.what, HasSubstr(to_string(address)));
        const std::array codes{
            errc::connection_failed,
            errc::connection_failed,
            errc::handshake_timeout,
            errc::handshake_timeout,
            errc::protocol_violation};
        EXPECT_EQ(f.attempts[0].code, codes[static_cast<std::size_t>(how())]) << f.what;
        EXPECT_THAT(f.attempts[0].duration, Le(501ms)) << "the limit of each handshake";
        broken = false;
        connect();
        // The same when connections that are to replace others meet it.
        two = 2;
        node.end_connections(peer_ending::reset);
        world.run_for(2s);
        expect_recovery();
        opened.reset();
        close(*client);  // before what the rule looks at goes
    }
};

TEST_P(network_fault, ends_what_is_under_way_and_is_survived)
{
    if (std::get<1>(GetParam()) == moment::in_handshake) {
        damage_handshake();
        return;
    }
    connect();
    world.run_for(2s);
    switch (std::get<1>(GetParam())) {
    case moment::while_idle: damage_idle(); break;
    case moment::in_query:
        node.on_query("Q").reply_once(damaged(reply_void()));
        expect_failure_of_call<result_set>([&](auto handler) { opened->execute("Q", std::move(handler)); });
        break;
    case moment::in_prepare:
        node.on_prepare("Q").reply_once(damaged(as_usual()));
        expect_failure_of_call<prepared_statement>([&](auto handler) {
            opened->prepare("Q", std::move(handler));
        });
        break;
    case moment::in_stream: {
        stream_config one_by_one;
        one_by_one.pages_ahead = 0;
        streaming_result_set stream = opened->execute_stream("pages", one_by_one);
        const auto first =
            start<std::optional<page>>([&](auto handler) { stream.next_page(std::move(handler)); });
        wait(*first);
        ASSERT_TRUE(first->value && *first->value);
        node.on_query("pages").reply_once(damaged(as_usual()));
        expect_failure_of_call<std::optional<page>>([&](auto handler) {
            stream.next_page(std::move(handler));
        });
        EXPECT_EQ(stream.total_rows_fetched(), 1U);
        break;
    }
    case moment::in_handshake: break;
    }
    expect_recovery();
}

std::string name_of(const ::testing::TestParamInfo<std::tuple<damage, moment>>& info)
{
    const std::array damages{"cut", "reset", "half_open", "truncated_frame", "bad_crc"};
    const std::array moments{"idle", "handshake", "query", "prepare", "stream"};
    return std::string{damages[static_cast<std::size_t>(std::get<0>(info.param))]} + "_in_" +
           moments[static_cast<std::size_t>(std::get<1>(info.param))];
}

INSTANTIATE_TEST_SUITE_P(
    v5,
    network_fault,
    ::testing::Combine(
        ::testing::Values(damage::cut, damage::reset, damage::half_open, damage::truncated, damage::bad_crc),
        ::testing::Values(
            moment::while_idle, moment::in_handshake, moment::in_query, moment::in_prepare, moment::in_stream
        )
    ),
    name_of
);

}  // namespace
}  // namespace async_cassandra::testing
