// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

// The measuring programs share no code with the library, so that a fault in its codecs cannot cancel out.
namespace async_cassandra::bench {

static_assert(std::endian::native == std::endian::little);

using byte_view = std::span<const std::uint8_t>;

template <std::unsigned_integral Integer>
constexpr Integer swap_bytes(Integer value)
{
    if constexpr (sizeof(Integer) == 1)
        return value;
    if constexpr (sizeof(Integer) == 2)
        return __builtin_bswap16(value);
    if constexpr (sizeof(Integer) == 4)
        return __builtin_bswap32(value);
    if constexpr (sizeof(Integer) == 8)
        return __builtin_bswap64(value);
}

template <std::integral Integer>
Integer load_big(const std::uint8_t* from)
{
    std::make_unsigned_t<Integer> value;
    std::memcpy(&value, from, sizeof value);
    return static_cast<Integer>(swap_bytes(value));
}

template <std::integral Integer>
void store_big(std::uint8_t* to, Integer value)
{
    const auto swapped = swap_bytes(static_cast<std::make_unsigned_t<Integer>>(value));
    std::memcpy(to, &swapped, sizeof swapped);
}

inline byte_view as_bytes(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(byte_view bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Growing bytes that are never zeroed; `clear` keeps the memory.
class byte_buffer {
public:
    std::uint8_t* data() { return data_.get(); }
    const std::uint8_t* data() const { return data_.get(); }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    byte_view view() const { return {data_.get(), size_}; }
    void clear() { size_ = 0; }

    /// Returns `count` uninitialised bytes at the end; valid until the next call that grows.
    std::uint8_t* grow(std::size_t count)
    {
        if (size_ + count > capacity_)
            reallocate(size_ + count);
        std::uint8_t* const start = data_.get() + size_;
        size_ += count;
        return start;
    }

    void append(byte_view bytes)
    {
        if (!bytes.empty())
            std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
    }

    void drop_front(std::size_t count)
    {
        size_ -= count;
        if (size_ != 0)
            std::memmove(data_.get(), data_.get() + count, size_);
    }

    void drop_back(std::size_t count) { size_ -= count; }

    void release()
    {
        data_.reset();
        size_ = capacity_ = 0;
    }

    template <std::integral Integer>
    void put(Integer value)
    {
        store_big(grow(sizeof value), value);
    }

    void put_string(std::string_view text)
    {
        put(static_cast<std::uint16_t>(text.size()));
        append(as_bytes(text));
    }

    void put_value(byte_view value)
    {
        put(static_cast<std::uint32_t>(value.size()));
        append(value);
    }

private:
    void reallocate(std::size_t needed)
    {
        const std::size_t capacity = needed < 4096 ? 4096 : std::bit_ceil(needed);
        auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
        if (size_ != 0)
            std::memcpy(larger.get(), data_.get(), size_);
        data_ = std::move(larger);
        capacity_ = capacity;
    }

    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Reads big-endian fields. After the first field that is not there, `ok()` is false and all reads give zero.
class byte_reader {
public:
    explicit byte_reader(byte_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool ok() const { return ok_; }
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    template <std::integral Integer>
    Integer get()
    {
        const std::uint8_t* const from = take(sizeof(Integer));
        return from == nullptr ? Integer{} : load_big<Integer>(from);
    }

    byte_view bytes(std::size_t count)
    {
        const std::uint8_t* const from = take(count);
        return from == nullptr ? byte_view{} : byte_view{from, count};
    }

    byte_view short_bytes() { return bytes(get<std::uint16_t>()); }

    byte_view long_bytes()
    {
        const auto length = get<std::int32_t>();
        return length < 0 ? byte_view{} : bytes(static_cast<std::size_t>(length));
    }

private:
    const std::uint8_t* take(std::size_t count)
    {
        if (!ok_ || left() < count) {
            ok_ = false;
            return nullptr;
        }
        return std::exchange(at_, at_ + count);
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    bool ok_ = true;
};

}  // namespace async_cassandra::bench
