// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace async_cassandra {

/// A value that its type cannot hold. Thrown by value types and by codecs; where a column or marker is read
/// or bound, callers see a `query_error` that also names it.
class value_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace async_cassandra
