// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/session.hpp>

#include "net/operation.hpp"
#include "session/request.hpp"

namespace async_cassandra::detail {

/// One call of `prepare`.
class preparation final : public net::operation, public request {
public:
    preparation(std::shared_ptr<session_shard> home, std::string&& cql, prepare_handler&& handler);

    void start() noexcept override { begin(request::home().config().request_timeout); }
    void refuse() noexcept override { set_error(session_closed()); }
    void detach() noexcept override { detach_request(); }
    void cancel(asio::cancellation_type type) noexcept override { cancel_request(type); }
    void invoke() override;
    void abandon() noexcept override;

private:
    ~preparation() override = default;

    // Preparing changes nothing: no error leaves anything behind.
    [[nodiscard]] std::string_view cql() const noexcept override { return {}; }
    protocol::encode_result encode(base::byte_buffer& out, protocol_version version, std::int16_t stream)
        override;
    [[nodiscard]] std::size_t size_hint() const noexcept override
    {
        return text_.size() + keyspace().name.size();
    }
    [[nodiscard]] bool accepts(std::uint32_t) noexcept override { return true; }
    void on_too_large(std::uint32_t) noexcept override {}
    void on_answer(net::response&& answer) override;
    void on_end() noexcept override { operation::home().finish(*this); }

    std::string text_;
    prepared_statement prepared_;
    prepare_handler handler_;
};

}  // namespace async_cassandra::detail
