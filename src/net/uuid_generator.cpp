// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/uuid_generator.hpp>

#include "base/asio_environment.hpp"

#include <limits>
#include <utility>

namespace async_cassandra {

namespace {

uuid_generator::sources system_sources()
{
    return {
        [] { return std::chrono::floor<uuid::time_point::duration>(base::system_wall_now()); },
        &base::system_entropy};
}

}  // namespace

uuid_generator::uuid_generator() : uuid_generator(system_sources()) {}

uuid_generator::uuid_generator(sources from)
    : from_(std::move(from)), node_(from_.entropy()), last_(std::numeric_limits<std::int64_t>::min())
{}

uuid uuid_generator::time_based()
{
    const std::int64_t now = from_.now().time_since_epoch().count();
    std::int64_t last = last_.load(std::memory_order_relaxed);
    std::int64_t next = 0;
    do
        next = last < now ? now : last + 1;
    while (!last_.compare_exchange_weak(last, next, std::memory_order_relaxed));
    return uuid::time_based(uuid::time_point{uuid::time_point::duration{next}}, node_);
}

uuid uuid_generator::random()
{
    const std::uint64_t high = from_.entropy();
    return uuid::random(high, from_.entropy());
}

}  // namespace async_cassandra
