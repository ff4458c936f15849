// SPDX-License-Identifier: Apache-2.0
#include "protocol/response_encode.hpp"
#include "simulation/simulated_session.hpp"

// What a statement's options put into its request, and what comes back beside a result.
namespace async_cassandra::testing {
namespace {

using namespace std::chrono_literals;
using protocol::opcode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* insert_text = "INSERT INTO ks.t (n, name) VALUES (?, ?)";

class simulated_options : public simulated_session, public ::testing::WithParamInterface<protocol_version> {
protected:
    simulated_options()
    {
        config.protocol = GetParam();
        node.on_query(insert_text)
            .markers(columns_of("ks", "t", "n bigint, name text"), {0})
            .reply(reply_void());
        node.on_query("UPDATE").reply(reply_void());
        node.on_query("SELECT n").reply(reply_rows(number, {}));
        node.add_keyspace("other");
    }
    ~simulated_options() override { EXPECT_THAT(node.violations(), IsEmpty()); }

    [[nodiscard]] static bool v5() { return GetParam() == protocol_version::v5; }

    request_record sent(statement what)
    {
        static_cast<void>(rows_of(std::move(what)));
        return node.requests().back();
    }
    template <class Error>
    std::string refused(statement what)
    {
        const std::size_t before = node.request_count();
        const auto end = execute(std::move(what));
        wait(*end);
        EXPECT_EQ(node.request_count(), before);
        const failure f = failure_of<Error>(*end);
        EXPECT_EQ(f.effect, request_effect::not_sent);
        return f.what;
    }
};

INSTANTIATE_TEST_SUITE_P(
    versions,
    simulated_options,
    ::testing::Values(protocol_version::v4, protocol_version::v5),
    [](const auto& version) { return "v" + std::to_string(static_cast<int>(version.param)); }
);

TEST_P(simulated_options, keyspace_and_now_are_for_version_five)
{
    connect();
    const std::chrono::sys_seconds then{1'700'000'000s};
    if (!v5()) {
        EXPECT_THAT(
            refused<query_error>(statement{"UPDATE"}.keyspace("other")),
            HasSubstr("keyspace needs protocol version 5")
        );
        EXPECT_THAT(
            refused<query_error>(statement{"UPDATE"}.now_in_seconds(then)),
            HasSubstr("now_in_seconds needs protocol version 5")
        );
        return;
    }
    const auto got = sent(statement{"UPDATE"}.keyspace("other").now_in_seconds(then)).parameters;
    EXPECT_EQ(got.keyspace, "other");
    EXPECT_EQ(got.now_in_seconds, 1'700'000'000);
    const auto plain = sent("UPDATE").parameters;
    EXPECT_EQ(plain.keyspace, "");
    EXPECT_FALSE(plain.now_in_seconds);
    EXPECT_THAT(
        refused<query_error>(statement{"UPDATE"}.now_in_seconds(std::chrono::sys_seconds{5'000'000'000s})),
        HasSubstr("32 bits")
    );
    EXPECT_THAT(
        refused<query_error>(prepare(insert_text).bind(std::int64_t{1}, "x").keyspace("other")),
        HasSubstr("the keyspace it was prepared in")
    );
}

TEST_P(simulated_options, write_times_grow_from_the_wall_clock)
{
    connect();
    const auto before = world.environment()->wall_now().time_since_epoch();
    std::int64_t last = std::chrono::duration_cast<std::chrono::microseconds>(before).count() - 1;
    const prepared_statement prepared = prepare(insert_text);
    for (int i = 0; i < 5; ++i) {
        for (const statement& what : {statement{"UPDATE"}, prepared.bind(std::int64_t{i}, "x")}) {
            const auto time = sent(what).parameters.timestamp;
            ASSERT_TRUE(time);
            EXPECT_GT(*time, last);
            last = *time;
        }
    }
    const auto after = world.environment()->wall_now().time_since_epoch();
    EXPECT_LE(last, std::chrono::duration_cast<std::chrono::microseconds>(after).count() + 10);
}

TEST_P(simulated_options, the_write_time_is_taken_once)
{
    connect();
    const prepared_statement prepared = prepare(insert_text);
    node.forget_prepared();
    static_cast<void>(rows_of(prepared.bind(std::int64_t{1}, "x")));
    const auto tries = node.requests(opcode::execute);
    ASSERT_EQ(tries.size(), 2U);
    ASSERT_TRUE(tries[0].parameters.timestamp);
    EXPECT_EQ(tries[0].parameters.timestamp, tries[1].parameters.timestamp);
}

TEST_P(simulated_options, a_statement_may_have_a_write_time_of_its_own)
{
    connect();
    const std::chrono::sys_time<std::chrono::microseconds> when{-5us};
    EXPECT_EQ(sent(statement{"UPDATE"}.timestamp(when)).parameters.timestamp, -5);
    EXPECT_THAT(
        refused<query_error>(statement{"UPDATE"}.timestamp(decltype(when){std::chrono::microseconds::min()})),
        HasSubstr("smallest")
    );
}

TEST_P(simulated_options, write_times_can_be_left_to_the_server)
{
    config.client_timestamps = false;
    connect();
    EXPECT_FALSE(sent("UPDATE").parameters.timestamp);
    const std::chrono::sys_time<std::chrono::microseconds> when{9us};
    EXPECT_EQ(sent(statement{"UPDATE"}.timestamp(when)).parameters.timestamp, 9);
}

TEST_P(simulated_options, what_only_reads_has_no_write_time)
{
    connect();
    EXPECT_FALSE(sent(prepare("SELECT n").bind()).parameters.timestamp);
}

TEST_P(simulated_options, named_values_of_a_prepared_statement_take_the_markers_order)
{
    connect();
    const prepared_statement prepared = prepare(insert_text);
    const auto got = sent(prepared.bind_named("name", "Ada").bind_named("n", std::int64_t{7})).parameters;
    EXPECT_THAT(got.value_names, IsEmpty());
    ASSERT_EQ(got.values.size(), 2U);
    EXPECT_EQ(got.values[0].bytes, cells::bigint(7));
    EXPECT_EQ(got.values[1].bytes, cells::text("Ada"));
    const auto left = sent(prepared.bind_named("name", unset).bind_named("n", std::int64_t{7})).parameters;
    EXPECT_EQ(left.values.at(1).is, protocol::decoded_value::state::unset);
    EXPECT_THAT(
        refused<query_error>(prepared.bind_named("nmae", "Ada")),
        HasSubstr("no marker has the name 'nmae'; the markers are n, name")
    );
    EXPECT_THAT(
        refused<query_error>(prepared.bind_named("name", "Ada")), HasSubstr("no value for marker 'n'")
    );
    EXPECT_THAT(
        refused<query_error>(prepared.bind_named("name", "Ada").bind_named("name", "Eve")),
        HasSubstr("'name' is bound twice")
    );
    EXPECT_THAT(refused<query_error>(prepared.bind_named("n", "Ada")), HasSubstr("marker 'n' (position 0)"));
    EXPECT_THAT(
        refused<query_error>(prepared.bind(std::int64_t{7}, "Ada").bind_named("n", std::int64_t{7})),
        HasSubstr("other values by position")
    );
}

TEST_P(simulated_options, named_values_of_text_keep_their_names)
{
    connect();
    const auto got =
        sent(statement{"UPDATE"}.bind_named("b", "two").bind_named("a", std::int32_t{1})).parameters;
    EXPECT_THAT(got.value_names, ElementsAre("b", "a"));
    ASSERT_EQ(got.values.size(), 2U);
    EXPECT_EQ(got.values[0].bytes, cells::text("two"));
    EXPECT_EQ(got.values[1].bytes, cells::number(std::uint32_t{1}));
    const auto again = sent(statement{"UPDATE"}.bind_named("b", "two").bind(std::int32_t{1})).parameters;
    EXPECT_THAT(again.value_names, IsEmpty());
    EXPECT_EQ(again.values.size(), 1U);
}

TEST_P(simulated_options, tracing_and_payload_go_out)
{
    connect();
    const custom_payload payload{{"a", {std::byte{1}, std::byte{2}}}, {"b", {}}};
    const request_record got = sent(statement{"UPDATE"}.tracing().custom_payload(payload));
    EXPECT_TRUE(got.tracing);
    EXPECT_EQ(got.custom_payload, payload);
    const request_record plain = sent(statement{"UPDATE"}.tracing().tracing(false));
    EXPECT_FALSE(plain.tracing);
    EXPECT_THAT(plain.custom_payload, IsEmpty());
}

/// Answers written byte by byte: in version 4, whose envelopes stand in no segments. What they say is the same in version 5.
class simulated_raw_answers : public simulated_session {
protected:
    simulated_raw_answers() { config.protocol = protocol_version::v4; }
};

/// The body of a RESULT with everything in front that may stand there; `flags` say so in the header.
std::vector<std::byte> noted(std::span<const std::byte> message)
{
    std::vector<std::byte> body;
    for (int i = 0; i < 16; ++i)
        body.push_back(static_cast<std::byte>(i));
    const auto put = [&](std::initializer_list<int> bytes) {
        for (const int b : bytes)
            body.push_back(static_cast<std::byte>(b));
    };
    put({0, 1, 0, 4, 's', 'l', 'o', 'w'});
    put({0, 1, 0, 1, 'k', 0, 0, 0, 1, 9});
    body.insert(body.end(), message.begin(), message.end());
    return body;
}

/// The node's answer as bytes of a v4 envelope with these flags.
std::vector<std::byte> v4_envelope(
    std::int16_t stream, std::uint8_t flags, const std::vector<std::byte>& body
)
{
    std::vector<std::byte> out{
        std::byte{0x84},
        std::byte{flags},
        static_cast<std::byte>(stream >> 8),
        static_cast<std::byte>(stream),
        std::byte{0x08},
        std::byte{0},
        std::byte{0},
        std::byte{0},
        static_cast<std::byte>(body.size())};
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

TEST_F(simulated_raw_answers, what_stands_in_front_of_a_result_reaches_the_caller)
{
    std::array<std::uint8_t, 16> id{};
    for (std::size_t i = 0; i < id.size(); ++i)
        id[i] = static_cast<std::uint8_t>(i);
    const std::vector<std::byte> void_message(3), one{std::byte{1}};
    std::vector<std::byte> message = void_message;
    message.insert(message.end(), one.begin(), one.end());
    node.on_query("UPDATE").reply_with([message](const request_record& request) {
        return reply_bytes(v4_envelope(request.stream, 0x02 | 0x04 | 0x08, noted(message)));
    });
    connect();
    const result_set got = rows_of("UPDATE");
    EXPECT_EQ(got.tracing_id(), uuid{id});
    EXPECT_THAT(got.warnings(), ElementsAre("slow"));
    EXPECT_EQ(got.custom_payload(), (custom_payload{{"k", {std::byte{9}}}}));
    EXPECT_EQ(got.kind(), result_kind::void_);

    streaming_result_set stream = opened->execute_stream("UPDATE");
    const auto next = [&] {
        const auto end =
            start<std::optional<page>>([&](auto handler) { stream.next_page(std::move(handler)); });
        wait(*end);
        EXPECT_FALSE(end->error);
        return end;
    };
    const auto first = next();
    ASSERT_TRUE(*first->value);
    EXPECT_TRUE((*first->value)->empty());
    EXPECT_THAT((*first->value)->warnings(), ElementsAre("slow"));
    EXPECT_EQ((*first->value)->tracing_id(), uuid{id});
    EXPECT_FALSE(*next()->value);
}

TEST_P(simulated_options, a_statement_without_rows_has_no_page)
{
    connect();
    streaming_result_set stream = opened->execute_stream("UPDATE");
    const auto end = start<std::optional<page>>([&](auto handler) { stream.next_page(std::move(handler)); });
    wait(*end);
    ASSERT_FALSE(end->error);
    EXPECT_FALSE(*end->value);
    EXPECT_EQ(stream.page_number(), 0U);
}

TEST_P(simulated_options, the_version_is_the_one_that_is_spoken)
{
    connect();
    EXPECT_EQ(opened->protocol(), GetParam());
}

// ST7: a page above the protocol's limit of 256 MiB.
TEST_F(simulated_raw_answers, a_page_above_the_limit_is_a_clean_error)
{
    node.on_query("UPDATE").reply_with([](const request_record& request) {
        std::vector<std::byte> header = v4_envelope(request.stream, 0, {});
        header[5] = std::byte{0x10};  // 2^28 + 1
        header[8] = std::byte{1};
        return reply_bytes(header);
    });
    connect();
    const auto end = execute("UPDATE");
    wait(*end);
    const failure f = failure_of<protocol_error>(*end);
    EXPECT_THAT(f.what, HasSubstr("a body is longer than the limit"));
    EXPECT_EQ(f.effect, request_effect::maybe_applied);
}

TEST_P(simulated_options, a_closed_session_says_so_whatever_the_statement)
{
    connect();
    close(*opened);
    EXPECT_EQ(refused<connection_error>(statement{"UPDATE"}.page_size(0)), "Session is closed");
    const auto rest = statement{"UPDATE"}.timeout(0ms);
    EXPECT_EQ(refused<connection_error>(rest), "Session is closed");
}

TEST_P(simulated_options, an_error_says_its_text_and_nothing_more)
{
    connect();
    try {
        static_cast<void>(rows_of("nonsense"));
        ADD_FAILURE() << "it did not fail";
    } catch (const error& e) {
        EXPECT_STREQ(e.what(), e.details().what.c_str());
        EXPECT_THAT(e.what(), ::testing::Not(HasSubstr("async_cassandra.server")));
    }
}

}  // namespace
}  // namespace async_cassandra::testing
