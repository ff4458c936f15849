// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/streaming.hpp>

#include "net/shard_call.hpp"
#include "session/stream_core.hpp"

#include <utility>

namespace async_cassandra {

namespace detail {

namespace {

template <class Signature>
class next_page_for final : public next_page_operation {
public:
    using handler_type = asio::any_completion_handler<Signature>;

    next_page_for(std::shared_ptr<stream_core> core, handler_type&& handler)
        : next_page_operation(std::move(core)), handler_(std::move(handler))
    {
        adopt(handler_);
    }

    void invoke() override
    {
        let_go(handler_);
        handler_type handler{std::move(handler_)};
        std::optional<page> got = std::move(page_);
        failure_ptr failed = std::move(failure_);
        release();
        if constexpr (std::is_same_v<Signature, try_next_page_signature>) {
            using outcome = result<std::optional<page>>;
            std::move(handler)(failed ? outcome{std::move(failed)} : outcome{std::move(got)});
        } else {
            std::move(handler)(failed ? to_exception(failed) : nullptr, std::move(got));
        }
    }

    void abandon() noexcept override
    {
        let_go(handler_);
        const handler_type dropped{std::move(handler_)};
        release();
    }

private:
    handler_type handler_;
};

template <class Signature>
void start_next_page(
    const std::shared_ptr<stream_core>& core, asio::any_completion_handler<Signature>&& handler
)
{
    core->home().submit(*new next_page_for<Signature>{core, std::move(handler)});
}

}  // namespace

void initiate_next_page::operator()(asio::any_completion_handler<next_page_signature> handler) const
{
    start_next_page(core, std::move(handler));
}

void initiate_try_next_page::operator()(asio::any_completion_handler<try_next_page_signature> handler) const
{
    start_next_page(core, std::move(handler));
}

}  // namespace detail

streaming_result_set& streaming_result_set::operator=(streaming_result_set&& other) noexcept
{
    std::swap(core_, other.core_);
    return *this;
}

streaming_result_set::~streaming_result_set()
{
    close();
}

std::size_t streaming_result_set::page_number() const noexcept
{
    return core_->pages_given();
}

std::size_t streaming_result_set::total_rows_fetched() const noexcept
{
    return core_->rows_given();
}

void streaming_result_set::close() noexcept
{
    if (core_ != nullptr)
        net::run_on(core_->home(), [core = core_] { core->stop(); });
}

}  // namespace async_cassandra
