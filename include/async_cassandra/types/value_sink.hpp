// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/detail/big_endian.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace async_cassandra {

/// Where codecs write encoded values: a run of bytes, the first 256 of them without allocation. Moving it
/// copies only what is used of those, or hands over the heap. Used by one thread at a time.
///
/// Everything that grows it throws std::bad_alloc, or std::length_error above 2 GiB.
class value_sink {
public:
    static constexpr std::size_t inline_capacity = 256;

    // Not defaulted, because `value_sink{}` would then clear the inline bytes.
    value_sink() noexcept {}  // NOLINT(modernize-use-equals-default)
    value_sink(value_sink&& other) noexcept { take(other); }
    value_sink& operator=(value_sink&& other) noexcept
    {
        if (this != &other) {
            release();
            take(other);
        }
        return *this;
    }
    value_sink(const value_sink& other) : value_sink() { append(other.bytes()); }
    value_sink& operator=(const value_sink& other)
    {
        value_sink copy{other};
        return *this = std::move(copy);
    }
    ~value_sink() { release(); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    /// What was written so far; valid until the next write.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

    /// Adds `count` bytes, not initialised, and returns where they begin; valid until the next write.
    std::byte* extend(std::size_t count)
    {
        if (count > capacity_ - size_) [[unlikely]]
            grow(count);
        std::byte* at = data_ + size_;
        size_ += static_cast<std::uint32_t>(count);
        return at;
    }

    void append(std::span<const std::byte> bytes)
    {
        if (!bytes.empty())
            std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
    }

    /// Adds an integer or floating-point number, big-endian.
    template <class T>
    void append_be(T value)
    {
        detail::store_be(extend(sizeof(T)), value);
    }

    /// Replaces what stands at `position` (`position + sizeof(T)` <= size()).
    template <class T>
    void overwrite_be(std::size_t position, T value) noexcept
    {
        detail::store_be(data_ + position, value);
    }

    /// Starts a [value] or [bytes]: leaves room for its length and returns a mark for `end_value`.
    [[nodiscard]] std::size_t begin_value()
    {
        extend(sizeof(std::int32_t));
        return size_;
    }

    /// Writes the length of everything since `begin_value` returned `mark`. Values nest.
    void end_value(std::size_t mark) noexcept
    {
        detail::store_be(data_ + mark - sizeof(std::int32_t), static_cast<std::uint32_t>(size_ - mark));
    }

    /// Cuts back to the first `size` bytes.
    void truncate(std::size_t size) noexcept
    {
        if (size < size_)
            size_ = static_cast<std::uint32_t>(size);
    }

private:
    void grow(std::size_t count);
    void release() noexcept
    {
        if (data_ != inline_)
            ::operator delete(data_);
    }
    void take(value_sink& other) noexcept
    {
        size_ = other.size_;
        capacity_ = other.capacity_;
        if (other.data_ == other.inline_) {
            data_ = inline_;
            std::memcpy(inline_, other.inline_, size_);
        } else {
            data_ = other.data_;
            other.data_ = other.inline_;
            other.capacity_ = inline_capacity;
        }
        other.size_ = 0;
    }

    std::byte* data_ = inline_;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = inline_capacity;
    std::byte inline_[inline_capacity];
};

}  // namespace async_cassandra
