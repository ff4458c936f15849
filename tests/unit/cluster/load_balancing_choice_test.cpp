// SPDX-License-Identifier: Apache-2.0
// Whether a request that waits has another node to go to.
#include "unit/cluster/load_balancing_fixture.hpp"

#include <utility>

namespace async_cassandra::detail {
namespace {

using base::node_status;
using ::testing::UnorderedElementsAre;

/// Names nodes that it was told, and no others.
class named_nodes final : public load_balancing_policy {
public:
    void plan(const request_info&, std::span<const node_view>, plan_sink& to) override
    {
        for (const std::uint32_t each : named)
            to.add(each);
    }

    std::vector<std::uint32_t> named;
};

class load_balancing_choice_test : public load_balancing_test {
protected:
    void set(std::uint32_t position, node_status status)
    {
        facts(position).status = status;
        up(position, status == node_status::up);
    }
    void use_all_up(std::vector<test::placed_node> placed)
    {
        use(std::move(placed));
        for (std::uint32_t i = 0; i < table->size(); ++i)
            set(i, node_status::up);
    }
};

TEST_F(load_balancing_choice_test, has_a_choice_as_long_as_one_that_is_up_is_left)
{
    use_all_up(local_nodes(3));
    node_plan made = plan({1});
    EXPECT_TRUE(made.has_choice());
    for (int i = 0; i < 2; ++i) {
        static_cast<void>(made.next());
        EXPECT_TRUE(made.has_choice()) << i;
    }
    static_cast<void>(made.next());
    EXPECT_FALSE(made.has_choice());
    EXPECT_TRUE(made.empty());
    EXPECT_FALSE(node_plan{}.has_choice());
}

TEST_F(load_balancing_choice_test, has_none_when_those_that_are_left_are_down_or_silent)
{
    use_all_up(local_nodes(4));
    set(0, node_status::down);
    set(3, node_status::silent);
    node_plan made = plan({2, 1});
    const std::uint32_t first = made.next();
    EXPECT_TRUE(made.has_choice()) << "the other replica";
    set(3 - first, node_status::down);
    EXPECT_FALSE(made.has_choice());
    EXPECT_FALSE(made.empty()) << "they are named nevertheless";
    set(0, node_status::up);
    EXPECT_TRUE(made.has_choice()) << "it looks now";
}

TEST_F(load_balancing_choice_test, a_node_that_is_upcoming_is_looked_at_too)
{
    use_all_up(local_nodes(2));
    node_plan made = plan();
    const std::uint32_t other = 1 - made.next();
    EXPECT_FALSE(made.empty());  // it has found the other one
    EXPECT_TRUE(made.has_choice());
    set(other, node_status::down);
    EXPECT_FALSE(made.has_choice());
    EXPECT_EQ(made.next(), other);
}

TEST_F(load_balancing_choice_test, asking_changes_nothing)
{
    use_all_up(local_nodes(6));
    set(4, node_status::down);
    for (int i = 0; i < 100; ++i) {
        node_plan made = plan({1, 2});
        nodes all;
        while (!made.empty()) {
            EXPECT_EQ(made.has_choice(), made.has_choice());
            all.push_back(made.next());
        }
        ASSERT_THAT(all, UnorderedElementsAre(0, 1, 2, 3, 4, 5));
        EXPECT_EQ(all.back(), 4U);
    }
}

TEST_F(load_balancing_choice_test, remote_nodes_are_a_choice_before_anybody_has_connected_to_them)
{
    settings.max_nodes_per_remote_dc = 1;
    use_all_up({in("dc1"), in("dc2")});
    for (const node_status status : {node_status::unknown, node_status::connecting, node_status::up}) {
        set(1, status);
        request.consistency = consistency::one;
        node_plan made = plan();
        EXPECT_EQ(made.next(), 0U);
        EXPECT_TRUE(made.has_choice()) << to_string(status);
        request.consistency = consistency::local_one;
        made = plan();
        EXPECT_EQ(made.next(), 0U);
        EXPECT_FALSE(made.has_choice()) << "it has to stay in the data center";
    }
    set(1, node_status::down);
    request.consistency = consistency::one;
    node_plan made = plan();
    EXPECT_EQ(made.next(), 0U);
    EXPECT_FALSE(made.has_choice());
}

TEST_F(load_balancing_choice_test, of_a_policy_it_is_what_was_named_also_behind_the_twelfth)
{
    const auto policy = std::make_shared<named_nodes>();
    settings.policy = policy;
    use_all_up(local_nodes(20));
    for (std::uint32_t i = 0; i < 15; ++i)
        policy->named.push_back(i);
    node_plan made = plan();
    for (std::uint32_t i = 0; i < 14; ++i) {
        EXPECT_EQ(made.next(), i);
        EXPECT_TRUE(made.has_choice());
    }
    set(14, node_status::down);
    EXPECT_FALSE(made.has_choice()) << "the others were not named";
    EXPECT_EQ(made.next(), 14U);
    EXPECT_TRUE(made.empty());
}

}  // namespace
}  // namespace async_cassandra::detail
