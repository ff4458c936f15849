// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/error.hpp>

#include <boost/system/result.hpp>

namespace async_cassandra {

/// A value or the failure that came instead. `value()` throws the typed exception; `error()` gives the
/// failure.
template <class T>
using result = boost::system::result<T, failure_ptr>;

}  // namespace async_cassandra
