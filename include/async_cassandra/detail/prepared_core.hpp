// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/columns.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::detail {

/// What the rows of a prepared statement look like, by one state of the schema. Immutable.
struct result_metadata {
    std::vector<std::byte> id;       ///< v5; empty in v4.
    std::vector<std::byte> wire;     ///< v4: the columns as the server wrote them; empty in v5.
    bool global_table_spec = false;  ///< How `wire` is to be read.
    std::shared_ptr<const columns>
        list;  ///< Null when PREPARE told of no columns: they come with each answer.
};

/// What a prepared statement's result looks like now, and everything that it looked like before: requests
/// under way refer to what they were sent with. Any thread; reading takes one load.
class result_metadata_history {
public:
    result_metadata_history() noexcept = default;
    result_metadata_history(const result_metadata_history&) = delete;
    result_metadata_history& operator=(const result_metadata_history&) = delete;
    ~result_metadata_history();

    /// Valid as long as this history.
    [[nodiscard]] const result_metadata& current() const noexcept
    {
        return *current_.load(std::memory_order_acquire);
    }

    /// From now on `current`. What was known before is found again, not kept twice.
    void publish(result_metadata next);

private:
    struct entry {
        result_metadata value;
        entry* previous = nullptr;
    };

    static const result_metadata none;

    std::atomic<entry*> newest_{nullptr};
    std::atomic<const result_metadata*> current_{&none};
};

/// What the server said about one prepared statement. Shared by all copies and all threads; but for the
/// result's metadata it never changes.
struct prepared_core {
    std::string text;
    std::string keyspace;  ///< The session's when it was prepared.
    std::vector<std::byte> id;
    std::shared_ptr<const columns> markers;
    std::vector<std::uint16_t> partition_key;  ///< Marker of each partition key column, in key order.
    bool conditional = false;                  ///< INSERT, UPDATE or DELETE with IF.
    mutable result_metadata_history results;
};

}  // namespace async_cassandra::detail
