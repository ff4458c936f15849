// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

#include "types/counted.hpp"
#include "types/vint.hpp"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace async_cassandra::detail {

namespace {

template <class Word>
void swap_copy_words(std::byte* to, const std::byte* from, std::size_t count) noexcept
{
    for (std::size_t i = 0; i < count; ++i) {
        const auto word = load_be<Word>(from + i * sizeof(Word));
        std::memcpy(to + i * sizeof(Word), &word, sizeof word);
    }
}

#if defined(__x86_64__)

// 32 bytes at a time; `order` says from where in each half each byte comes. Gives the bytes it has copied.
__attribute__((target("avx2"))) std::size_t shuffle_copy(
    std::byte* to, const std::byte* from, std::size_t size, __m128i order
) noexcept
{
    const __m256i both = _mm256_broadcastsi128_si256(order);
    std::size_t done = 0;
    for (; done + 32 <= size; done += 32) {
        const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + done));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + done), _mm256_shuffle_epi8(block, both));
    }
    return done;
}

bool has_avx2() noexcept
{
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}

#endif

}  // namespace

void swap_copy_4(std::byte* to, const std::byte* from, std::size_t count) noexcept
{
    std::size_t done = 0;
#if defined(__x86_64__)
    if (count >= 8 && has_avx2())
        done = shuffle_copy(
            to, from, count * 4, _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
        );
#endif
    swap_copy_words<std::uint32_t>(to + done, from + done, count - done / 4);
}

void swap_copy_8(std::byte* to, const std::byte* from, std::size_t count) noexcept
{
    std::size_t done = 0;
#if defined(__x86_64__)
    if (count >= 4 && has_avx2())
        done = shuffle_copy(
            to, from, count * 8, _mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)
        );
#endif
    swap_copy_words<std::uint64_t>(to + done, from + done, count - done / 8);
}

vector_reader::vector_reader(const data_type& type, std::span<const std::byte> bytes)
    : type_(&type), rest_(bytes), element_size_(type.elements()[0].fixed_size())
{
    if (element_size_ != 0 && bytes.size() != type.fixed_size())
        throw_malformed(
            type,
            "it takes " + std::to_string(type.fixed_size()) + " bytes, these are " +
                std::to_string(bytes.size())
        );
    // An element has its length at least, of one byte.
    if (bytes.size() < type.dimension())
        throw_malformed(type, "its elements are cut off");
}

std::span<const std::byte> vector_reader::next()
{
    std::size_t size = element_size_;
    if (size == 0) {
        const auto length = types::take_unsigned_vint(rest_);
        if (!length || *length > rest_.size())
            throw_malformed(*type_, "an element is longer than the bytes that are left");
        size = static_cast<std::size_t>(*length);
    }
    const std::span<const std::byte> element = rest_.first(size);
    rest_ = rest_.subspan(size);
    return element;
}

void vector_reader::finish() const
{
    if (!rest_.empty())
        throw_malformed(*type_, "bytes are left over after its last element");
}

void check_dimension(const data_type& type, std::size_t size)
{
    if (size != type.dimension())
        throw value_error{types::counted(size, "element") + " for " + type.to_string()};
}

std::size_t begin_vector_element(const data_type& element, value_sink& out)
{
    // Most lengths take one byte; `end_vector_element` makes room for longer ones.
    if (element.fixed_size() == 0)
        out.extend(1);
    return out.size();
}

void end_vector_element(const data_type& element, std::size_t mark, value_sink& out)
{
    const std::size_t size = out.size() - mark;
    if (element.fixed_size() != 0) {
        if (size != element.fixed_size())
            throw value_error{
                "an element of " + std::to_string(size) + " bytes in a vector of " + element.to_string() +
                ", which takes " + std::to_string(element.fixed_size())};
        return;
    }
    const std::size_t more = types::unsigned_vint_size(size) - 1;
    std::byte* const length = out.extend(more) - size - 1;
    std::memmove(length + 1 + more, length + 1, size);
    types::store_unsigned_vint(length, size);
}

void throw_copy_size(std::size_t from, std::size_t to)
{
    throw value_error{
        "a vector of " + types::counted(from, "element") + " cannot be copied to a span of " +
        std::to_string(to)};
}

}  // namespace async_cassandra::detail
