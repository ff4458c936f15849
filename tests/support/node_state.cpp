// SPDX-License-Identifier: Apache-2.0
#include "support/node_state.hpp"

#include "support/builtin_statements.hpp"
#include "support/dml_statement.hpp"
#include "support/fake_connection.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::testing {

namespace {

std::vector<std::byte> digest(std::string_view text)
{
    std::vector<std::byte> out(16);
    seeded_random mix{[&] {
        std::uint64_t h = 0xCBF29CE484222325ULL;
        for (const char c : text)
            h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
        return h;
    }()};
    base::store_big_endian(out.data(), mix.next());
    base::store_big_endian(out.data() + 8, mix.next());
    return out;
}

std::string text_of(const std::vector<std::byte>& bytes)
{
    return std::string{cells::as_text(bytes)};
}

}  // namespace

std::vector<std::byte> prepared_id_of(std::string_view text, std::string_view keyspace)
{
    return digest(std::string{keyspace} + std::string{text});
}

std::vector<std::byte> metadata_id_of(const columns* list)
{
    std::string text = "metadata";
    if (list != nullptr)
        for (const column& c : *list)
            text += "/" + c.keyspace + "." + c.table + "." + c.name + ":" +
                    std::to_string(static_cast<int>(c.type.kind()));
    return digest(text);
}

std::string_view type_of(const protocol::server_event& event)
{
    if (std::holds_alternative<protocol::topology_change>(event))
        return "TOPOLOGY_CHANGE";
    if (std::holds_alternative<protocol::status_change>(event))
        return "STATUS_CHANGE";
    if (std::holds_alternative<protocol::schema_change>(event))
        return "SCHEMA_CHANGE";
    return std::get<protocol::unknown_event>(event).type;
}

bool node_rule::matches_text(std::string_view query) const
{
    return any_text || (prefix ? query.starts_with(text) : query == text);
}

bool node_rule::matches(const request_record& request) const
{
    using protocol::opcode;
    if (connection && *connection != request.connection)
        return false;
    if (only && *only != request.op)
        return false;
    if (any_text)
        return true;
    if (for_prepare ? request.op != opcode::prepare
                    : request.op != opcode::query && request.op != opcode::execute)
        return false;
    return matches_text(request.query);
}

std::optional<answer> node_rule::next(const request_record& request)
{
    if (!once.empty()) {
        answer first = std::move(once.front());
        once.pop_front();
        return first;
    }
    if (compute)
        return compute(request);
    return always;
}

std::shared_ptr<const columns> node_rule::known_columns() const
{
    if (result_columns)
        return result_columns;
    const auto of = [](const answer& a) {
        const auto* rows = std::get_if<say::rows>(&a.content);
        return rows == nullptr ? nullptr : rows->source->metadata;
    };
    if (always)
        if (auto found = of(*always))
            return found;
    for (const answer& a : once)
        if (auto found = of(a))
            return found;
    return nullptr;
}

std::array<std::uint8_t, 16> host_id_of(const fake_node_settings& settings)
{
    return fake_id(id_kind::host, settings.host_number);
}

node_state::node_state(fake_node_settings s, std::shared_ptr<cluster_state> shared)
    : cluster(std::move(shared)), mutex(cluster->mutex), settings(std::move(s))
{
    const std::lock_guard lock{mutex};
    cluster->members.push_back(this);
    cluster->ring.reset();
    schema = cluster->schema;
    for (const std::string& name : settings.keyspaces)
        cluster->add_keyspace(name);
}

node_state::~node_state()
{
    const std::lock_guard lock{mutex};
    std::erase(cluster->members, this);
    cluster->ring.reset();
}

time_point node_state::now() const
{
    return carrier.now ? carrier.now() : last_heard;
}

void node_state::record(const request_record& request)
{
    ++counts[static_cast<std::uint8_t>(request.op)];
    observe(to_string(request.op), request.connection, static_cast<std::uint16_t>(request.stream));
    if (settings.keep_log)
        log.push_back(request);
}

void node_state::violation(std::size_t connection, std::string what)
{
    observe("violation", connection, broken_rules.size());
    broken_rules.push_back("connection " + std::to_string(connection) + ": " + std::move(what));
}

void node_state::wake()
{
    if (carrier.wake)
        carrier.wake();
}

void node_state::push_event(
    const protocol::server_event& event,
    const std::function<std::vector<std::chrono::nanoseconds>()>& draw_delays
)
{
    const std::string_view type = type_of(event);
    for (const auto& [number, connection] : connections)
        if (connection->listens_to(type))
            for (const std::chrono::nanoseconds delay : draw_delays())
                connection->push(event, delay);
    wake();
}

std::size_t node_state::listeners(std::string_view event_type) const
{
    return static_cast<std::size_t>(std::ranges::count_if(connections, [&](const auto& each) {
        return each.second->listens_to(event_type);
    }));
}

void node_state::observe(std::string_view what, std::uint64_t a, std::uint64_t b)
{
    if (carrier.observe)
        carrier.observe(what, a, b);
}

bool node_state::knows_keyspace(std::string_view name) const
{
    return name == "system" || name == "system_schema" || name == "system_virtual_schema" ||
           schema->content.find(name) != nullptr;
}

answer node_state::respond(request_record& request, conversation& with)
{
    std::optional<answer_delivery> changed;
    for (const auto& rule : rules) {
        if (!rule->matches(request))
            continue;
        std::optional<answer> found = rule->next(request);
        if (!found)
            continue;
        if (!std::holds_alternative<say::as_usual>(found->content)) {
            if (changed)
                found->delivery = *changed;
            if (auto unfit = unfit_execute(request))
                return *unfit;
            return *found;
        }
        if (!changed)
            changed = found->delivery;
    }
    answer built_in = usual(request, with);
    if (changed)
        built_in.delivery = *changed;
    return built_in;
}

answer node_state::usual(request_record& request, conversation& with)
{
    using protocol::opcode;
    switch (request.op) {
    case opcode::options:
        return answer{say::supported{
            {{"PROTOCOL_VERSIONS",
              settings.highest == protocol_version::v5 ? std::vector<std::string>{"3/v3", "4/v4", "5/v5"}
                                                       : std::vector<std::string>{"3/v3", "4/v4"}},
             {"COMPRESSION", settings.compressions},
             {"CQL_VERSION", {"3.4.7"}}}}};
    case opcode::startup: return on_startup(request, with);
    case opcode::auth_response: return on_auth_response(request, with);
    case opcode::register_:
        with.events.insert(request.events.begin(), request.events.end());
        return answer{say::ready{}};
    case opcode::prepare: return on_prepare(request);
    case opcode::query:
    case opcode::execute: {
        cluster->settle(request.at);
        answer found = answer_statement(request, *this);
        if (const auto* used = std::get_if<say::set_keyspace>(&found.content))
            with.keyspace = used->name;
        return found;
    }
    default: return reply_error(server_code::protocol_error, "Unexpected message");
    }
}

answer node_state::on_startup(const request_record& request, conversation& with)
{
    const auto& options = request.startup_options;
    if (std::ranges::find(options, "CQL_VERSION", &std::pair<std::string, std::string>::first) ==
        options.end()) {
        return reply_error(server_code::protocol_error, "Missing value CQL_VERSION in STARTUP message")
            .then_close();
    }
    const auto asked = std::ranges::find(options, "COMPRESSION", &std::pair<std::string, std::string>::first);
    if (asked != options.end()) {
        const auto how = parse_compression(asked->second);
        const bool offered =
            std::ranges::find(settings.compressions, asked->second) != settings.compressions.end();
        if (!how || !offered || (*how == compression::snappy && with.version == protocol_version::v5))
            return reply_error(server_code::protocol_error, "Unknown compression algorithm: " + asked->second)
                .then_close();
        with.compression = *how;
    }
    with.started = true;
    with.authenticated = !settings.credentials && settings.sasl.empty();
    if (with.authenticated)
        return answer{say::ready{}};
    return answer{say::authenticate{settings.authenticator}};
}

answer node_state::on_auth_response(const request_record& request, conversation& with)
{
    if (!settings.sasl.empty())
        return on_sasl_token(request, with);
    if (!settings.credentials)
        return reply_error(server_code::protocol_error, "Unexpected message AUTH_RESPONSE");
    std::string expected(1, '\0');
    expected.append(settings.credentials->user).append(1, '\0').append(settings.credentials->password);
    if (text_of(request.auth_token) != expected) {
        return reply_error(
            server_code::bad_credentials,
            "Provided username " + settings.credentials->user + " and/or password are incorrect"
        );
    }
    with.authenticated = true;
    return answer{say::auth_success{}};
}

answer node_state::on_sasl_token(const request_record& request, conversation& with)
{
    const sasl_step& step = settings.sasl[with.sasl_step];
    if (text_of(request.auth_token) != step.expected)
        return reply_error(server_code::bad_credentials, "this is not what the node wants to hear");
    if (++with.sasl_step < settings.sasl.size())
        return answer{say::auth_challenge{step.next}};
    with.authenticated = true;
    with.sasl_step = 0;
    return answer{say::auth_success{step.next}};
}

const node_rule* node_state::describing_rule(std::string_view text) const
{
    for (const auto& rule : rules)
        if (!rule->any_text && !rule->for_prepare && rule->matches_text(text))
            return rule.get();
    return nullptr;
}

answer node_state::on_prepare(const request_record& request)
{
    protocol::prepared_result result;
    if (const node_rule* rule = describing_rule(request.query)) {
        result.markers = std::make_shared<columns>(rule->marker_list);
        result.pk_indexes = rule->key_markers;
        result.result_columns = rule->known_columns();
    } else {
        answer described = describe_statement(request, *this);
        auto* known = std::get_if<say::prepared>(&described.content);
        if (known == nullptr)
            return described;
        result = std::move(known->result);
    }
    // A statement that names its keyspace is the same one everywhere.
    std::optional<answer> no_dml;
    const auto parsed = parse_dml(request.query, {}, no_dml);
    const bool qualified = parsed && !parsed->target.keyspace.empty();
    result.id = prepared_id_of(request.query, qualified ? std::string{} : request.keyspace);
    result.has_result_metadata = result.result_columns != nullptr;
    result.result_metadata_id = metadata_id_of(result.result_columns.get());
    prepared[result.id] = {request.query, request.keyspace};
    return answer{say::prepared{std::move(result)}};
}

std::optional<answer> node_state::unfit_execute(const request_record& request) const
{
    if (request.op != protocol::opcode::execute)
        return std::nullopt;
    const node_rule* rule = describing_rule(request.query);
    if (rule == nullptr || !rule->markers_known)
        return std::nullopt;
    const std::size_t wanted = rule->marker_list.size();
    const std::size_t bound = request.parameters.values.size();
    if (wanted == bound)
        return std::nullopt;
    return reply_error(
        server_code::invalid,
        "there were " + std::to_string(wanted) + " markers(?) in CQL but " + std::to_string(bound) +
            " bound variables"
    );
}

}  // namespace async_cassandra::testing
