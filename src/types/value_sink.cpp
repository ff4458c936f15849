// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/value_sink.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>

namespace async_cassandra {

void value_sink::grow(std::size_t count)
{
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
    if (count > most - size_)
        throw std::length_error{"encoded values would be larger than 2 GiB"};
    const std::size_t wanted =
        std::min(most, std::max<std::size_t>(size_ + count, std::size_t{capacity_} * 2));
    auto* grown = static_cast<std::byte*>(::operator new(wanted));
    std::memcpy(grown, data_, size_);
    release();
    data_ = grown;
    capacity_ = static_cast<std::uint32_t>(wanted);
}

}  // namespace async_cassandra
