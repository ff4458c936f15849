// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace async_cassandra::base {

/// A growing run of bytes that, unlike std::vector, does not clear what is about to be overwritten.
class byte_buffer {
public:
    byte_buffer() noexcept = default;
    byte_buffer(byte_buffer&& other) noexcept { swap(*this, other); }
    byte_buffer& operator=(byte_buffer&& other) noexcept
    {
        byte_buffer taken{std::move(other)};
        swap(*this, taken);
        return *this;
    }

    [[nodiscard]] std::byte* data() noexcept { return bytes_.get(); }
    [[nodiscard]] const std::byte* data() const noexcept { return bytes_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }

    void clear() noexcept { size_ = 0; }

    /// Appends `count` bytes, not initialised, and returns where they begin (valid until the next growth).
    std::byte* extend(std::size_t count)
    {
        if (count > capacity_ - size_)
            reallocate(std::max(size_ + count, capacity_ * 2));
        std::byte* at = bytes_.get() + size_;
        size_ += count;
        return at;
    }

    void append(std::span<const std::byte> bytes)
    {
        if (!bytes.empty())
            std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
    }

    /// Cuts the buffer to its first `size` bytes.
    void truncate(std::size_t size) noexcept { size_ = std::min(size, size_); }

    /// Gives memory back when more than `limit` bytes are held and nothing is stored.
    void shrink(std::size_t limit) noexcept
    {
        if (size_ == 0 && capacity_ > limit) {
            bytes_.reset();
            capacity_ = 0;
        }
    }

    friend void swap(byte_buffer& a, byte_buffer& b) noexcept
    {
        std::swap(a.bytes_, b.bytes_);
        std::swap(a.size_, b.size_);
        std::swap(a.capacity_, b.capacity_);
    }

private:
    void reallocate(std::size_t capacity)
    {
        auto grown = std::make_unique_for_overwrite<std::byte[]>(capacity);
        if (size_ != 0)
            std::memcpy(grown.get(), bytes_.get(), size_);
        bytes_ = std::move(grown);
        capacity_ = capacity;
    }

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace async_cassandra::base
