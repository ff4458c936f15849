// SPDX-License-Identifier: Apache-2.0
#include "cluster/pool.hpp"

#include "protocol/requests.hpp"
#include "support/fake_node.hpp"
#include "support/simulated_world.hpp"

#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace async_cassandra::detail {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using admission = pool::admission;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const endpoint node_address = testing::loopback_address();

class queued_request final : public pool_request {
public:
    explicit queued_request(std::string text = "SELECT", std::size_t size = 100)
        : text_(std::move(text)), size_(size)
    {}

    [[nodiscard]] protocol::encode_result encode(
        base::byte_buffer& out, protocol_version version, std::int16_t stream
    ) override
    {
        if (broken_rule != nullptr)
            return {broken_rule};
        return protocol::encode_query(out, version, stream, text_, {});
    }
    [[nodiscard]] bool accepts(std::uint32_t) noexcept override { return true; }
    void on_too_large(std::uint32_t) noexcept override { end("too large"); }
    void on_response(net::response&&) noexcept override { end("answered"); }
    void on_lost(const net::close_reason& reason, request_effect what) noexcept override
    {
        effect = what;
        end("lost: " + reason.text);
    }
    [[nodiscard]] std::size_t size_hint() const noexcept override { return size_; }
    void on_unencodable(const char* rule) noexcept override { end(std::string{"unencodable: "} + rule); }

    const char* broken_rule = nullptr;
    std::optional<request_effect> effect;
    std::vector<std::string> ends;
    std::function<void()> then;

private:
    void end(std::string how)
    {
        ends.push_back(std::move(how));
        if (then)
            then();
    }

    std::string text_;
    std::size_t size_;
};

class pool_test : public ::testing::Test {
protected:
    pool_test()
    {
        world.network().listen(node_address, node);
        node.on_query_prefix("SELECT").reply(testing::reply_void());
        node.on_query_prefix("held").reply(testing::reply_void().held("gate"));
        config.max_in_flight = 2;
        config.max_queued_requests = 3;
        config.max_queued_bytes = 1000;
    }
    ~pool_test() override
    {
        if (subject)
            turn([&] { subject.reset(); });
    }

    void turn(const std::function<void()>& work)
    {
        asio::post(world.environment()->executor(), [&] { home->turn(work); });
        world.run_for(0ns);
    }

    void make(std::size_t shards = 1)
    {
        pool_settings settings{std::make_shared<const cluster_config>(config), shards};
        subject = std::make_unique<pool>(home, settings, node_address, protocol_version::v5, "");
    }

    void open()
    {
        turn([&] {
            subject->open([this](const net::close_reason* reason) {
                outcomes.push_back(reason == nullptr ? "open" : reason->text);
            });
        });
    }
    void open_and_wait()
    {
        make();
        open();
        ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, 10s));
        ASSERT_THAT(outcomes, ElementsAre("open"));
    }

    std::vector<admission> submit(const std::vector<queued_request*>& requests)
    {
        std::vector<admission> said;
        turn([&] {
            for (queued_request* r : requests)
                said.push_back(subject->submit(*r));
        });
        return said;
    }

    std::vector<std::string> at_node() const
    {
        std::vector<std::string> texts;
        for (const testing::request_record& r : node.requests(protocol::opcode::query))
            texts.push_back(r.query);
        return texts;
    }

    testing::fake_node node;
    testing::simulated_world world;
    cluster_config config;
    std::shared_ptr<net::shard> home = net::shard::create(world.make_environment());
    std::unique_ptr<pool> subject;
    std::vector<std::string> outcomes;
};

TEST_F(pool_test, is_down_before_it_is_opened_and_while_it_connects)
{
    make();
    queued_request r;
    EXPECT_THAT(submit({&r}), ElementsAre(admission::down));
    open();
    EXPECT_THAT(submit({&r}), ElementsAre(admission::down));
    EXPECT_FALSE(subject->last_failure().code);
    ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, 10s));
    EXPECT_THAT(submit({&r}), ElementsAre(admission::taken));
    world.run_for(1s);
    EXPECT_THAT(r.ends, ElementsAre("answered"));
}

TEST_F(pool_test, opening_what_is_open_is_told_at_once_and_several_wait_for_one_connection)
{
    make();
    open();
    open();
    ASSERT_TRUE(world.run_until([&] { return outcomes.size() == 2; }, 10s));
    open();
    EXPECT_THAT(outcomes, ElementsAre("open", "open", "open"));
    EXPECT_EQ(node.connections_accepted(), 1U);
}

TEST_F(pool_test, a_first_attempt_that_fails_is_told_and_not_repeated)
{
    world.network().stop_listening(node_address);
    make();
    open();
    world.run_for(1min);
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_THAT(outcomes.front(), HasSubstr("refused"));
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(subject->last_failure().code, errc::connection_failed);
    world.network().listen(node_address, node);
    open();
    world.run_for(1s);
    EXPECT_EQ(outcomes.back(), "open");
    EXPECT_FALSE(subject->last_failure().code);
}

TEST_F(pool_test, what_has_no_stream_id_waits_in_order)
{
    open_and_wait();
    queued_request r[5] = {
        queued_request{"held 0"},
        queued_request{"held 1"},
        queued_request{"SELECT 2"},
        queued_request{"SELECT 3"},
        queued_request{"SELECT 4"}};
    EXPECT_THAT(submit({&r[0], &r[1], &r[2], &r[3], &r[4]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    EXPECT_THAT(at_node(), ElementsAre("held 0", "held 1"));
    node.release("gate");
    world.run_for(10ms);
    EXPECT_THAT(at_node(), ElementsAre("held 0", "held 1", "SELECT 2", "SELECT 3", "SELECT 4"));
    for (const queued_request& one : r)
        EXPECT_THAT(one.ends, ElementsAre("answered"));
}

TEST_F(pool_test, the_queue_is_limited_by_count)
{
    open_and_wait();
    std::vector<queued_request> r(6);
    std::vector<queued_request*> all;
    for (queued_request& one : r)
        all.push_back(&one);
    EXPECT_THAT(
        submit(all),
        ElementsAre(
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::full
        )
    );
    world.run_for(1s);
    EXPECT_THAT(r[5].ends, IsEmpty());
    EXPECT_THAT(r[4].ends, ElementsAre("answered"));
    EXPECT_THAT(
        submit(all),
        ElementsAre(
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::taken,
            admission::full
        )
    );
    world.run_for(1s);
}

TEST_F(pool_test, the_queue_is_limited_by_bytes)
{
    open_and_wait();
    queued_request in_flight[2];
    queued_request large{"SELECT", 900};
    queued_request fits{"SELECT", 100};
    queued_request one_byte_more{"SELECT", 1};
    EXPECT_THAT(
        submit({&in_flight[0], &in_flight[1], &large, &fits, &one_byte_more}),
        ElementsAre(admission::taken, admission::taken, admission::taken, admission::taken, admission::full)
    );
    turn([&] { EXPECT_EQ(subject->withdraw(large), request_effect::not_sent); });
    EXPECT_THAT(submit({&one_byte_more}), ElementsAre(admission::taken));
    world.run_for(1s);
    EXPECT_THAT(fits.ends, ElementsAre("answered"));
    EXPECT_THAT(large.ends, IsEmpty());
}

TEST_F(pool_test, a_request_larger_than_the_byte_limit_is_sent_when_there_is_room)
{
    open_and_wait();
    queued_request huge{"SELECT", 1'000'000};
    EXPECT_THAT(submit({&huge}), ElementsAre(admission::taken));
    world.run_for(1s);
    EXPECT_THAT(huge.ends, ElementsAre("answered"));
}

TEST_F(pool_test, limits_are_split_over_the_shards)
{
    make(3);
    open();
    ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, 10s));
    std::vector<queued_request> r(4);
    EXPECT_THAT(
        submit({&r[0], &r[1], &r[2], &r[3]}),
        ElementsAre(admission::taken, admission::taken, admission::taken, admission::full)
    );
    world.run_for(1s);
}

TEST_F(pool_test, withdrawing_tells_what_may_have_happened)
{
    open_and_wait();
    queued_request sent{"held"};
    queued_request gathered;
    queued_request queued;
    EXPECT_THAT(submit({&sent}), ElementsAre(admission::taken));
    world.run_for(10ms);
    turn([&] {
        ASSERT_EQ(subject->submit(gathered), admission::taken);
        ASSERT_EQ(subject->submit(queued), admission::taken);
        EXPECT_FALSE(pool::is_unsent(sent));
        EXPECT_TRUE(pool::is_unsent(gathered));
        EXPECT_TRUE(pool::is_unsent(queued));
        EXPECT_EQ(subject->withdraw(sent), request_effect::maybe_applied);
        EXPECT_EQ(subject->withdraw(queued), request_effect::not_sent);
        EXPECT_EQ(subject->withdraw(gathered), request_effect::not_sent);
    });
    world.run_for(1s);
    EXPECT_THAT(at_node(), ElementsAre("held"));
}

// Those in the queue have nobody but this to wake them: no answer is under way.
TEST_F(pool_test, a_stream_id_that_comes_back_unsent_goes_to_the_queue)
{
    open_and_wait();
    queued_request first;
    queued_request second;
    queued_request waiting;
    turn([&] {
        for (queued_request* r : {&first, &second, &waiting})
            ASSERT_EQ(subject->submit(*r), admission::taken);
        EXPECT_EQ(subject->withdraw(first), request_effect::not_sent);
        EXPECT_EQ(subject->withdraw(second), request_effect::not_sent);
    });
    world.run_for(100ms);
    EXPECT_THAT(waiting.ends, ElementsAre("answered"));
}

TEST_F(pool_test, one_that_cannot_be_encoded_is_told_and_the_next_gets_its_place)
{
    open_and_wait();
    queued_request held[2] = {queued_request{"held"}, queued_request{"held"}};
    queued_request broken;
    broken.broken_rule = "too long";
    queued_request next;
    EXPECT_THAT(submit({&held[0], &held[1], &broken, &next}), ::testing::Each(admission::taken));
    node.release("gate");
    world.run_for(1s);
    EXPECT_THAT(broken.ends, ElementsAre("unencodable: too long"));
    EXPECT_THAT(next.ends, ElementsAre("answered"));
    queued_request at_once;
    at_once.broken_rule = "too long";
    EXPECT_THAT(submit({&at_once}), ElementsAre(admission::taken));
    EXPECT_THAT(at_once.ends, ElementsAre("unencodable: too long"));
}

TEST_F(pool_test, losing_the_connection_ends_those_on_it_and_those_in_the_queue)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    world.network().reset(node_address);
    world.run_for(0ns);
    EXPECT_EQ(r[0].effect, request_effect::maybe_applied);
    EXPECT_EQ(r[1].effect, request_effect::maybe_applied);
    EXPECT_EQ(r[2].effect, request_effect::not_sent);
    for (const queued_request& one : r)
        EXPECT_EQ(one.ends.size(), 1U);
    EXPECT_EQ(subject->last_failure().code, errc::connection_lost);
}

TEST_F(pool_test, one_that_ends_may_submit_itself_again_and_is_told_that_the_node_is_down)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    std::vector<admission> again;
    for (queued_request& one : r)
        one.then = [&, self = &one] { again.push_back(subject->submit(*self)); };
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    world.network().stop_listening(node_address);
    world.network().reset(node_address);
    world.run_for(0ns);
    EXPECT_THAT(again, ElementsAre(admission::down, admission::down, admission::down));
}

TEST_F(pool_test, reconnects_with_growing_pauses_until_it_works)
{
    open_and_wait();
    world.network().stop_listening(node_address);
    world.network().reset(node_address);
    world.run_for(10min);
    const std::uint64_t tried = world.network().connects_tried() - 1;
    EXPECT_GE(tried, 15U);
    EXPECT_LE(tried, 120U) << "pauses of up to 30 s";
    world.network().listen(node_address, node);
    world.run_for(31s);
    queued_request r;
    EXPECT_THAT(submit({&r}), ElementsAre(admission::taken));
    EXPECT_FALSE(subject->last_failure().code);
    world.run_for(1s);
}

TEST_F(pool_test, opening_during_a_pause_connects_at_once)
{
    open_and_wait();
    world.network().stop_listening(node_address);
    world.network().reset(node_address);
    world.run_for(5min);
    world.network().listen(node_address, node);
    const auto before = world.elapsed();
    outcomes.clear();
    open();
    ASSERT_TRUE(world.run_until([&] { return !outcomes.empty(); }, 1min));
    EXPECT_THAT(outcomes, ElementsAre("open"));
    EXPECT_LE(world.elapsed() - before, 10ms);
    world.run_for(1min);
    EXPECT_EQ(node.open_connections(), 1U);
}

TEST_F(pool_test, closing_ends_everything_with_its_reason)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    turn([&] { subject->close({make_error_code(errc::closed), "enough", nullptr}); });
    for (const queued_request& one : r)
        EXPECT_THAT(one.ends, ElementsAre("lost: enough"));
    EXPECT_EQ(r[0].effect, request_effect::maybe_applied);
    EXPECT_EQ(r[2].effect, request_effect::not_sent);
    world.run_for(10min);
    EXPECT_EQ(world.network().connects_tried(), 1U);
    EXPECT_EQ(node.open_connections(), 0U);
    queued_request late;
    EXPECT_THAT(submit({&late}), ElementsAre(admission::down));
}

TEST_F(pool_test, closing_while_it_connects_is_told_to_those_who_wait)
{
    make();
    open();
    turn([&] { subject->close({make_error_code(errc::closed), "enough", nullptr}); });
    EXPECT_THAT(outcomes, ElementsAre("enough"));
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_THAT(outcomes, ElementsAre("enough"));
}

TEST_F(pool_test, those_that_end_may_withdraw_others)
{
    open_and_wait();
    queued_request r[4] = {
        queued_request{"held"}, queued_request{"held"}, queued_request{}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2], &r[3]}), ::testing::Each(admission::taken));
    world.run_for(10ms);
    r[0].then = [&] {
        subject->withdraw(r[1]);
        subject->withdraw(r[3]);
    };
    world.network().reset(node_address);
    world.run_for(0ns);
    EXPECT_THAT(r[1].ends, IsEmpty());
    EXPECT_THAT(r[3].ends, IsEmpty());
    EXPECT_EQ(r[0].ends.size(), 1U);
    EXPECT_EQ(r[2].ends.size(), 1U);
}

TEST_F(pool_test, may_be_destroyed_with_everything_under_way)
{
    open_and_wait();
    queued_request r[3] = {queued_request{"held"}, queued_request{"held"}, queued_request{}};
    ASSERT_THAT(submit({&r[0], &r[1], &r[2]}), ::testing::Each(admission::taken));
    turn([&] { subject.reset(); });
    EXPECT_TRUE(world.run_until_idle(1min));
    for (const queued_request& one : r)
        EXPECT_THAT(one.ends, IsEmpty());
}

}  // namespace
}  // namespace async_cassandra::detail
