// SPDX-License-Identifier: Apache-2.0
#include "support/counted_allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t allocations_of_thread = 0;

}  // namespace

std::size_t async_cassandra::testing::allocations() noexcept
{
    return allocations_of_thread;
}

// All that one of them may be paired with: what is left out comes from a sanitizer's own heap.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++allocations_of_thread;
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size)
{
    if (void* const got = operator new(size, std::nothrow))
        return got;
    throw std::bad_alloc{};
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept
{
    return operator new(size, std::nothrow);
}
void* operator new[](std::size_t size)
{
    return operator new(size);
}
void operator delete(void* what) noexcept
{
    std::free(what);
}
void operator delete(void* what, std::size_t) noexcept
{
    std::free(what);
}
void operator delete(void* what, const std::nothrow_t&) noexcept
{
    std::free(what);
}
void operator delete[](void* what) noexcept
{
    std::free(what);
}
void operator delete[](void* what, std::size_t) noexcept
{
    std::free(what);
}
void operator delete[](void* what, const std::nothrow_t&) noexcept
{
    std::free(what);
}
