// SPDX-License-Identifier: Apache-2.0
#include "session/page_request.hpp"

#include "base/failure.hpp"
#include "session/page_keyspace.hpp"
#include "session/page_rows.hpp"
#include "session/page_schema.hpp"
#include "session/statement_rules.hpp"

#include <utility>

namespace async_cassandra::detail {

namespace {

constexpr std::size_t request_overhead = 64;  // header, parameters, ids

// How often one page may find its statement forgotten: a second time when the schema changes again meanwhile.
constexpr std::uint8_t most_preparations = 2;

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
    note_refusal(std::move(details));
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
