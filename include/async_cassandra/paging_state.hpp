// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace async_cassandra {

/// Where the server continues a paged query: an opaque token. It may be stored and used later, by another
/// process too, with the same statement and values. It is not secret, but do not take one from a stranger:
/// the server trusts it.
class paging_state {
public:
    /// No state: begin with the first page.
    paging_state() noexcept = default;

    /// From bytes that `bytes()` gave.
    explicit paging_state(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}

    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    /// Valid as long as this object.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

    friend bool operator==(const paging_state&, const paging_state&) = default;

private:
    std::vector<std::byte> bytes_;
};

}  // namespace async_cassandra
