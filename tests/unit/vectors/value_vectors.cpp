// SPDX-License-Identifier: Apache-2.0
#include "unit/vectors/comparison.hpp"
namespace async_cassandra::test {
void compare_values(comparison&) {}
}  // namespace async_cassandra::test
