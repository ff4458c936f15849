// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/load_balancing_fixture.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <stdexcept>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using test::order;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_F(load_balancing_test, filters_refuse_nodes)
{
    const std::vector<test::placed_node> placed{in("dc1"), in("dc1"), in("dc1"), in("dc2"), in("dc3")};
    settings.max_nodes_per_remote_dc = 5;
    request.consistency = consistency::one;
    const auto left = [&](node_filter filter) {
        settings.filter = std::move(filter);
        use(placed);
        nodes all = order(plan({0, 1, 2, 3, 4}));
        std::sort(all.begin(), all.end());
        return all;
    };
    EXPECT_THAT(left(nullptr), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(left(only_data_centers({"dc1", "dc3"})), ElementsAre(0, 1, 2, 4));
    EXPECT_THAT(left(only_hosts({test::host_number(1), test::host_number(3)})), ElementsAre(1, 3));
    EXPECT_THAT(left(only_addresses({test::address_number(2).address})), ElementsAre(2));
    EXPECT_THAT(left(all_except(only_addresses({test::address_number(2).address}))), ElementsAre(0, 1, 3, 4));
    EXPECT_THAT(left([](const node_identity& n) { return n.data_center == "dc2"; }), ElementsAre(3));
    EXPECT_THAT(table->problems(), ElementsAre("no node that may be used is in the local data center 'dc1'"));
}

TEST_F(load_balancing_test, a_filter_that_throws_refuses_the_node_and_is_told_of)
{
    settings.filter = [](const node_identity& n) {
        if (n.address == test::address_number(1))
            throw std::runtime_error{"no idea"};
        return true;
    };
    use(local_nodes(3));
    EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 2));
    EXPECT_THAT(
        table->problems(),
        ElementsAre("the node filter threw for 127.0.0.2:9042, which is not used therefore: no idea")
    );
}

TEST_F(load_balancing_test, a_rack_without_nodes_is_told_of)
{
    settings.local_rack = "r9";
    use(local_nodes(3));
    EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 1, 2));
    EXPECT_THAT(
        table->problems(),
        ElementsAre("no node that may be used is in the local rack 'r9' of the data center 'dc1'")
    );
}

class scripted_policy final : public load_balancing_policy {
public:
    void plan(const request_info& request, std::span<const node_view> all, plan_sink& plan) override
    {
        script(request, all, plan);
    }

    std::function<void(const request_info&, std::span<const node_view>, plan_sink&)> script;
};

class policy_test : public load_balancing_test {
protected:
    policy_test() { settings.policy = policy; }

    std::shared_ptr<scripted_policy> policy = std::make_shared<scripted_policy>();
};

TEST_F(policy_test, chooses_among_all_nodes_and_has_the_last_word)
{
    policy->script = [](auto&, auto all, plan_sink& plan) {
        EXPECT_EQ(all.size(), 4U);
        plan.add(3);
        plan.add(1);
    };
    use({in("dc1"), in("dc2"), in("dc1"), in("dc3")});
    request.consistency = consistency::local_quorum;
    EXPECT_THAT(order(plan({0, 1})), ElementsAre(3, 1));
    EXPECT_THAT(table->problems(), IsEmpty()) << "data centers are its own matter";
}

TEST_F(policy_test, sees_the_request_and_what_nodes_do_now)
{
    policy->script = [&](const request_info& r, std::span<const node_view> all, plan_sink&) {
        EXPECT_EQ(r.consistency, consistency::two);
        EXPECT_EQ(r.keyspace, "shop");
        EXPECT_TRUE(r.conditional);
        EXPECT_THAT(r.replicas, ElementsAre(1, 0));
        EXPECT_EQ(all[0].identity().host_id, test::host_number(0));
        EXPECT_EQ(all[1].identity().address, test::address_number(1));
        EXPECT_EQ(all[1].identity().data_center, "dc2");
        EXPECT_EQ(all[1].identity().rack, "r7");
        EXPECT_FALSE(all[0].is_up());
        EXPECT_TRUE(all[1].is_up());
        EXPECT_EQ(all[1].in_flight(), 77U);
    };
    use({in("dc1"), in("dc2", "r7")});
    up(0, false);
    facts(1).counts.unanswered = 77;
    request.consistency = consistency::two;
    request.keyspace = "shop";
    request.conditional = true;
    EXPECT_THAT(order(plan({1, 0})), IsEmpty()) << "it added nothing";
}

TEST_F(policy_test, cannot_add_what_is_not_there_or_twice)
{
    settings.filter = all_except(only_hosts({test::host_number(2)}));
    policy->script = [](auto&, auto, plan_sink& plan) {
        for (const std::size_t position : {1U, 1U, 2U, 4U, 99U, 0U, 1U})
            plan.add(position);
        plan.add(SIZE_MAX);
    };
    use(local_nodes(4));
    EXPECT_THAT(order(plan()), ElementsAre(1, 0));
}

TEST_F(policy_test, may_make_a_long_plan)
{
    policy->script = [](auto&, std::span<const node_view> all, plan_sink& plan) {
        for (std::size_t round = 0; round < 2; ++round)
            for (std::size_t i = all.size(); i > 0; --i)
                plan.add(i - 1);
    };
    use(local_nodes(40));
    nodes expected;
    for (std::uint32_t i = 40; i > 0; --i)
        expected.push_back(i - 1);
    EXPECT_THAT(order(plan()), ElementsAreArray(expected));
}

TEST_F(policy_test, an_exception_is_a_query_error_with_its_cause)
{
    policy->script = [](auto&, auto, plan_sink& plan) {
        plan.add(0);
        throw std::out_of_range{"beyond"};
    };
    use(local_nodes(2));
    try {
        static_cast<void>(plan());
        FAIL() << "it did not throw";
    } catch (const std::out_of_range&) {
        const failure f = policy_failure(std::current_exception());
        EXPECT_EQ(f.what, "the load balancing policy threw: beyond");
        EXPECT_EQ(f.effect, request_effect::not_sent);
        try {
            throw_failure(failure_ptr{f});
        } catch (const query_error& e) {
            EXPECT_THROW(std::rethrow_exception(e.details().cause), std::out_of_range);
        }
    }
    EXPECT_EQ(
        policy_failure(std::make_exception_ptr(7)).what,
        "the load balancing policy threw an exception that is no std::exception"
    );
}

}  // namespace
}  // namespace async_cassandra::detail
