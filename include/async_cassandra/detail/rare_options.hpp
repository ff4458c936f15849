// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/custom_payload.hpp>
#include <async_cassandra/types/uuid.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::detail {

/// What few statements say.
struct rare_options {
    std::string keyspace;
    std::optional<std::chrono::sys_seconds> now;
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> timestamp;
    async_cassandra::custom_payload payload;
    std::optional<uuid> node;
    std::vector<std::byte> routing_key;
    std::string routing_keyspace;
    std::vector<std::string> value_names;        ///< CQL text: of each value bound by name.
    std::vector<std::uint16_t> value_positions;  ///< Prepared: the marker of each value bound by name.
    bool tracing = false;
};

/// rare_options behind one pointer, because statements are moved on the request path. A value: a copy has its
/// own.
class rare_options_ptr {
public:
    rare_options_ptr() noexcept = default;
    rare_options_ptr(rare_options_ptr&&) noexcept = default;
    rare_options_ptr& operator=(rare_options_ptr&&) noexcept = default;
    rare_options_ptr(const rare_options_ptr& other)
        : held_(other.held_ ? std::make_unique<rare_options>(*other.held_) : nullptr)
    {}
    rare_options_ptr& operator=(const rare_options_ptr& other) { return *this = rare_options_ptr{other}; }
    ~rare_options_ptr() = default;

    /// Null when nothing was ever set.
    [[nodiscard]] const rare_options* get() const noexcept { return held_.get(); }

    /// To set something.
    [[nodiscard]] rare_options& make()
    {
        if (!held_)
            held_ = std::make_unique<rare_options>();
        return *held_;
    }

private:
    std::unique_ptr<rare_options> held_;
};

}  // namespace async_cassandra::detail
