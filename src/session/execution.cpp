// SPDX-License-Identifier: Apache-2.0
#include "session/execution.hpp"

#include <new>
#include <vector>

namespace async_cassandra::detail {

static_assert(sizeof(execution_for<execute_signature>) == sizeof(execution_for<try_execute_signature>));

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// Kept memory would hide a use after free.
void* execution::operator new(std::size_t size)
{
    return ::operator new(size);
}

void execution::operator delete(void* memory, std::size_t) noexcept
{
    ::operator delete(memory);
}

#else

namespace {

// Executions of static objects end behind the thread's spare memory.
thread_local bool spare_is_gone = false;

// Memory of ended executions, per thread. All executions have one size: the handler is behind one pointer.
class spare_memory {
public:
    spare_memory() { spare_.reserve(most); }
    spare_memory(const spare_memory&) = delete;
    spare_memory& operator=(const spare_memory&) = delete;
    ~spare_memory()
    {
        spare_is_gone = true;
        for (void* memory : spare_)
            ::operator delete(memory);
    }

    void* get(std::size_t size)
    {
        if (spare_.empty())
            return ::operator new(size);
        void* const memory = spare_.back();
        spare_.pop_back();
        return memory;
    }

    void put(void* memory) noexcept
    {
        if (spare_.size() == most)
            ::operator delete(memory);
        else
            spare_.push_back(memory);
    }

private:
    static constexpr std::size_t most = 4096;
    std::vector<void*> spare_;
};

thread_local spare_memory spare;

}  // namespace

void* execution::operator new(std::size_t size)
{
    return spare_is_gone ? ::operator new(size) : spare.get(size);
}

void execution::operator delete(void* memory, std::size_t) noexcept
{
    spare_is_gone ? ::operator delete(memory) : spare.put(memory);
}

#endif

bool execution::accepts(std::uint32_t body_length) noexcept
{
    return how_ == fetch::one_page || bytes_ + body_length <= request::home().config().max_result_bytes;
}

void execution::on_too_large(std::uint32_t body_length) noexcept
{
    const std::size_t limit = request::home().config().max_result_bytes;
    fail(
        errc::result_too_large,
        "the result has more than max_result_bytes (" + std::to_string(limit) +
            "): " + std::to_string(bytes_) + " bytes in " + std::to_string(pages_) + " pages so far, " +
            std::to_string(body_length) +
            " more in the next; stream it with execute_stream, or raise cluster_config::max_result_bytes",
        request_effect::maybe_applied
    );
}

void execution::on_page(page&& p)
{
    const bool more = how_ == fetch::all_pages && p.has_more_pages();
    const std::size_t bytes = p.byte_size();
    std::optional<paging_state> next;
    if (more)
        next = p.paging_state();
    if (pages_ == 0)
        result_.emplace(std::move(p));
    else
        result_->append(std::move(p));
    if (!more) {
        succeed();
        return;
    }
    bytes_ += bytes;
    ++pages_;
    request::home().held().add_page(bytes);
    continue_from(std::move(*next));
    resend();
}

void execution::on_end() noexcept
{
    if (pages_ != 0)
        request::home().held().remove_pages(pages_, bytes_);
    request_call::on_end();
}

void execution::on_other(other_result&& other)
{
    if (other.kind != result_kind::void_ || !other.notes.empty())
        result_.emplace(std::move(other));
    succeed();
}

}  // namespace async_cassandra::detail
