// SPDX-License-Identifier: Apache-2.0
#include "request_answerer.hpp"

#include <algorithm>

namespace async_cassandra::bench {

namespace {

constexpr std::uint8_t compressed_flag = 0x01;
constexpr std::uint8_t custom_payload_flag = 0x04;

void skip_custom_payload(byte_reader& body)
{
    const auto entries = body.get<std::uint16_t>();
    for (std::uint32_t index = 0; index < entries && body.ok(); ++index) {
        body.short_bytes();
        body.long_bytes();
    }
}

}  // namespace

void request_answerer::answer(const envelope_header& header, byte_view body, envelope_writer& to)
{
    if (header.version < 5 && (header.flags & compressed_flag) != 0) {
        return write_error(header, error_code::protocol, "Unexpected compression flag: none was agreed", to);
    }
    byte_reader from(body);
    if ((header.flags & custom_payload_flag) != 0)
        skip_custom_payload(from);
    if (header.code == opcode::execute && started_)
        return answer_execute(header, from, to);
    if (header.code == opcode::options)
        return answer_options(header, to);
    if (header.code == opcode::startup)
        return answer_startup(header, from, to);
    if (!started_) {
        return write_error(
            header, error_code::protocol, "Unexpected message, expecting STARTUP or OPTIONS", to
        );
    }
    switch (header.code) {
    case opcode::query: return answer_query(header, from, to);
    case opcode::prepare: return answer_prepare(header, from, to);
    case opcode::register_events: return write_envelope(header, opcode::ready, {}, to);
    case opcode::batch:
        return write_error(header, error_code::invalid, "Batches are not served by the canned server", to);
    default:
        return write_error(
            header,
            error_code::protocol,
            "Invalid opcode " + std::to_string(static_cast<unsigned>(header.code)),
            to
        );
    }
}

void request_answerer::answer_options(const envelope_header& header, envelope_writer& to)
{
    body_.clear();
    body_.put(std::uint16_t{3});
    body_.put_string("PROTOCOL_VERSIONS");
    body_.put(static_cast<std::uint16_t>(max_version_ - 3));
    body_.put_string("4/v4");
    if (max_version_ >= 5)
        body_.put_string("5/v5");
    body_.put_string("COMPRESSION");
    body_.put(std::uint16_t{0});
    body_.put_string("CQL_VERSION");
    body_.put(std::uint16_t{1});
    body_.put_string("3.4.7");
    write_envelope(header, opcode::supported, body_.view(), to);
}

void request_answerer::answer_startup(const envelope_header& header, byte_reader& body, envelope_writer& to)
{
    if (started_) {
        return write_error(
            header, error_code::protocol, "Unexpected message STARTUP, the connection is ready", to
        );
    }
    bool version_given = false;
    bool compression_asked = false;
    const auto entries = body.get<std::uint16_t>();
    for (std::uint32_t index = 0; index < entries && body.ok(); ++index) {
        const std::string_view key = as_text(body.short_bytes());
        body.short_bytes();
        version_given = version_given || key == "CQL_VERSION";
        compression_asked = compression_asked || key == "COMPRESSION";
    }
    if (!body.ok())
        return write_error(header, error_code::protocol, "Malformed STARTUP", to);
    if (!version_given) {
        return write_error(header, error_code::protocol, "Missing value CQL_VERSION in STARTUP message", to);
    }
    if (compression_asked)
        return write_error(header, error_code::protocol, "Unknown compression algorithm", to);
    started_ = true;
    write_envelope(header, opcode::ready, {}, to);
}

void request_answerer::answer_query(const envelope_header& header, byte_reader& body, envelope_writer& to)
{
    const std::string statement = normalise_statement(as_text(body.long_bytes()));
    const auto parameters = read_query_parameters(body, header.version);
    if (!parameters)
        return write_error(header, error_code::protocol, "Malformed QUERY", to);
    if (const auto which = bench_answers::find_text(statement)) {
        // Only EXECUTE can leave out the metadata.
        return answer_bench(header, *which, *parameters, metadata_mode::full, to);
    }
    const std::string_view keyspace = parameters->keyspace.empty() ? keyspace_ : parameters->keyspace;
    if (answer_system(header, statement, to) || answer_use(header, statement, to) ||
        answer_ddl(header, statement, keyspace, to)) {
        return;
    }
    refuse(header, statement, to);
}

void request_answerer::answer_prepare(const envelope_header& header, byte_reader& body, envelope_writer& to)
{
    const std::string statement = normalise_statement(as_text(body.long_bytes()));
    if (header.version >= 5 && (body.get<std::uint32_t>() & 1) != 0)
        body.short_bytes();
    if (!body.ok())
        return write_error(header, error_code::protocol, "Malformed PREPARE", to);
    const auto which = bench_answers::find_text(statement);
    if (!which)
        return refuse(header, statement, to);
    body_.clear();
    bench_answers::put_prepared(body_, *which, header.version);
    write_envelope(header, opcode::result, body_.view(), to);
}

void request_answerer::answer_execute(const envelope_header& header, byte_reader& body, envelope_writer& to)
{
    const byte_view id = body.short_bytes();
    const byte_view known_metadata = header.version >= 5 ? body.short_bytes() : byte_view{};
    const auto parameters = read_query_parameters(body, header.version);
    if (!parameters)
        return write_error(header, error_code::protocol, "Malformed EXECUTE", to);
    const auto which = bench_answers::find_id(id);
    if (!which) {
        return write_error(
            to,
            header.version,
            header.stream,
            error_code::unprepared,
            "Prepared query with this id not found",
            id
        );
    }
    auto mode = parameters->skip_metadata ? metadata_mode::none : metadata_mode::full;
    if (header.version >= 5 && as_text(known_metadata) != as_text(bench_answers::metadata_id(*which))) {
        mode = metadata_mode::changed;
    }
    answer_bench(header, *which, *parameters, mode, to);
}

void request_answerer::answer_bench(
    const envelope_header& header,
    bench_statement which,
    const query_parameters& parameters,
    metadata_mode mode,
    envelope_writer& to
)
{
    if (parameters.value_count != bench_answers::bound_values(which)) {
        return write_error(header, error_code::invalid, "Invalid amount of bind variables", to);
    }
    if (which == bench_statement::stream_big) {
        const auto range = answers_.bench.find_page(parameters.page_size, parameters.paging_state);
        if (!range) {
            return write_error(
                header,
                error_code::protocol,
                "Invalid value for the paging state, or more rows asked than an envelope holds",
                to
            );
        }
        return answers_.bench.write_page(to, header.version, header.stream, mode, *range);
    }
    const std::optional<byte_view>& key = parameters.values[0];
    if (!key) {
        return write_error(
            header, error_code::invalid, "Invalid null or unset value in condition for column k", to
        );
    }
    if (key->size() != 8) {
        return write_error(
            header,
            error_code::invalid,
            "Expected 8 or 0 byte long for k (" + std::to_string(key->size()) + ")",
            to
        );
    }
    if (which == bench_statement::insert_kv)
        return answers_.bench.write_void(to, header.version, header.stream);
    answers_.bench.write_row(to, header.version, header.stream, mode, *key);
}

bool request_answerer::answer_system(
    const envelope_header& header, const std::string& statement, envelope_writer& to
)
{
    select_parts parts;
    if (!read_select(statement, parts) || !system_tables::holds(parts.keyspace))
        return false;
    body_.clear();
    std::string missing;
    switch (answers_.system.select(parts, body_, missing)) {
    case system_answer::rows: write_envelope(header, opcode::result, body_.view(), to); break;
    case system_answer::no_such_table:
        write_error(header, error_code::invalid, "table " + missing + " does not exist", to);
        break;
    case system_answer::no_such_column:
        write_error(header, error_code::invalid, "Undefined column name " + missing, to);
        break;
    }
    return true;
}

bool request_answerer::answer_use(
    const envelope_header& header, const std::string& statement, envelope_writer& to
)
{
    constexpr std::string_view use = "use ";
    if (!statement.starts_with(use))
        return false;
    keyspace_ = unquoted(std::string_view(statement).substr(use.size()));
    body_.clear();
    body_.put(static_cast<std::uint32_t>(result_kind::set_keyspace));
    body_.put_string(keyspace_);
    write_envelope(header, opcode::result, body_.view(), to);
    return true;
}

bool request_answerer::answer_ddl(
    const envelope_header& header,
    const std::string& statement,
    std::string_view keyspace,
    envelope_writer& to
)
{
    schema_change change;
    body_.clear();
    switch (read_ddl(statement, keyspace, change)) {
    case ddl_reading::not_ddl: return false;
    case ddl_reading::missing_keyspace:
        write_error(
            header,
            error_code::invalid,
            "No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename",
            to
        );
        return true;
    case ddl_reading::no_answer_fields:
        answers_.bench.write_void(to, header.version, header.stream);
        return true;
    case ddl_reading::change: break;
    }
    body_.put(static_cast<std::uint32_t>(result_kind::schema_change));
    body_.put_string(change.change);
    body_.put_string(change.target);
    body_.put_string(change.keyspace);
    if (!change.name.empty())
        body_.put_string(change.name);
    write_envelope(header, opcode::result, body_.view(), to);
    return true;
}

void request_answerer::refuse(
    const envelope_header& header, const std::string& statement, envelope_writer& to
)
{
    constexpr std::array<std::string_view, 16> verbs{
        "select",
        "insert",
        "update",
        "delete",
        "begin",
        "truncate",
        "create",
        "alter",
        "drop",
        "use",
        "grant",
        "revoke",
        "list",
        "apply",
        "desc",
        "describe"};
    const std::string shown = statement.substr(0, 200);
    const std::string verb = statement.substr(0, statement.find(' '));
    if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) {
        return write_error(
            header, error_code::syntax, "line 1:0 no viable alternative at input '" + shown + "'", to
        );
    }
    write_error(header, error_code::invalid, "The canned server has no answer to: " + shown, to);
}

void request_answerer::write_envelope(
    const envelope_header& request, opcode code, byte_view body, envelope_writer& to
)
{
    std::uint8_t* const at = to.reserve(envelope_header_size + body.size());
    store_response_header(at, request.version, request.stream, code, body.size());
    if (!body.empty())
        std::memcpy(at + envelope_header_size, body.data(), body.size());
}

void request_answerer::write_error(
    envelope_writer& to,
    std::uint8_t version,
    std::int16_t stream,
    error_code code,
    std::string_view message,
    byte_view unprepared_id
)
{
    body_.clear();
    body_.put(static_cast<std::uint32_t>(code));
    body_.put_string(message);
    if (code == error_code::unprepared)
        body_.put_string(as_text(unprepared_id));
    write_envelope({version, 0, stream, opcode::error, 0}, opcode::error, body_.view(), to);
}

}  // namespace async_cassandra::bench
