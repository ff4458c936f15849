// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/result_set.hpp>
#include <async_cassandra/statement.hpp>

#include "net/answer.hpp"
#include "protocol/requests.hpp"
#include "protocol/responses.hpp"
#include "session/repreparations.hpp"
#include "session/request.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace async_cassandra::detail {

/// Asks for one page of a statement's result: QUERY or EXECUTE. When the node has forgotten the statement, it is prepared
/// again first. A page with very many cells is checked in several turns.
class page_request : public request, public base::list_hook<reprepare_tag> {
protected:
    page_request(std::shared_ptr<session_shard> home, statement&& what) noexcept
        : request(std::move(home)), what_(std::move(what))
    {}
    ~page_request() override;

    /// Begins when the statement is in order, fails at once when it is not.
    void check_and_begin() noexcept;

    void continue_from(paging_state&& where) noexcept { from_ = std::move(where); }
    [[nodiscard]] const statement& what() const noexcept { return what_; }

    virtual void on_page(page&& p) = 0;
    virtual void on_other(other_result&& other) = 0;

    /// VOID, and nothing beside it: what most writes are answered with.
    virtual void on_void() { on_other({}); }

    [[nodiscard]] std::string_view cql() const noexcept final { return what_.text(); }

private:
    struct unchecked_page;
    struct keyspace_change;
    struct schema_wait;

    [[nodiscard]] pool_plan make_plan() final;
    [[nodiscard]] std::string why_no_node() const final;
    void route_prepared(plan_request& wanted) const;
    void route(plan_request& wanted, token at, std::string_view of) const;

    [[nodiscard]] protocol::query_parameters parameters(protocol_version version) const;
    void set_write_time();

    void on_refused(net::refusal&& refused);
    void on_result(protocol::reader& in, net::response&& answer, protocol::response_prefix&& prefix);
    void take_rows(protocol::rows_result& rows, net::response&& answer, protocol::response_prefix&& prefix);
    void learn_columns(const protocol::rows_result& rows) const;
    void check_some() noexcept;
    void finish(page_parts&& parts);

    void prepare_again();
    void execute_again() noexcept;
    void on_prepared_again(const net::response& answer);
    [[nodiscard]] const char* unusable(const protocol::prepared_result& prepared) const noexcept;
    void stop_preparing(repreparations::waiting_list& waited) noexcept;

    [[nodiscard]] bool begin_use(std::chrono::milliseconds timeout) noexcept;
    void open_keyspace();
    void on_keyspace_open(
        const endpoint& asked, const net::close_reason* reason, std::vector<attempt> tries
    ) noexcept;
    void hold_until_known(other_result&& made);
    void refresh_schema();
    void forget_schema() noexcept;
    [[nodiscard]] bool deliver_early() noexcept final;
    void on_keyspace_known(const protocol::decoded_result& answer, protocol::response_prefix&& prefix);

    protocol::encode_result encode(base::byte_buffer& out, protocol_version version, std::int16_t stream)
        final;
    [[nodiscard]] std::size_t size_hint() const noexcept final;
    [[nodiscard]] bool changes_nothing() const noexcept final { return preparing_ || change_ != nullptr; }
    void on_answer(net::response&& answer) final;
    void on_ending() noexcept final;

    statement what_;
    paging_state from_;
    const result_metadata* sent_with_ = nullptr;  // what an answer without columns is read with
    std::shared_ptr<unchecked_page> unchecked_;
    std::shared_ptr<schema_wait> schema_;      // null unless the schema was changed
    std::shared_ptr<keyspace_change> change_;  // null unless the statement is USE
    std::optional<std::int64_t> write_time_;
    bool preparing_ = false;         // what is on its way is PREPARE …
    const pool* led_ = nullptr;      // … and others, who were at this node, wait for what comes of it
    std::uint8_t preparations_ = 0;  // since the last page
};

}  // namespace async_cassandra::detail
