// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <utility>

namespace async_cassandra::detail {

/// One received message body: a header and the bytes in a single allocation, shared by the rows that view it.
/// The count is atomic because rows may leave the thread that received them.
class block_ptr {
public:
    block_ptr() noexcept = default;

    /// A block of exactly `size` bytes, not initialised. Throws std::bad_alloc.
    [[nodiscard]] static block_ptr allocate(std::size_t size)
    {
        block_ptr p;
        p.header_ = ::new (get_memory(sizeof(header) + size)) header{{1}, size};
        return p;
    }

    block_ptr(const block_ptr& other) noexcept : header_(other.header_)
    {
        if (header_ != nullptr)
            header_->references.fetch_add(1, std::memory_order_relaxed);
    }
    block_ptr(block_ptr&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
    block_ptr& operator=(block_ptr other) noexcept
    {
        std::swap(header_, other.header_);
        return *this;
    }
    ~block_ptr()
    {
        if (header_ != nullptr && release())
            put_memory(header_, sizeof(header) + header_->size);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return header_ != nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return header_ == nullptr ? 0 : header_->size; }
    [[nodiscard]] std::byte* data() noexcept { return reinterpret_cast<std::byte*>(header_ + 1); }
    [[nodiscard]] const std::byte* data() const noexcept
    {
        return reinterpret_cast<const std::byte*>(header_ + 1);
    }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept
    {
        return header_ == nullptr ? std::span<const std::byte>{}
                                  : std::span<const std::byte>{data(), header_->size};
    }

private:
    struct alignas(16) header {
        std::atomic<std::uint32_t> references;
        std::size_t size;
    };

    // The memory of small blocks is kept for the thread's next ones.
    [[nodiscard]] static void* get_memory(std::size_t size);
    static void put_memory(void* memory, std::size_t size) noexcept;

    // The sole owner needs no atomic write: nobody else can gain a reference meanwhile.
    bool release() noexcept
    {
        return header_->references.load(std::memory_order_acquire) == 1 ||
               header_->references.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }

    header* header_ = nullptr;
};

}  // namespace async_cassandra::detail
