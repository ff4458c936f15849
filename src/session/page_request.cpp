// SPDX-License-Identifier: Apache-2.0
#include "session/page_request.hpp"

#include "base/failure.hpp"
#include "net/shard_call.hpp"
#include "session/prepared_answer.hpp"
#include "session/server_failure.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
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

result_notes to_public(protocol::response_prefix&& from)
{
    result_notes notes;
    notes.warnings = std::move(from.warnings);
    notes.payload = std::move(from.custom_payload);
    if (from.tracing_id) {
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), from.tracing_id->data(), bytes.size());
        notes.tracing_id = uuid{bytes};
    }
    return notes;
}

bool fits_seconds(std::chrono::sys_seconds when) noexcept
{
    using limits = std::numeric_limits<std::int32_t>;
    const auto count = when.time_since_epoch().count();
    return count >= limits::min() && count <= limits::max();
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
}

const char* page_request::broken_rule() const noexcept
{
    const statement::options& options = what_.settings();
    if (options.timeout && *options.timeout <= std::chrono::milliseconds{0})
        return "statement::timeout must be positive";
    if (options.timeout && *options.timeout > std::chrono::hours{24})
        return "statement::timeout must be at most 24 hours";
    if (options.page_size && *options.page_size < 1)
        return "statement::page_size must be at least 1";
    if (options.serial && *options.serial != consistency::serial &&
        *options.serial != consistency::local_serial)
        return "statement::serial_consistency must be serial or local_serial";
    const rare_options* const rare = what_.rare();
    if (rare == nullptr)
        return nullptr;
    const bool v4 = home().version() == protocol_version::v4;
    if (!rare->keyspace.empty() && what_.is_prepared())
        return "statement::keyspace is for CQL text: a prepared statement has the keyspace it was prepared "
               "in";
    if (!rare->keyspace.empty() && v4)
        return "statement::keyspace needs protocol version 5, and this cluster speaks version 4";
    if (rare->now && v4)
        return "statement::now_in_seconds needs protocol version 5, and this cluster speaks version 4";
    if (rare->now && !fits_seconds(*rare->now))
        return "statement::now_in_seconds must fit 32 bits";
    if (rare->timestamp &&
        rare->timestamp->time_since_epoch().count() == std::numeric_limits<std::int64_t>::min())
        return "statement::timestamp must not be the smallest 64-bit number";
    return nullptr;
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
    } else if (const char* rule = broken_rule(); rule != nullptr) {
        fail(errc::bad_query, rule, request_effect::not_sent);
    } else {
        set_write_time();
        begin(what_.settings().timeout.value_or(home().config().request_timeout));
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
        parameters.keyspace = home().keyspace();
    if (const rare_options* const rare = what_.rare(); rare != nullptr) {
        parameters.value_names = rare->value_names;
        if (!rare->keyspace.empty())
            parameters.keyspace = rare->keyspace;
        if (rare->now)
            parameters.now_in_seconds = static_cast<std::int32_t>(rare->now->time_since_epoch().count());
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
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    if (!protocol::decode_prefix(in, answer.header.flags, prefix)) {
        fail_malformed(describe(in.error()));
        return;
    }
    if (answer.header.op == protocol::opcode::error) {
        server_error_details details = protocol::decode_error(in, home().version());
        if (in.failed()) {
            fail_malformed(describe(in.error()));
        } else if (details.code == server_code::unprepared && what_.is_prepared() && preparations_ < most_preparations) {
            note_attempt(
                make_error_code(details.code), "UNPREPARED: " + details.message, request_effect::rejected
            );
            prepare_again();
        } else {
            fail_from_server(std::move(details));
        }
        return;
    }
    if (answer.header.op != protocol::opcode::result) {
        fail_malformed(
            "unexpected " + std::string{protocol::to_string(answer.header.op)} + " message, expected RESULT"
        );
        return;
    }
    on_result(in, std::move(answer), std::move(prefix));
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
    if (auto* rows = std::get_if<protocol::rows_result>(&result)) {
        take_rows(*rows, std::move(answer), std::move(prefix));
        return;
    }
    other_result other;
    if (!prefix.warnings.empty() || prefix.tracing_id || !prefix.custom_payload.empty())
        other.notes = to_public(std::move(prefix));
    if (auto* chosen = std::get_if<protocol::set_keyspace_result>(&result)) {
        other.kind = result_kind::set_keyspace;
        other.keyspace = std::move(chosen->keyspace);
    } else if (auto* change = std::get_if<protocol::schema_change_result>(&result)) {
        other.kind = result_kind::schema_change;
        other.change = to_public(std::move(*change));
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
    page_parts parts;
    parts.columns = rows.metadata != nullptr ? std::move(rows.metadata)
                    : sent_with_ != nullptr  ? sent_with_->list
                                             : nullptr;
    if (parts.columns == nullptr || parts.columns->size() != static_cast<std::size_t>(rows.column_count)) {
        fail_malformed("rows without metadata that fits them");
        return;
    }
    parts.row_count = rows.row_count;
    parts.first_cell = rows.rows_offset;
    parts.has_more_pages = rows.has_more_pages;
    if (!prefix.warnings.empty() || prefix.tracing_id || !prefix.custom_payload.empty())
        parts.notes = to_public(std::move(prefix));
    const auto cells =
        static_cast<std::uint64_t>(rows.row_count) * static_cast<std::uint64_t>(rows.column_count);
    const std::byte* const begin = answer.body.data();
    const bool in_one_turn = cells <= cells_per_turn || answer.block.size() == 0;
    protocol::parse_error broken;
    if (in_one_turn &&
        !protocol::check_cells(answer.body, rows.rows_offset, rows.row_count, rows.column_count, broken)) {
        fail_malformed(describe(broken));
        return;
    }
    if (!answer.block) {
        answer.block = block_ptr::allocate(answer.body.size());
        std::memcpy(answer.block.data(), begin, answer.body.size());
    }
    if (!rows.paging_state.empty())
        parts.paging_state = answer.block.bytes().subspan(
            static_cast<std::size_t>(rows.paging_state.data() - begin), rows.paging_state.size()
        );
    parts.block = std::move(answer.block);
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

void page_request::prepare_again()
{
    ++preparations_;
    // Those who wait on another's PREPARE are told; who sends it does so on the connection that has just answered.
    if (!home().repreparations().join(*this, node_pool(), *what_.prepared()))
        return;
    leads_ = true;
    preparing_ = true;
    resend_here();
}

const char* page_request::unusable(const protocol::prepared_result& prepared) const noexcept
{
    const prepared_core& known = *what_.prepared();
    if (prepared.id != known.id)
        return "the node forgot the prepared statement and gave it another id when it was prepared again, as "
               "in "
               "another keyspace; prepare it anew";
    const bool same_markers = std::ranges::equal(
        *prepared.markers, *known.markers, [](const column& a, const column& b) { return a.type == b.type; }
    );
    if (!same_markers)
        return "the types of the prepared statement's markers have changed with the schema; prepare it anew";
    return nullptr;
}

void page_request::on_prepared_again(const net::response& answer)
{
    prepared_answer got = decode_prepared_answer(answer, home().version());
    repreparations::waiting_list waited;
    stop_preparing(waited);
    const char* const rule = got.prepared ? unusable(*got.prepared) : nullptr;
    if (got.prepared && rule == nullptr) {
        what_.prepared()->results.publish(result_metadata_of(*got.prepared, home().version()));
        preparing_ = false;
        while (!waited.empty())
            waited.pop_front().resend_here();
        resend_here();
        return;
    }
    const auto end = [&](page_request& who) {
        who.preparing_ = true;  // what failed was not the statement
        if (got.error)
            who.fail_from_server(server_error_details{*got.error});
        else if (rule != nullptr)
            who.fail(errc::bad_query, rule, request_effect::rejected);
        else
            who.fail_malformed(got.broken_rule);
    };
    while (!waited.empty())
        end(waited.pop_front());
    end(*this);
}

void page_request::stop_preparing(repreparations::waiting_list& waited) noexcept
{
    home().repreparations().end(node_pool(), *what_.prepared(), waited);
    leads_ = false;
}

void page_request::on_ending() noexcept
{
    static_cast<base::list_hook<reprepare_tag>&>(*this).unlink();
    if (const auto gone = std::exchange(unchecked_, nullptr))
        gone->owner = nullptr;
    if (!leads_)
        return;
    // It gave up before the answer: another one asks.
    repreparations::waiting_list waited;
    stop_preparing(waited);
    while (!waited.empty())
        waited.pop_front().prepare_again();
}

}  // namespace async_cassandra::detail
