// SPDX-License-Identifier: Apache-2.0
#include "base/intrusive_list.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <vector>

namespace async_cassandra::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct one_tag;
struct other_tag;

struct item : list_hook<one_tag>, list_hook<other_tag> {
    explicit item(int n) : number(n) {}
    int number;
};

using one_list = intrusive_list<item, one_tag>;
using other_list = intrusive_list<item, other_tag>;

template <class List>
std::vector<int> drain(List& list)
{
    std::vector<int> numbers;
    while (!list.empty())
        numbers.push_back(list.pop_front().number);
    return numbers;
}

TEST(intrusive_list, keeps_the_order_of_pushing)
{
    item a{1};
    item b{2};
    item c{3};
    one_list list;
    EXPECT_TRUE(list.empty());
    list.push_back(a);
    list.push_back(b);
    list.push_back(c);
    EXPECT_EQ(list.front().number, 1);
    EXPECT_THAT(drain(list), ElementsAre(1, 2, 3));
    EXPECT_FALSE(static_cast<list_hook<one_tag>&>(a).is_linked());
}

TEST(intrusive_list, an_object_leaves_from_any_place_and_twice_is_once)
{
    item a{1};
    item b{2};
    item c{3};
    one_list list;
    for (item* i : {&a, &b, &c})
        list.push_back(*i);
    auto& hook = static_cast<list_hook<one_tag>&>(b);
    hook.unlink();
    hook.unlink();
    EXPECT_FALSE(hook.is_linked());
    EXPECT_THAT(drain(list), ElementsAre(1, 3));
}

TEST(intrusive_list, an_object_may_be_in_one_list_per_hook)
{
    item a{1};
    item b{2};
    one_list one;
    other_list other;
    one.push_back(a);
    one.push_back(b);
    other.push_back(b);
    other.push_back(a);
    static_cast<list_hook<one_tag>&>(a).unlink();
    EXPECT_THAT(drain(one), ElementsAre(2));
    EXPECT_THAT(drain(other), ElementsAre(2, 1));
}

TEST(intrusive_list, a_destroyed_object_leaves_its_lists)
{
    item a{1};
    std::optional<item> b{2};
    one_list one;
    other_list other;
    one.push_back(a);
    one.push_back(*b);
    other.push_back(*b);
    b.reset();
    EXPECT_THAT(drain(one), ElementsAre(1));
    EXPECT_TRUE(other.empty());
}

TEST(intrusive_list, a_destroyed_list_lets_its_objects_go)
{
    item a{1};
    {
        one_list list;
        list.push_back(a);
    }
    EXPECT_FALSE(static_cast<list_hook<one_tag>&>(a).is_linked());
    one_list next;
    next.push_back(a);
    EXPECT_THAT(drain(next), ElementsAre(1));
}

TEST(intrusive_list, splicing_moves_everything_behind_what_is_there)
{
    item a{1};
    item b{2};
    item c{3};
    one_list list;
    one_list more;
    list.splice_back(more);
    EXPECT_TRUE(list.empty());
    list.push_back(a);
    more.push_back(b);
    more.push_back(c);
    list.splice_back(more);
    EXPECT_THAT(drain(more), IsEmpty());
    static_cast<list_hook<one_tag>&>(b).unlink();
    EXPECT_THAT(drain(list), ElementsAre(1, 3));
    more.push_back(b);
    list.splice_back(more);
    EXPECT_THAT(drain(list), ElementsAre(2));
}

TEST(intrusive_list, objects_may_be_added_while_it_is_emptied)
{
    item a{1};
    item b{2};
    one_list list;
    list.push_back(a);
    std::vector<int> seen;
    while (!list.empty()) {
        item& i = list.pop_front();
        seen.push_back(i.number);
        if (&i == &a)
            list.push_back(b);
    }
    EXPECT_THAT(seen, ElementsAre(1, 2));
}

}  // namespace
}  // namespace async_cassandra::base
