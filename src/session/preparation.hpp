// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "session/request.hpp"
#include "session/request_call.hpp"

namespace async_cassandra::detail {

/// One call of `prepare`.
class preparation final : public request_call<request> {
public:
    preparation(std::shared_ptr<session_shard> home, std::string&& cql, prepare_handler&& handler);

    void start() noexcept override { begin(request::home().config().request_timeout); }
    void invoke() override;
    void abandon() noexcept override;

private:
    ~preparation() override = default;

    // Preparing changes nothing: no error leaves anything behind, and when a connection is lost, another node may be asked.
    [[nodiscard]] bool changes_nothing() const noexcept override { return true; }
    [[nodiscard]] std::string_view cql() const noexcept override { return {}; }
    protocol::encode_result encode(base::byte_buffer& out, protocol_version version, std::int16_t stream)
        override;
    [[nodiscard]] std::size_t size_hint() const noexcept override
    {
        return text_.size() + keyspace().name.size();
    }
    void on_answer(net::response&& answer) override;

    std::string text_;
    prepared_statement prepared_;
    prepare_handler handler_;
};

}  // namespace async_cassandra::detail
