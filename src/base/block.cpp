// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/block.hpp>

#include <array>

namespace async_cassandra::detail {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// Kept memory would hide a use after free.
void* block_ptr::get_memory(std::size_t size)
{
    return ::operator new(size);
}

void block_ptr::put_memory(void* memory, std::size_t) noexcept
{
    ::operator delete(memory);
}

#else

namespace {

// Blocks of static objects end behind the thread's spare ones.
constinit thread_local bool spare_blocks_are_gone = false;

// Memory of small blocks that ended on this thread. All answers of a turn are taken before the first handler lets go of
// its own: hundreds of blocks come and go at a time, far more than the C library keeps at hand.
class spare_blocks {
public:
    constexpr spare_blocks() noexcept = default;
    spare_blocks(const spare_blocks&) = delete;
    spare_blocks& operator=(const spare_blocks&) = delete;
    ~spare_blocks()
    {
        spare_blocks_are_gone = true;
        for (spare* list : lists_)
            while (list != nullptr)
                ::operator delete(std::exchange(list, list->next));
    }

    static constexpr bool holds(std::size_t size) noexcept { return size <= step * kinds; }

    void* get(std::size_t size)
    {
        const std::size_t kind = kind_of(size);
        spare* const found = lists_[kind];
        if (found == nullptr)
            return ::operator new((kind + 1) * step);
        lists_[kind] = found->next;
        kept_ -= (kind + 1) * step;
        return found;
    }

    void put(void* memory, std::size_t size) noexcept
    {
        const std::size_t kind = kind_of(size);
        if (kept_ + (kind + 1) * step > most_kept) {
            ::operator delete(memory);
            return;
        }
        lists_[kind] = ::new (memory) spare{lists_[kind]};
        kept_ += (kind + 1) * step;
    }

private:
    struct spare {
        spare* next;
    };

    static constexpr std::size_t step = 64;
    static constexpr std::size_t kinds = 8;
    static constexpr std::size_t most_kept = std::size_t{512} * 1024;

    static constexpr std::size_t kind_of(std::size_t size) noexcept { return (size - 1) / step; }

    std::array<spare*, kinds> lists_{};
    std::size_t kept_ = 0;  // bytes
};

constinit thread_local spare_blocks spare;

}  // namespace

void* block_ptr::get_memory(std::size_t size)
{
    return !spare_blocks::holds(size) || spare_blocks_are_gone ? ::operator new(size) : spare.get(size);
}

void block_ptr::put_memory(void* memory, std::size_t size) noexcept
{
    !spare_blocks::holds(size) || spare_blocks_are_gone ? ::operator delete(memory) : spare.put(memory, size);
}

#endif

}  // namespace async_cassandra::detail
