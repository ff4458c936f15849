// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/operation.hpp"
#include "session/session_shard.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace async_cassandra::detail {

/// One call of a user's that is one request: what the shard and the user tell the operation goes to the request, and when
/// the request ends, so does the operation. Answers of any size are taken.
template <class Request>
class request_call : public net::operation, public Request {
public:
    void refuse() noexcept final { this->set_error(session_closed()); }
    void detach() noexcept final { this->detach_request(); }
    void cancel(asio::cancellation_type type) noexcept final { this->cancel_request(type); }

protected:
    template <class... Arguments>
    explicit request_call(std::shared_ptr<session_shard> home, Arguments&&... arguments)
        : operation(home->home()), Request(std::move(home), std::forward<Arguments>(arguments)...)
    {}
    ~request_call() override = default;

    [[nodiscard]] bool accepts(std::uint32_t) noexcept override { return true; }
    void on_end() noexcept override { operation::home().finish(*this); }
};

}  // namespace async_cassandra::detail
