// SPDX-License-Identifier: Apache-2.0
#include "session/page_request.hpp"

#include "base/failure.hpp"
#include "protocol/requests.hpp"

#include <cstring>
#include <utility>

namespace async_cassandra::detail {

namespace {

constexpr std::size_t request_overhead = 64;  // header, parameters, ids

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
    return nullptr;
}

void page_request::check_and_begin() noexcept
{
    if (what_.values().failed()) {
        failure f = base::make_failure(errc::bad_query, what_.values().error());
        f.cause = what_.values().cause();
        fail(std::move(f));
    } else if (const char* rule = broken_rule(); rule != nullptr) {
        fail(errc::bad_query, rule, request_effect::not_sent);
    } else {
        begin(what_.settings().timeout.value_or(home().config().request_timeout));
    }
}

protocol::encode_result page_request::encode(
    base::byte_buffer& out, protocol_version version, std::int16_t stream
)
{
    const statement::options& options = what_.settings();
    const cluster_config& config = home().config();
    protocol::query_parameters parameters;
    parameters.level = options.level.value_or(config.consistency);
    parameters.serial = options.serial ? options.serial : config.serial_consistency;
    parameters.page_size = options.page_size.value_or(config.page_size);
    parameters.paging_state = from_.bytes();
    parameters.value_count = static_cast<std::uint16_t>(what_.values().count());
    parameters.encoded_values = what_.values().bytes();
    if (what_.values().count() > 65'535)
        return {"more than 65,535 values"};
    const prepared_core* const prepared = what_.prepared().get();
    if (prepared == nullptr) {
        if (version == protocol_version::v5)
            parameters.keyspace = home().keyspace();
        return protocol::encode_query(out, version, stream, what_.text(), parameters);
    }
    // Only v5 tells when the metadata of a prepared statement has changed; on v4 it is always asked for.
    parameters.skip_metadata = version == protocol_version::v5 && prepared->result_columns != nullptr;
    return protocol::encode_execute(
        out, version, stream, prepared->id, prepared->result_metadata_id, parameters
    );
}

std::size_t page_request::size_hint() const noexcept
{
    const std::size_t text = what_.is_prepared() ? 0 : what_.text().size();
    return request_overhead + text + what_.values().bytes().size() + from_.bytes().size();
}

void page_request::on_answer(net::response&& answer)
{
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    if (!protocol::decode_prefix(in, answer.header.flags, prefix)) {
        fail_malformed(describe(in.error()));
        return;
    }
    if (answer.header.op == protocol::opcode::error) {
        server_error_details details = protocol::decode_error(in, home().version());
        in.failed() ? fail_malformed(describe(in.error())) : fail_from_server(std::move(details));
        return;
    }
    if (answer.header.op != protocol::opcode::result) {
        fail_malformed(
            "unexpected " + std::string{protocol::to_string(answer.header.op)} + " message, expected RESULT"
        );
        return;
    }
    protocol::decoded_result result = protocol::decode_result(in, home().version());
    if (in.failed()) {
        fail_malformed(describe(in.error()));
        return;
    }
    other_result other;
    other.warnings = std::move(prefix.warnings);
    if (auto* rows = std::get_if<protocol::rows_result>(&result)) {
        prefix.warnings = std::move(other.warnings);
        take_rows(*rows, answer, prefix);
    } else if (auto* chosen = std::get_if<protocol::set_keyspace_result>(&result)) {
        other.kind = result_kind::set_keyspace;
        other.keyspace = std::move(chosen->keyspace);
        on_other(std::move(other));
    } else if (auto* change = std::get_if<protocol::schema_change_result>(&result)) {
        other.kind = result_kind::schema_change;
        other.change = to_public(std::move(*change));
        on_other(std::move(other));
    } else if (std::holds_alternative<protocol::void_result>(result)) {
        on_other(std::move(other));
    } else {
        fail_malformed("a PREPARED result for a statement that was executed");
    }
}

std::shared_ptr<const columns> page_request::columns_of(protocol::rows_result& rows) const
{
    if (rows.metadata != nullptr || what_.prepared() == nullptr)
        return std::move(rows.metadata);
    return what_.prepared()->result_columns;
}

void page_request::take_rows(
    protocol::rows_result& rows, net::response& answer, protocol::response_prefix& prefix
)
{
    page_parts parts;
    parts.columns = columns_of(rows);
    if (parts.columns == nullptr || parts.columns->size() != static_cast<std::size_t>(rows.column_count)) {
        fail_malformed("rows without metadata that fits them");
        return;
    }
    protocol::parse_error broken;
    if (!protocol::check_cells(answer.body, rows.rows_offset, rows.row_count, rows.column_count, broken)) {
        fail_malformed(describe(broken));
        return;
    }
    const std::byte* const begin = answer.body.data();
    if (!answer.block) {
        answer.block = block_ptr::allocate(answer.body.size());
        std::memcpy(answer.block.data(), begin, answer.body.size());
    }
    parts.row_count = rows.row_count;
    parts.first_cell = rows.rows_offset;
    parts.has_more_pages = rows.has_more_pages;
    if (!rows.paging_state.empty())
        parts.paging_state = answer.block.bytes().subspan(
            static_cast<std::size_t>(rows.paging_state.data() - begin), rows.paging_state.size()
        );
    parts.warnings = std::move(prefix.warnings);
    parts.block = std::move(answer.block);
    on_page(page{std::move(parts)});
}

}  // namespace async_cassandra::detail
