// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/prepared_core.hpp>

#include <utility>

namespace async_cassandra::detail {

namespace {

bool same(const result_metadata& a, const result_metadata& b) noexcept
{
    return a.id == b.id && a.wire == b.wire && a.global_table_spec == b.global_table_spec &&
           (a.list == nullptr) == (b.list == nullptr);
}

}  // namespace

constinit const result_metadata result_metadata_history::none;

result_metadata_history::~result_metadata_history()
{
    for (const entry* at = newest_.load(std::memory_order_acquire); at != nullptr;) {
        const std::unique_ptr<const entry> gone{at};
        at = at->previous;
    }
}

void result_metadata_history::publish(result_metadata next)
{
    for (const entry* at = newest_.load(std::memory_order_acquire); at != nullptr; at = at->previous) {
        if (same(at->value, next)) {
            current_.store(&at->value, std::memory_order_release);
            return;
        }
    }
    auto* const added = new entry{std::move(next), newest_.load(std::memory_order_relaxed)};
    while (!newest_.compare_exchange_weak(
        added->previous, added, std::memory_order_release, std::memory_order_relaxed
    )) {}
    current_.store(&added->value, std::memory_order_release);
}

}  // namespace async_cassandra::detail
