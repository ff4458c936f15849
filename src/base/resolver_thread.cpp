// SPDX-License-Identifier: Apache-2.0
#include "base/resolver_thread.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include <netdb.h>
#include <netinet/in.h>

namespace async_cassandra::base {

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

// Asio's own category knows two of the codes, and says "asio.addrinfo error" to the others.
class look_up_category_type final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "getaddrinfo"; }
    std::string message(int value) const override { return ::gai_strerror(value); }
};

#pragma GCC diagnostic pop

const look_up_category_type look_up_category;

struct addresses {
    error_code code;
    std::vector<inet> list;
};

std::optional<inet> to_inet(const addrinfo& info)
{
    if (info.ai_family == AF_INET) {
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(
            bytes.data(), &reinterpret_cast<const sockaddr_in*>(info.ai_addr)->sin_addr, bytes.size()
        );
        return inet{bytes};
    }
    if (info.ai_family == AF_INET6) {
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(
            bytes.data(), &reinterpret_cast<const sockaddr_in6*>(info.ai_addr)->sin6_addr, bytes.size()
        );
        return inet{bytes};
    }
    return std::nullopt;
}

addresses look_up(const std::string& host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* first = nullptr;
    const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
    if (status == EAI_SYSTEM)
        return {error_code{errno, boost::system::system_category()}, {}};
    if (status != 0)
        return {error_code{status, look_up_category}, {}};
    addresses found;
    for (const addrinfo* info = first; info != nullptr; info = info->ai_next) {
        const auto address = to_inet(*info);
        if (address && std::find(found.list.begin(), found.list.end(), *address) == found.list.end())
            found.list.push_back(*address);
    }
    ::freeaddrinfo(first);
    if (found.list.empty())
        found.code = asio::error::host_not_found;
    return found;
}

// Shared by the look-up thread and the shard. The thread touches the executor only under the mutex, so that an
// abandoned look-up never reaches an io_context that is gone.
struct look_up_state {
    std::mutex mutex;
    std::optional<asio::any_io_executor> executor;
    resolve_handler done;
};

void deliver(const std::shared_ptr<look_up_state>& state, addresses found)
{
    const std::lock_guard lock{state->mutex};
    if (!state->executor)
        return;
    asio::post(*state->executor, [state, found = std::move(found)]() mutable {
        resolve_handler done;
        {
            const std::lock_guard inner{state->mutex};
            state->executor.reset();
            done.swap(state->done);
        }
        if (done)
            std::move(done)(found.code, std::move(found.list));
    });
}

class pending_look_up final : public pending_operation {
public:
    explicit pending_look_up(std::shared_ptr<look_up_state> state) noexcept : state_(std::move(state)) {}

    ~pending_look_up() override
    {
        resolve_handler dropped;
        const std::lock_guard lock{state_->mutex};
        state_->executor.reset();
        dropped.swap(state_->done);
    }

private:
    std::shared_ptr<look_up_state> state_;
};

}  // namespace

std::unique_ptr<pending_operation> resolve_on_thread(
    const asio::any_io_executor& executor, const std::string& host, resolve_handler done
)
{
    auto state = std::make_shared<look_up_state>();
    state->executor.emplace(asio::prefer(executor, asio::execution::outstanding_work.tracked));
    state->done.swap(done);
    try {
        std::thread{[state, host] { deliver(state, look_up(host)); }}.detach();
    } catch (const std::system_error& e) {
        deliver(state, {error_code{e.code().value(), boost::system::system_category()}, {}});
    }
    return std::make_unique<pending_look_up>(std::move(state));
}

}  // namespace async_cassandra::base
