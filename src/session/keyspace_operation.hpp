// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "net/operation.hpp"
#include "session/page_request.hpp"

namespace async_cassandra::detail {

/// One call of `set_keyspace`: a USE statement made of the name.
class keyspace_operation final : public net::operation, public page_request {
public:
    keyspace_operation(std::shared_ptr<session_shard> home, std::string&& name, keyspace_handler&& handler);

    void start() noexcept override;
    void refuse() noexcept override { set_error(session_closed()); }
    void detach() noexcept override { detach_request(); }
    void cancel(asio::cancellation_type type) noexcept override { cancel_request(type); }
    void invoke() override;
    void abandon() noexcept override;

private:
    ~keyspace_operation() override = default;

    [[nodiscard]] bool accepts(std::uint32_t) noexcept override { return true; }
    void on_too_large(std::uint32_t) noexcept override {}
    void on_page(page&&) override {}
    void on_other(other_result&&) override { succeed(); }
    void on_end() noexcept override { operation::home().finish(*this); }

    bool has_name_;
    keyspace_handler handler_;
};

}  // namespace async_cassandra::detail
