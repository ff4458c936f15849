// SPDX-License-Identifier: Apache-2.0
#include "session/page_request.hpp"

#include "base/failure.hpp"
#include "net/shard_call.hpp"
#include "session/page_keyspace.hpp"
#include "session/page_schema.hpp"
#include "session/statement_rules.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

constexpr std::size_t request_overhead = 64;  // header, parameters, ids

// How often one page may find its statement forgotten: a second time when the schema changes again meanwhile.
constexpr std::uint8_t most_preparations = 2;

// A walk over so many cells takes less than a millisecond even when each lies in a page of memory of its own.
constexpr std::size_t cells_per_turn = 8192;

schema_change to_public(protocol::schema_change&& from)
{
    static constexpr const char* changes[] = {"CREATED", "UPDATED", "DROPPED", "OTHER"};
    static constexpr const char* targets[] = {"KEYSPACE", "TABLE", "TYPE", "FUNCTION", "AGGREGATE", "OTHER"};
    return {
        changes[static_cast<std::size_t>(from.kind)],
        targets[static_cast<std::size_t>(from.target)],
        std::move(from.keyspace),
        std::move(from.name),
        std::move(from.arguments)};
}

}  // namespace

/// A page whose cells are not all checked yet. Its request may end before that.
struct page_request::unchecked_page {
    page_request* owner = nullptr;  // null when it has ended
    page_parts parts;
    std::int32_t column_count = 0;
    std::size_t next_cell = 0;
    std::uint32_t rows_left = 0;
};

page_request::~page_request()
{
    if (unchecked_ != nullptr)
        unchecked_->owner = nullptr;
    if (change_ != nullptr)
        change_->owner = nullptr;
    if (schema_ != nullptr)
        schema_->owner = nullptr;
}

void page_request::check_and_begin() noexcept
{
    if (home().is_closed()) {
        fail(failure{*session_closed()});
        return;
    }
    what_.arrange_values();
    if (what_.values().failed()) {
        failure f = base::make_failure(errc::bad_query, what_.values().error());
        f.cause = what_.values().cause();
        fail(std::move(f));
    } else if (const char* rule = broken_rule(what_, home().version()); rule != nullptr) {
        fail(errc::bad_query, rule, request_effect::not_sent);
    } else {
        set_write_time();
        const auto timeout = what_.settings().timeout.value_or(home().config().request_timeout);
        if (begin_use(timeout))
            return;
        // A version 4 server knows the statement on connections of the keyspace it was prepared in.
        if (what_.is_prepared() && home().version() == protocol_version::v4)
            if (const keyspace_use* const where = home().find_keyspace(what_.prepared()->keyspace))
                run_in(*where);
        begin(timeout);
    }
}

void page_request::set_write_time()
{
    if (const rare_options* const rare = what_.rare(); rare != nullptr && rare->timestamp) {
        write_time_ = rare->timestamp->time_since_epoch().count();
        return;
    }
    // What has columns when it is prepared only reads.
    const bool reads = what_.is_prepared() && what_.prepared()->results.current().list != nullptr;
    if (!reads && home().config().client_timestamps)
        write_time_ = home().next_timestamp();
}

protocol::query_parameters page_request::parameters(protocol_version version) const
{
    const statement::options& options = what_.settings();
    const cluster_config& config = home().config();
    protocol::query_parameters parameters;
    parameters.level = options.level.value_or(config.consistency);
    parameters.serial = options.serial ? options.serial : config.serial_consistency;
    parameters.page_size = options.page_size.value_or(config.page_size);
    parameters.paging_state = from_.bytes();
    parameters.timestamp = write_time_;
    parameters.value_count = static_cast<std::uint16_t>(what_.values().count());
    parameters.encoded_values = what_.values().bytes();
    if (version == protocol_version::v5 && !what_.is_prepared())
        parameters.keyspace = keyspace().name;
    if (const rare_options* const rare = what_.rare(); rare != nullptr) {
        parameters.value_names = rare->value_names;
        if (!rare->keyspace.empty())
            parameters.keyspace = rare->keyspace;
        if (rare->now)
            parameters.now_in_seconds = static_cast<std::int32_t>(rare->now->time_since_epoch().count());
    }
    if (change_ != nullptr) {
        parameters.level = consistency::one;
        if (version == protocol_version::v5)
            parameters.keyspace = change_->target.name;
    }
    return parameters;
}

protocol::encode_result page_request::encode(
    base::byte_buffer& out, protocol_version version, std::int16_t stream
)
{
    const prepared_core* const prepared = what_.prepared().get();
    const std::string_view no_keyspace;
    if (preparing_)
        return protocol::encode_prepare(
            out,
            version,
            stream,
            prepared->text,
            version == protocol_version::v5 ? std::string_view{prepared->keyspace} : no_keyspace
        );
    if (what_.values().count() > 65'535)
        return {"more than 65,535 values"};
    protocol::query_parameters sent = parameters(version);
    protocol::request_prefix prefix;
    if (const rare_options* const rare = what_.rare(); rare != nullptr) {
        prefix.tracing = rare->tracing;
        prefix.custom_payload = rare->payload;
    }
    if (change_ != nullptr)
        return protocol::encode_query(out, version, stream, change_->text, sent, prefix);
    if (prepared == nullptr)
        return protocol::encode_query(out, version, stream, what_.text(), sent, prefix);
    sent_with_ = &prepared->results.current();
    // Only v5 tells when the metadata of a prepared statement has changed; on v4 it is always asked for.
    sent.skip_metadata = version == protocol_version::v5 && sent_with_->list != nullptr;
    return protocol::encode_execute(out, version, stream, prepared->id, sent_with_->id, sent, prefix);
}

std::size_t page_request::size_hint() const noexcept
{
    const std::size_t text = what_.is_prepared() && !preparing_ ? 0 : what_.text().size();
    return request_overhead + text + what_.values().bytes().size() + from_.bytes().size();
}

void page_request::on_answer(net::response&& answer)
{
    if (preparing_) {
        on_prepared_again(answer);
        return;
    }
    if (change_ == nullptr && protocol::is_bare_void(answer.header, answer.body)) {
        on_void();
        return;
    }
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    if (auto refused = net::open_answer(in, answer.header, home().version(), prefix)) {
        on_refused(std::move(*refused));
        return;
    }
    on_result(in, std::move(answer), std::move(prefix));
}

void page_request::on_refused(net::refusal&& refused)
{
    if (auto* const rule = std::get_if<std::string>(&refused)) {
        fail_malformed(std::move(*rule));
        return;
    }
    auto& details = std::get<server_error_details>(refused);
    if (details.code != server_code::unprepared || !what_.is_prepared() ||
        preparations_ == most_preparations) {
        fail_from_server(std::move(details));
        return;
    }
    note_attempt(make_error_code(details.code), "UNPREPARED: " + details.message, request_effect::rejected);
    prepare_again();
}

void page_request::on_result(protocol::reader& in, net::response&& answer, protocol::response_prefix&& prefix)
{
    protocol::known_columns known;
    if (sent_with_ != nullptr && !sent_with_->wire.empty())
        known = {sent_with_->wire, sent_with_->global_table_spec, sent_with_->list};
    protocol::decoded_result result = protocol::decode_result(in, home().version(), &known);
    if (in.failed()) {
        fail_malformed(describe(in.error()));
        return;
    }
    if (change_ != nullptr) {
        on_keyspace_known(result, std::move(prefix));
        return;
    }
    if (auto* rows = std::get_if<protocol::rows_result>(&result)) {
        take_rows(*rows, std::move(answer), std::move(prefix));
        return;
    }
    other_result other;
    if (!prefix.warnings.empty() || prefix.tracing_id || !prefix.custom_payload.empty())
        other.notes = net::to_notes(std::move(prefix));
    if (auto* chosen = std::get_if<protocol::set_keyspace_result>(&result)) {
        other.kind = result_kind::set_keyspace;
        other.keyspace = std::move(chosen->keyspace);
    } else if (auto* change = std::get_if<protocol::schema_change_result>(&result)) {
        other.kind = result_kind::schema_change;
        other.change = to_public(std::move(*change));
        hold_until_known(std::move(other));
        return;
    } else if (!std::holds_alternative<protocol::void_result>(result)) {
        fail_malformed("a PREPARED result for a statement that was executed");
        return;
    }
    on_other(std::move(other));
}

void page_request::learn_columns(const protocol::rows_result& rows) const
{
    if (sent_with_ == nullptr || rows.metadata == nullptr)
        return;
    if (rows.metadata_changed) {
        const auto& id = rows.new_metadata_id;
        what_.prepared()->results.publish({{id.begin(), id.end()}, {}, false, rows.metadata});
    } else if (home().version() == protocol_version::v4 && sent_with_->list != nullptr && !rows.columns_wire.empty()) {
        // Not for what has no columns when prepared: those of a conditional statement differ from one answer to the next.
        const auto& wire = rows.columns_wire;
        what_.prepared()->results.publish(
            {{}, {wire.begin(), wire.end()}, rows.global_table_spec, rows.metadata}
        );
    }
}

void page_request::take_rows(
    protocol::rows_result& rows, net::response&& answer, protocol::response_prefix&& prefix
)
{
    learn_columns(rows);
    std::shared_ptr<const columns> list = rows.metadata != nullptr ? std::move(rows.metadata)
                                          : sent_with_ != nullptr  ? sent_with_->list
                                                                   : nullptr;
    if (list == nullptr || list->size() != static_cast<std::size_t>(rows.column_count)) {
        fail_malformed("rows without metadata that fits them");
        return;
    }
    const auto cells =
        static_cast<std::uint64_t>(rows.row_count) * static_cast<std::uint64_t>(rows.column_count);
    const bool in_one_turn = cells <= cells_per_turn || answer.block.size() == 0;
    protocol::parse_error broken;
    if (in_one_turn &&
        !protocol::check_cells(answer.body, rows.rows_offset, rows.row_count, rows.column_count, broken)) {
        fail_malformed(describe(broken));
        return;
    }
    page_parts parts = net::unchecked_page(rows, std::move(list), std::move(answer));
    if (!prefix.warnings.empty() || prefix.tracing_id || !prefix.custom_payload.empty())
        parts.notes = net::to_notes(std::move(prefix));
    if (in_one_turn) {
        finish(std::move(parts));
        return;
    }
    set_decoding();
    unchecked_ = std::make_shared<unchecked_page>();
    unchecked_->owner = this;
    unchecked_->next_cell = rows.rows_offset;
    unchecked_->rows_left = rows.row_count;
    unchecked_->column_count = rows.column_count;
    unchecked_->parts = std::move(parts);
    check_some();
}

void page_request::check_some() noexcept
{
    unchecked_page& page = *unchecked_;
    const auto width = static_cast<std::size_t>(std::max(page.column_count, 1));
    const auto rows =
        static_cast<std::uint32_t>(std::clamp<std::size_t>(cells_per_turn / width, 1, page.rows_left));
    protocol::parse_error broken;
    const std::optional<std::size_t> next =
        protocol::walk_cells(page.parts.block.bytes(), page.next_cell, rows, page.column_count, broken);
    if (!next) {
        fail_malformed(describe(broken));
        return;
    }
    page.next_cell = *next;
    page.rows_left -= rows;
    if (page.rows_left != 0) {
        net::run_later(home().home(), [kept = unchecked_] {
            if (kept->owner != nullptr)
                kept->owner->check_some();
        });
        return;
    }
    const std::shared_ptr<unchecked_page> done = std::move(unchecked_);
    done->owner = nullptr;
    finish(std::move(done->parts));
}

void page_request::finish(page_parts&& parts)
{
    preparations_ = 0;
    on_page(page{std::move(parts)});
}

void page_request::on_ending() noexcept
{
    static_cast<base::list_hook<reprepare_tag>&>(*this).unlink();
    if (const auto gone = std::exchange(unchecked_, nullptr))
        gone->owner = nullptr;
    if (const auto gone = std::exchange(change_, nullptr))
        gone->owner = nullptr;
    forget_schema();
    if (led_ == nullptr)
        return;
    // It gave up before the answer: another one asks.
    repreparations::waiting_list waited;
    stop_preparing(waited);
    while (!waited.empty())
        waited.pop_front().prepare_again();
}

}  // namespace async_cassandra::detail
