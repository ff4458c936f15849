// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "session/page_request.hpp"
#include "session/request_call.hpp"

namespace async_cassandra::detail {

/// One call of `set_keyspace`: a USE statement made of the name.
class keyspace_operation final : public request_call<page_request> {
public:
    keyspace_operation(std::shared_ptr<session_shard> home, std::string&& name, keyspace_handler&& handler);

    void start() noexcept override;
    void invoke() override;
    void abandon() noexcept override;

private:
    ~keyspace_operation() override = default;

    void on_page(page&&) override {}
    void on_other(other_result&&) override { succeed(); }

    bool has_name_;
    keyspace_handler handler_;
};

}  // namespace async_cassandra::detail
