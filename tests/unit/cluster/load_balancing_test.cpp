// SPDX-License-Identifier: Apache-2.0
#include "unit/cluster/plan_tables.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <new>
#include <stdexcept>

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size)
{
    if (void* const got = operator new(size, std::nothrow))
        return got;
    throw std::bad_alloc{};
}
void operator delete(void* what) noexcept
{
    std::free(what);
}
void operator delete(void* what, std::size_t) noexcept
{
    std::free(what);
}

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using test::order;
using test::placed_node;
using test::table_of;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

constexpr int many = 100'000;

using nodes = std::vector<std::uint32_t>;

placed_node in(std::string data_center, std::string rack = "r1")
{
    return {std::move(data_center), std::move(rack)};
}

/// `count` nodes of dc1 in `racks` racks by turns.
std::vector<placed_node> local_nodes(std::size_t count, std::size_t racks = 1)
{
    std::vector<placed_node> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(in("dc1", "r" + std::to_string(i % racks + 1)));
    return made;
}

class load_balancing_test : public ::testing::Test {
protected:
    void use(std::vector<placed_node> placed)
    {
        table = table_of(std::move(placed), settings);
        balancer = load_balancer{settings, 12345};
        balancer.use(table);
    }
    void up(std::uint32_t position, bool is) { table->set_up(position, is); }
    node_plan plan() { return plan({}); }
    node_plan plan(const nodes& replicas)
    {
        request.replicas = replicas;
        return balancer.plan(request);
    }
    /// How often each node is the first of a plan.
    std::map<std::uint32_t, int> firsts(const nodes& replicas, int plans = many)
    {
        std::map<std::uint32_t, int> counts;
        for (int i = 0; i < plans; ++i)
            ++counts[plan(replicas).next()];
        return counts;
    }
    void expect_even(const std::map<std::uint32_t, int>& counts, std::size_t of)
    {
        EXPECT_THAT(counts, SizeIs(of));
        const double share = static_cast<double>(many) / static_cast<double>(of);
        for (const auto& [position, count] : counts)
            EXPECT_NEAR(count, share, share / 10) << position;
    }
    node_facts& facts(std::uint32_t position) { return table->facts(position); }

    load_balancing_settings settings;
    boost::intrusive_ptr<plan_table> table;
    load_balancer balancer{settings, 0};
    plan_request request{.now = test::plans_begin};
};

TEST_F(load_balancing_test, without_nodes_a_plan_is_empty)
{
    EXPECT_THAT(order(plan()), IsEmpty()) << "no table yet";
    use({});
    EXPECT_THAT(order(plan()), IsEmpty());
    EXPECT_TRUE(node_plan{}.empty());
}

// R36
TEST_F(load_balancing_test, without_replicas_local_nodes_take_turns)
{
    use(local_nodes(5));
    for (int i = 0; i < 20; ++i)
        EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 1, 2, 3, 4));
    expect_even(firsts({}), 5);
}

TEST_F(load_balancing_test, the_share_of_a_node_that_is_down_goes_to_all_others)
{
    use(local_nodes(5));
    up(2, false);
    expect_even(firsts({}), 4);
    up(2, true);
    expect_even(firsts({}), 5);
}

// R36
TEST_F(load_balancing_test, replicas_come_first_and_each_has_its_share)
{
    use(local_nodes(12));
    for (int i = 0; i < 20; ++i) {
        const nodes all = order(plan({3, 7, 11}));
        EXPECT_THAT(nodes(all.begin(), all.begin() + 3), UnorderedElementsAre(3, 7, 11));
        EXPECT_THAT(all, UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    }
    expect_even(firsts({3, 7, 11}), 3);
    expect_even(firsts({0, 1, 2, 3, 4}), 5);
}

TEST_F(load_balancing_test, every_order_of_replicas_is_as_likely)
{
    use(local_nodes(3));
    std::map<nodes, int> orders;
    for (int i = 0; i < many; ++i)
        ++orders[order(plan({0, 1, 2}))];
    EXPECT_THAT(orders, SizeIs(6));
    for (const auto& [shuffled, count] : orders)
        EXPECT_NEAR(count, many / 6, many / 60);
}

TEST_F(load_balancing_test, with_shuffling_off_replicas_keep_the_order_of_the_ring)
{
    settings.shuffle_replicas = false;
    use(local_nodes(6));
    for (int i = 0; i < 100; ++i) {
        node_plan made = plan({5, 1, 3});
        EXPECT_EQ(made.next(), 5U);
        EXPECT_EQ(made.next(), 1U);
        EXPECT_EQ(made.next(), 3U);
    }
}

TEST_F(load_balancing_test, a_replica_that_is_down_is_tried_last)
{
    use(local_nodes(4));
    up(1, false);
    for (int i = 0; i < 100; ++i) {
        const nodes all = order(plan({1, 2}));
        ASSERT_THAT(all, UnorderedElementsAre(0, 1, 2, 3));
        EXPECT_EQ(all.front(), 2U);
        EXPECT_EQ(all.back(), 1U) << "so that the request can say why it did not take it";
    }
}

TEST_F(load_balancing_test, a_node_that_goes_down_while_the_plan_is_walked_is_left_for_the_end)
{
    use(local_nodes(4));
    node_plan made = plan();
    const std::uint32_t first = made.next();
    const std::uint32_t gone = (first + 1) % 4;
    up(gone, false);
    nodes rest;
    while (!made.empty())
        rest.push_back(made.next());
    ASSERT_THAT(rest, SizeIs(3));
    EXPECT_EQ(rest.back(), gone);
}

TEST_F(load_balancing_test, no_node_comes_twice_when_it_goes_up_and_down_meanwhile)
{
    use(local_nodes(6));
    node_plan made = plan();
    nodes all;
    while (!made.empty()) {
        all.push_back(made.next());
        for (std::uint32_t i = 0; i < 6; ++i)
            up(i, !facts(i).up);
    }
    EXPECT_THAT(all, UnorderedElementsAre(0, 1, 2, 3, 4, 5));
}

TEST_F(load_balancing_test, the_local_rack_comes_first)
{
    settings.local_rack = "r2";
    use(local_nodes(9, 3));  // r2: 1, 4, 7
    for (int i = 0; i < 100; ++i) {
        const nodes all = order(plan({0, 1, 2}));
        ASSERT_THAT(all, SizeIs(9));
        EXPECT_EQ(all[0], 1U);
        EXPECT_THAT(nodes(all.begin() + 1, all.begin() + 3), UnorderedElementsAre(0, 2));
        EXPECT_THAT(nodes(all.begin() + 3, all.begin() + 5), UnorderedElementsAre(4, 7));
    }
    expect_even(firsts({}), 3);
    up(1, false);
    expect_even(firsts({0, 1, 2}), 2);
    EXPECT_THAT(table->problems(), IsEmpty());
}

TEST_F(load_balancing_test, remote_nodes_are_not_used_unless_allowed)
{
    use({in("dc1"), in("dc2"), in("dc1"), in("dc2")});
    EXPECT_EQ(table->distance(1), node_distance::ignored);
    request.consistency = consistency::one;
    EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 2));
    EXPECT_THAT(order(plan({1, 2})), ElementsAre(2, 0));
    up(0, false);
    up(2, false);
    EXPECT_THAT(order(plan()), UnorderedElementsAre(0, 2));
}

TEST_F(load_balancing_test, allowed_remote_nodes_come_after_all_local_ones)
{
    settings.max_nodes_per_remote_dc = 2;
    request.consistency = consistency::quorum;
    use({in("dc1"), in("dc2"), in("dc3"), in("dc2"), in("dc2"), in("dc1"), in("dc3")});
    const nodes all = order(plan({3, 5}));
    ASSERT_THAT(all, SizeIs(6)) << "two of the three in dc2";
    EXPECT_THAT(nodes(all.begin(), all.begin() + 2), ElementsAre(5, 0));
    EXPECT_THAT(nodes(all.begin() + 4, all.end()), UnorderedElementsAre(2, 6)) << "dc3 after dc2";
    up(0, false);
    up(5, false);
    EXPECT_THAT(order(plan()).front(), AnyOf(1, 3, 4));
}

TEST_F(load_balancing_test, another_client_uses_other_remote_nodes_and_the_shards_of_one_the_same)
{
    settings.max_nodes_per_remote_dc = 1;
    std::vector<placed_node> placed(10, in("dc2"));
    placed.push_back(in("dc1"));
    std::map<std::uint32_t, int> chosen;
    for (std::uint64_t client = 0; client < 1000; ++client) {
        const auto one = table_of(placed, settings, "dc1", client * 0x9E3779B97F4A7C15U);
        const auto two = table_of(placed, settings, "dc1", client * 0x9E3779B97F4A7C15U);
        ASSERT_EQ(one->groups()[1].nodes, two->groups()[1].nodes);
        ++chosen[one->groups()[1].nodes.front()];
    }
    EXPECT_THAT(chosen, SizeIs(10));
    for (const auto& [position, count] : chosen)
        EXPECT_NEAR(count, 100, 50) << position;
}

TEST_F(load_balancing_test, local_levels_stay_in_the_data_center_unless_asked)
{
    using enum consistency;
    const auto reaches_remote = [&](consistency level, bool conditional, consistency serial_level) {
        request = {
            .consistency = level,
            .conditional = conditional,
            .serial = serial_level,
            .now = test::plans_begin};
        return order(plan()).size() == 2;
    };
    settings.max_nodes_per_remote_dc = 1;
    use({in("dc1"), in("dc2")});
    for (const consistency level : {any, one, two, three, quorum, all, each_quorum, consistency::serial})
        EXPECT_TRUE(reaches_remote(level, false, local_serial)) << to_string(level);
    for (const consistency level : {local_one, local_quorum, local_serial})
        EXPECT_FALSE(reaches_remote(level, false, consistency::serial)) << to_string(level);
    EXPECT_TRUE(reaches_remote(quorum, true, consistency::serial));
    EXPECT_FALSE(reaches_remote(quorum, true, local_serial));
    settings.remote_for_local_consistency = true;
    use({in("dc1"), in("dc2")});
    for (const consistency level : {local_one, local_quorum, local_serial})
        EXPECT_TRUE(reaches_remote(level, false, consistency::serial)) << to_string(level);
    EXPECT_TRUE(reaches_remote(quorum, true, local_serial));
}

TEST_F(load_balancing_test, transactions_begin_at_the_same_replica_everywhere)
{
    settings.local_rack = "r3";
    use(local_nodes(6, 3));
    for (std::uint32_t i = 0; i < 3; ++i)
        facts(i).in_flight = 100 - i;
    const auto expect_ring_order = [&] {
        for (int i = 0; i < 100; ++i) {
            node_plan made = plan({1, 0, 2});
            EXPECT_EQ(made.next(), 1U);
            EXPECT_EQ(made.next(), 0U);
            EXPECT_EQ(made.next(), 2U);
        }
    };
    request.conditional = true;
    expect_ring_order();
    request.conditional = false;
    request.consistency = consistency::serial;
    expect_ring_order();
    request.consistency = consistency::local_serial;
    expect_ring_order();
    up(1, false);
    EXPECT_EQ(plan({1, 0, 2}).next(), 0U);
}

TEST_F(load_balancing_test, of_two_replicas_the_less_busy_one_comes_first)
{
    use(local_nodes(3));
    facts(0).in_flight = 5;
    facts(1).in_flight = 4;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(plan({0, 1}).next(), 1U);
    // Of three, the busiest is first only when nobody else is among the first two.
    facts(2).in_flight = 3;
    const auto counts = firsts({0, 1, 2});
    EXPECT_FALSE(counts.contains(0));
    EXPECT_NEAR(counts.at(2), many * 2 / 3, many / 30);
}

TEST_F(load_balancing_test, a_slow_replica_comes_after_the_others)
{
    use(local_nodes(3));
    facts(1).in_flight = 10;
    facts(0).in_flight = facts(2).in_flight = 50;
    for (std::uint32_t i : {0U, 2U})
        facts(i).last_but_one = facts(i).last = request.now - 200ms;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(order(plan({0, 1, 2})).back(), 1U);
    facts(1).on_answer(request.now - 100ms);
    EXPECT_EQ(order(plan({0, 1, 2})).back(), 1U) << "one answer is not enough";
    facts(1).on_answer(request.now);
    EXPECT_TRUE(firsts({0, 1, 2}).contains(1));
    facts(1).last_but_one = {};
    facts(1).in_flight = 9;
    EXPECT_TRUE(firsts({0, 1, 2}).contains(1)) << "little to do: silence says nothing";
}

TEST_F(load_balancing_test, a_burst_on_an_idle_node_does_not_make_it_slow)
{
    use(local_nodes(3));
    for (int i = 0; i < 30; ++i)
        facts(1).on_sent(request.now - 200ms);
    EXPECT_FALSE(facts(1).is_slow(request.now)) << "nobody could have answered before";
    EXPECT_TRUE(facts(1).is_slow(request.now + 1ms));
    facts(1).on_answer(request.now);
    facts(1).on_done();
    EXPECT_TRUE(facts(1).is_slow(request.now + 1ms)) << "one answer is not enough";
    facts(1).on_answer(request.now);
    facts(1).on_done();
    EXPECT_FALSE(facts(1).is_slow(request.now + 200ms));
    EXPECT_TRUE(facts(1).is_slow(request.now + 201ms));
    for (int i = 0; i < 19; ++i)
        facts(1).on_done();
    EXPECT_EQ(facts(1).in_flight, 9U);
    EXPECT_FALSE(facts(1).is_slow(request.now + 1h)) << "little to do: silence says nothing";
}

TEST_F(load_balancing_test, when_most_replicas_are_slow_none_is_avoided)
{
    use(local_nodes(4));
    for (std::uint32_t i = 0; i < 2; ++i)
        facts(i).in_flight = 10;
    for (std::uint32_t i = 2; i < 4; ++i)
        facts(i).in_flight = 10, facts(i).last_but_one = request.now;
    expect_even(firsts({0, 1, 2, 3}), 4);
    facts(1).last_but_one = request.now;
    EXPECT_FALSE(firsts({0, 1, 2, 3}).contains(0));
}

TEST_F(load_balancing_test, a_slow_replica_is_avoided_even_in_the_local_rack)
{
    settings.local_rack = "r1";
    use(local_nodes(3, 3));
    facts(0).in_flight = 10;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(order(plan({0, 1, 2}))[2], 0U);
}

TEST_F(load_balancing_test, the_rack_counts_more_than_a_few_requests)
{
    settings.local_rack = "r1";
    use(local_nodes(3, 3));
    facts(0).in_flight = 5;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(plan({0, 1, 2}).next(), 0U);
}

TEST_F(load_balancing_test, a_replica_that_has_just_come_back_gets_a_part_of_its_share)
{
    use(local_nodes(3));
    facts(1).came_back = request.now - 59s;
    // In the first two places two thirds of the time; it stays a quarter of that, and half of it in front.
    const auto counts = firsts({0, 1, 2});
    EXPECT_NEAR(counts.at(1), many / 12, many / 120);
    facts(1).came_back = request.now - 60s;
    expect_even(firsts({0, 1, 2}), 3);
}

TEST_F(load_balancing_test, slow_replicas_are_as_good_as_others_when_told_so)
{
    settings.avoid_slow_replicas = false;
    use(local_nodes(3));
    facts(0).in_flight = 10;
    facts(1).came_back = request.now;
    expect_even(firsts({0, 1, 2}), 3);
}

TEST_F(load_balancing_test, of_very_many_replicas_the_first_eight_are_put_in_order)
{
    use(local_nodes(20));
    const nodes replicas{0, 2, 4, 6, 8, 10, 12, 14, 16, 18};
    for (int i = 0; i < 100; ++i) {
        const nodes all = order(plan(replicas));
        EXPECT_THAT(
            nodes(all.begin(), all.begin() + 8),
            UnorderedElementsAreArray(replicas.begin(), replicas.begin() + 8)
        );
        EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), 20U);
    }
}

TEST_F(load_balancing_test, a_plan_of_one_is_that_node_also_when_it_is_refused)
{
    settings.filter = only_hosts({test::host_number(0)});
    use(local_nodes(3));
    EXPECT_THAT(order(plan()), ElementsAre(0));
    EXPECT_THAT(order(balancer.plan_of_one(2)), ElementsAre(2));
}

TEST_F(load_balancing_test, plans_keep_their_table)
{
    use(local_nodes(3));
    node_plan old = plan({2});
    const plan_table* const before = table.get();
    use(local_nodes(1));
    EXPECT_EQ(old.table().get(), before);
    EXPECT_THAT(order(std::move(old)), UnorderedElementsAre(0, 1, 2));
    EXPECT_THAT(order(plan()), ElementsAre(0));
}

TEST_F(load_balancing_test, allocates_nothing_for_the_first_twelve_nodes)
{
    settings.local_rack = "r1";
    settings.max_nodes_per_remote_dc = 3;
    auto placed = local_nodes(9, 3);
    placed.resize(12, in("dc2"));
    use(std::move(placed));
    request.consistency = consistency::one;
    const nodes replicas{0, 1, 2};
    request.replicas = replicas;
    std::size_t given = 0;
    const std::size_t before = allocations;
    for (int i = 0; i < 1000; ++i)
        for (node_plan made = balancer.plan(request); !made.empty(); ++given)
            static_cast<void>(made.next());
    EXPECT_EQ(allocations, before);
    EXPECT_EQ(given, 12'000U);
    delete new int;
    EXPECT_EQ(allocations, before + 1) << "they are counted";
}

TEST_F(load_balancing_test, a_plan_longer_than_that_is_whole_too)
{
    use(local_nodes(300));
    for (std::uint32_t i = 0; i < 300; i += 2)
        up(i, false);
    for (int i = 0; i < 20; ++i) {
        const nodes all = order(plan({7, 8, 9}));
        ASSERT_THAT(all, SizeIs(300));
        EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), 300U);
        EXPECT_TRUE(std::all_of(all.begin(), all.begin() + 150, [](std::uint32_t p) { return p % 2 == 1; }));
    }
}

TEST_F(load_balancing_test, filters_refuse_nodes)
{
    const std::vector<placed_node> placed{in("dc1"), in("dc1"), in("dc1"), in("dc2"), in("dc3")};
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
    facts(1).in_flight = 77;
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
