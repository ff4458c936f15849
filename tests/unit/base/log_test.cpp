// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace async_cassandra::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class log_test : public ::testing::Test {
protected:
    ~log_test() override { set_log_sink({}); }

    void listen(log_level lowest = log_level::debug)
    {
        set_log_sink(
            [this](const log_record& r) {
                std::string line = std::string{to_string(r.level)} + " " + std::string{r.component} + ": " +
                                   std::string{r.text};
                for (const log_field& f : r.fields)
                    line += " " + std::string{f.name} + "=" + std::string{f.value};
                lines.push_back(line);
                suppressed.push_back(r.suppressed);
            },
            lowest
        );
    }

    std::vector<std::string> lines;
    std::vector<std::uint64_t> suppressed;
};

TEST_F(log_test, is_off_until_a_sink_is_set_and_off_again_without_one)
{
    EXPECT_FALSE(log_enabled(log_level::error));
    log(log_level::error, "pool", "nobody hears it");
    listen();
    EXPECT_TRUE(log_enabled(log_level::debug));
    set_log_sink({});
    EXPECT_FALSE(log_enabled(log_level::error));
    log(log_level::error, "pool", "nobody hears it");
    EXPECT_THAT(lines, IsEmpty());
}

TEST_F(log_test, delivers_level_component_text_and_fields)
{
    listen();
    log(log_level::warning, "pool", "no connection", {{"node", "127.0.0.1:9042"}, {"reason", "refused"}});
    log(log_level::debug, "control", "connected");
    EXPECT_THAT(
        lines,
        ElementsAre(
            "warning pool: no connection node=127.0.0.1:9042 reason=refused", "debug control: connected"
        )
    );
}

TEST_F(log_test, delivers_from_the_lowest_level_on)
{
    listen(log_level::warning);
    EXPECT_FALSE(log_enabled(log_level::debug));
    EXPECT_FALSE(log_enabled(log_level::info));
    EXPECT_TRUE(log_enabled(log_level::warning));
    EXPECT_TRUE(log_enabled(log_level::error));
    log(log_level::info, "a", "no");
    log(log_level::error, "a", "yes");
    EXPECT_THAT(lines, ElementsAre("error a: yes"));
}

TEST_F(log_test, levels_have_names)
{
    EXPECT_EQ(to_string(log_level::debug), "debug");
    EXPECT_EQ(to_string(log_level::info), "info");
    EXPECT_EQ(to_string(log_level::warning), "warning");
    EXPECT_EQ(to_string(log_level::error), "error");
}

TEST_F(log_test, a_flood_is_cut_to_a_hundred_a_second_and_the_next_record_tells_how_many_are_missing)
{
    // Within one second of the wall clock: tried again when the second turned meanwhile.
    for (;;) {
        lines.clear();
        suppressed.clear();
        listen();
        const std::time_t before = std::time(nullptr);
        for (int i = 0; i < 250; ++i)
            log(log_level::info, "flood", "again");
        if (std::time(nullptr) == before)
            break;
    }
    EXPECT_EQ(lines.size(), 100U);
    const std::time_t full = std::time(nullptr);
    while (std::time(nullptr) == full)
        log(log_level::info, "flood", "again");
    const auto others = suppressed.size();
    ASSERT_GE(others, 100U);
    log(log_level::info, "flood", "later");
    std::uint64_t missing = 0;
    for (const std::uint64_t count : suppressed)
        missing += count;
    EXPECT_GE(missing, 150U);
    EXPECT_EQ(suppressed.front(), 0U);
    EXPECT_EQ(suppressed.back(), others == 100U ? missing : 0U);
}

TEST_F(log_test, what_a_sink_throws_is_dropped)
{
    int calls = 0;
    set_log_sink([&](const log_record&) {
        ++calls;
        throw std::runtime_error{"a bad sink"};
    });
    log(log_level::info, "a", "one");
    log(log_level::info, "a", "two");
    EXPECT_EQ(calls, 2);
}

TEST_F(log_test, a_sink_may_log_and_replace_itself)
{
    set_log_sink([this](const log_record&) {
        listen();
        log(log_level::info, "sink", "replaced");
    });
    log(log_level::info, "a", "one");
    EXPECT_THAT(lines, ElementsAre("info sink: replaced"));
}

TEST_F(log_test, what_a_sink_holds_may_log_when_it_goes)
{
    struct last_words {
        last_words() = default;
        last_words(const last_words&) = delete;
        last_words& operator=(const last_words&) = delete;
        ~last_words() { log(log_level::info, "sink", "gone"); }
    };
    set_log_sink([held = std::make_shared<last_words>()](const log_record&) {});
    listen();
    EXPECT_THAT(lines, ElementsAre("info sink: gone"));
}

}  // namespace
}  // namespace async_cassandra::base
