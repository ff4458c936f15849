// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/result_set.hpp>
#include <async_cassandra/statement.hpp>

#include "protocol/responses.hpp"
#include "session/request.hpp"

namespace async_cassandra::detail {

/// Asks for one page of a statement's result: QUERY or EXECUTE.
class page_request : public request {
protected:
    page_request(std::shared_ptr<session_shard> home, statement&& what) noexcept
        : request(std::move(home)), what_(std::move(what))
    {}
    ~page_request() override = default;

    /// Begins when the statement is in order, fails at once when it is not.
    void check_and_begin() noexcept;

    void continue_from(paging_state&& where) noexcept { from_ = std::move(where); }
    [[nodiscard]] const statement& what() const noexcept { return what_; }

    virtual void on_page(page&& p) = 0;
    virtual void on_other(other_result&& other) = 0;

    [[nodiscard]] std::string_view cql() const noexcept final { return what_.text(); }

private:
    [[nodiscard]] const char* broken_rule() const noexcept;
    void take_rows(protocol::rows_result& rows, net::response& answer, protocol::response_prefix& prefix);
    [[nodiscard]] std::shared_ptr<const columns> columns_of(protocol::rows_result& rows) const;

    protocol::encode_result encode(base::byte_buffer& out, protocol_version version, std::int16_t stream)
        final;
    [[nodiscard]] std::size_t size_hint() const noexcept final;
    void on_answer(net::response&& answer) final;

    statement what_;
    paging_state from_;
};

}  // namespace async_cassandra::detail
