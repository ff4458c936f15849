// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/async_cassandra.hpp>

#include <boost/asio/awaitable.hpp>

namespace tour {

namespace asio = boost::asio;
namespace ac = async_cassandra;

/// Which rows of examples.readings, and how many requests at a time.
struct insert_plan {
    int first;
    int count;
    int in_flight;
};

asio::awaitable<void> insert_rows(ac::session session, insert_plan plan);
asio::awaitable<void> stream_rows(ac::session session);
asio::awaitable<void> show_error(ac::session session);

}  // namespace tour
