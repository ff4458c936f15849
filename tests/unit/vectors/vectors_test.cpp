// SPDX-License-Identifier: Apache-2.0
#include "unit/vectors/comparison.hpp"

#include <gtest/gtest.h>

namespace async_cassandra::test {

void comparison::equal(
    const test_vector& v, std::string_view what, const std::string& expected, const std::string& actual
)
{
    compared_.insert(v.name);
    EXPECT_EQ(actual, expected) << v.name << ": " << what;
}

namespace {

using compare = void (*)(comparison&);

void run(compare one)
{
    comparison with;
    one(with);
    EXPECT_FALSE(with.compared().empty());
}

TEST(vectors, of_checksums)
{
    run(compare_checksums);
}
TEST(vectors, of_segments)
{
    run(compare_segments);
}
TEST(vectors, of_requests)
{
    run(compare_requests);
}
TEST(vectors, of_responses)
{
    run(compare_responses);
}
TEST(vectors, of_conversations)
{
    run(compare_conversations);
}
TEST(vectors, of_types)
{
    run(compare_types);
}
TEST(vectors, of_values)
{
    run(compare_values);
}
TEST(vectors, of_routing)
{
    run(compare_routing);
}

TEST(vectors, every_entry_is_compared)
{
    comparison with;
    for (const compare one :
         {compare_checksums,
          compare_segments,
          compare_requests,
          compare_responses,
          compare_conversations,
          compare_types,
          compare_values,
          compare_routing})
        one(with);
    std::set<std::string> all;
    std::size_t count = 0;
    for (const std::string& kind : vector_kinds())
        for (const test_vector& v : read_vectors(kind)) {
            all.insert(v.name);
            ++count;
        }
    EXPECT_EQ(count, 307U);
    EXPECT_EQ(all.size(), 307U) << "two entries have one name";
    for (const std::string& name : all)
        EXPECT_TRUE(with.compared().contains(name)) << name << " is compared with nothing";
}

}  // namespace
}  // namespace async_cassandra::test
