// SPDX-License-Identifier: Apache-2.0
#include "base/observer.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

namespace async_cassandra::base {
namespace {

using ::testing::ElementsAre;

class status_recorder final : public observer {
public:
    void on_node_status(const node_status_change& e) noexcept override
    {
        seen.push_back(
            to_string(e.node) + ": " + std::string{to_string(e.before)} + " -> " +
            std::string{to_string(e.now)} + ", " + std::string{to_string(e.reason)}
        );
    }

    std::vector<std::string> seen;
};

TEST(observer, tells_what_the_implementation_asks_for_and_nothing_else)
{
    const uuid host;
    const endpoint node{*inet::parse("127.0.0.2"), 9042};
    status_recorder recorder;
    observer* const to = &recorder;
    to->on_connection_opened({host, node, 1});
    to->on_node_status(
        {host, node, node_status::connecting, node_status::up, node_status_reason::connected, {}}
    );
    to->on_connection_closed({host, node, 0, {}, "reset"});
    to->on_reconnect_scheduled({host, node, std::chrono::milliseconds{7}, 1});
    EXPECT_THAT(recorder.seen, ElementsAre("127.0.0.2:9042: connecting -> up, a connection is ready"));
}

TEST(observer, every_status_and_reason_has_words_of_its_own)
{
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(node_status::removed); ++i)
        words.insert(to_string(static_cast<node_status>(i)));
    for (int i = 0; i <= static_cast<int>(node_status_reason::removed); ++i)
        words.insert(to_string(static_cast<node_status_reason>(i)));
    EXPECT_EQ(words.size(), 18U);
    EXPECT_FALSE(words.contains("?"));
}

}  // namespace
}  // namespace async_cassandra::base
