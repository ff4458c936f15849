// SPDX-License-Identifier: Apache-2.0
#include "support/fake_connection.hpp"

#include "support/statement_errors.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace async_cassandra::testing {

namespace {

using guard = std::lock_guard<std::recursive_mutex>;
using protocol::opcode;

bool contains(const std::set<std::string, std::less<>>& set, std::string_view key)
{
    return set.find(key) != set.end();
}

}  // namespace

fake_connection::fake_connection(std::shared_ptr<node_state> node, std::size_t number)
    : node_(std::move(node)), reader_(node_->settings.highest, protocol::reads::requests)
{
    conversation_.number = number;
    node_->connections.emplace(number, this);
    node_->most_connections = std::max(node_->most_connections, node_->connections.size());
}

fake_connection::~fake_connection()
{
    const guard lock{node_->mutex};
    node_->connections.erase(conversation_.number);
}

// What comes.

void fake_connection::receive(std::span<const std::byte> bytes, time_point now)
{
    const guard lock{node_->mutex};
    hear(now);
    if (node_->frozen || !backlog_.empty()) {
        node_->cluster->effects.add(fault_effect::frozen);
        backlog_.insert(backlog_.end(), bytes.begin(), bytes.end());
    } else
        feed(bytes);
}

void fake_connection::feed(std::span<const std::byte> bytes)
{
    while (!bytes.empty() && !over_) {
        const auto room = reader_.prepare();
        const std::size_t count = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), count);
        bytes = bytes.subspan(count);
        if (reader_.commit_and_drain(count, *this) == protocol::read_status::error)
            fail(reader_.error().rule);
    }
}

void fake_connection::fail(const char* rule)
{
    if (over_)
        return;
    node_->violation(conversation_.number, rule);
    outgoing last{reply_error(server_code::protocol_error, rule).then_close()};
    last.in_segments = in_segments_;
    deliver(last);
}

bool fake_connection::on_frame(const protocol::frame_header& h, std::span<const std::byte> body)
{
    if (over_ || !accept_version(h))
        return !over_;
    if (startup_unanswered_)
        node_->violation(conversation_.number, "a request behind an unanswered STARTUP");
    if (h.stream < 0)
        node_->violation(conversation_.number, "a negative stream id");
    if (!streams_in_use_.insert(h.stream).second)
        node_->violation(
            conversation_.number, "stream id " + std::to_string(h.stream) + " is in use already"
        );

    request_record request;
    request.at = now_;
    request.connection = conversation_.number;
    request.op = h.op;
    request.version = h.version;
    request.stream = h.stream;
    request.body_length = h.length;
    protocol::parse_error error;
    auto decoded = protocol::decode_request(h, body, conversation_.version, error);
    if (!decoded) {
        node_->violation(conversation_.number, std::string{"a malformed request: "} + error.rule);
        node_->record(request);
        outgoing refusal{reply_error(server_code::protocol_error, error.rule)};
        refusal.stream = h.stream;
        refusal.in_segments = in_segments_;
        schedule(std::move(refusal));
        return !over_;
    }
    request.tracing = decoded->tracing;
    request.custom_payload = std::move(decoded->custom_payload);
    if (h.op == opcode::options && conversation_.started)
        ++node_->probes;
    const bool known = complete(request, std::move(*decoded));
    node_->record(request);
    if (known)
        answer_to(request);
    return !over_;
}

bool fake_connection::accept_version(const protocol::frame_header& h)
{
    if (version_known_)
        return true;
    const auto highest = static_cast<std::uint8_t>(node_->settings.highest);
    if (h.version < 4 || h.version > highest) {
        refuse_version(h.version);
        return false;
    }
    version_known_ = true;
    conversation_.version = h.version == 5 ? protocol_version::v5 : protocol_version::v4;
    reader_.require_version(conversation_.version);
    return true;
}

void fake_connection::refuse_version(std::uint8_t asked)
{
    const std::string number = std::to_string(asked);
    std::string text = "Invalid or unsupported protocol version (" + number + "); ";
    std::uint8_t version = 6;
    bool beta = true;
    const version_refusal how = node_->settings.highest == protocol_version::v4
                                    ? node_->settings.refusal
                                    : version_refusal::cassandra_4;
    switch (how) {
    case version_refusal::cassandra_3_0:
        text += "the lowest supported version is 3 and the greatest is 4";
        version = 4;
        beta = false;
        break;
    case version_refusal::cassandra_3_11:
        text = "Beta version of the protocol used (5/v5-beta), but USE_BETA flag is unset";
        version = 5;
        break;
    case version_refusal::cassandra_4: text += "supported versions are (3/v3, 4/v4, 5/v5, 6/v6-beta)"; break;
    case version_refusal::scylla:
        text = "Invalid or unsupported protocol version: " + number;
        version = 4;
        beta = false;
        break;
    }
    base::byte_buffer frame;
    server_error_details details;
    details.code = server_code::protocol_error;
    details.message = text;
    // Such an answer carries stream 0, whatever was asked.
    if (!protocol::encode_error(frame, {protocol_version::v4, 0, {}}, details))
        return;
    frame.data()[0] = static_cast<std::byte>(protocol::response_bit | version);
    if (beta)
        frame.data()[1] = static_cast<std::byte>(protocol::header_flag::use_beta);
    output_.insert(output_.end(), frame.bytes().begin(), frame.bytes().end());
    ending_ = peer_ending::orderly;
    over_ = true;
    node_->observe("version refused", conversation_.number, asked);
}

bool fake_connection::complete(request_record& request, protocol::decoded_request&& decoded)
{
    auto& message = decoded.message;
    auto known = node_->prepared.end();
    if (auto* m = std::get_if<protocol::startup_request>(&message)) {
        request.startup_options = std::move(m->options);
    } else if (auto* reg = std::get_if<protocol::register_request>(&message)) {
        request.events = std::move(reg->events);
    } else if (auto* auth = std::get_if<protocol::auth_response_request>(&message)) {
        if (auth->token)
            request.auth_token = std::move(*auth->token);
    } else if (auto* query = std::get_if<protocol::query_request>(&message)) {
        request.query = std::move(query->text);
        request.parameters = std::move(query->parameters);
        request.keyspace = request.parameters.keyspace;
    } else if (auto* prepare = std::get_if<protocol::prepare_request>(&message)) {
        request.query = std::move(prepare->text);
        request.keyspace = std::move(prepare->keyspace);
    } else if (auto* execute = std::get_if<protocol::execute_request>(&message)) {
        request.statement_id = std::move(execute->id);
        request.result_metadata_id = std::move(execute->result_metadata_id);
        request.parameters = std::move(execute->parameters);
        request.keyspace = request.parameters.keyspace;
        known = node_->prepared.find(request.statement_id);
        if (known != node_->prepared.end())
            request.query = known->second.text;
    } else if (auto* batch = std::get_if<protocol::batch_request>(&message)) {
        request.keyspace = batch->parameters.keyspace;
        request.batch = std::move(*batch);
    }
    const bool own_keyspace = !request.keyspace.empty();
    if (!own_keyspace)
        request.keyspace = known != node_->prepared.end() ? known->second.keyspace : conversation_.keyspace;
    std::optional<answer> refusal = out_of_order(request);
    if (!refusal && own_keyspace && !node_->knows_keyspace(request.keyspace))
        refusal = unknown_keyspace(request.keyspace);
    if (!refusal && request.op == opcode::execute && request.query.empty()) {
        server_error_details details;
        details.code = server_code::unprepared;
        details.message =
            "Prepared query with ID is not found (either the query was not prepared on this host)";
        details.statement_id = request.statement_id;
        node_->cluster->effects.add(fault_effect::forgotten_statement);
        refusal = reply_error(std::move(details));
    }
    if (!refusal)
        return true;
    outgoing out{std::move(*refusal)};
    out.stream = request.stream;
    out.in_segments = in_segments_;
    schedule(std::move(out));
    return false;
}

std::optional<answer> fake_connection::out_of_order(const request_record& request) const
{
    const auto unexpected = [&](std::string_view expected) {
        const std::string text = "Unexpected message " + std::string{to_string(request.op)} + ", expecting " +
                                 std::string{expected};
        node_->violation(conversation_.number, text);
        return reply_error(server_code::protocol_error, text);
    };
    const bool greeting = request.op == opcode::startup || request.op == opcode::options;
    if (!conversation_.started)
        return greeting ? std::nullopt : std::optional{unexpected("STARTUP or OPTIONS")};
    if (request.op == opcode::startup)
        return unexpected("anything but a second STARTUP");
    if (!conversation_.authenticated && request.op != opcode::auth_response)
        return unexpected("SASL_RESPONSE");
    return std::nullopt;
}

void fake_connection::answer_to(request_record& request)
{
    outgoing out{node_->respond(request, conversation_)};
    out.stream = request.stream;
    out.in_segments = in_segments_;
    out.whom = asker_of(request);
    out.answers_startup = request.op == opcode::startup;
    out.is_execute = request.op == opcode::execute;
    out.skip_metadata = request.parameters.skip_metadata;
    out.page_size = request.parameters.page_size;
    out.paging_state = request.parameters.paging_state;
    out.result_metadata_id = request.result_metadata_id;
    if (out.answers_startup) {
        startup_unanswered_ = true;
        const bool greeted = std::holds_alternative<say::ready>(out.what.content) ||
                             std::holds_alternative<say::authenticate>(out.what.content);
        if (greeted && conversation_.version == protocol_version::v5) {
            in_segments_ = true;
            reader_.switch_to_segments(conversation_.compression);
        } else if (greeted) {
            reader_.accept_compression(conversation_.compression);
        }
    }
    schedule(std::move(out));
}

// What goes out.

void fake_connection::schedule(outgoing what)
{
    const answer_delivery& how = what.what.delivery;
    if (!how.gate.empty() && !contains(node_->released, how.gate)) {
        node_->cluster->effects.add(answer_fault::withheld, what.whom);
        gated_.push_back(std::move(what));
    } else if (how.delay.count() > 0)
        waiting_.emplace(std::pair{now_ + how.delay, sequence_++}, std::move(what));
    else
        deliver(what);
}

void fake_connection::release(std::string_view gate)
{
    for (outgoing& held : std::exchange(gated_, {})) {
        if (held.what.delivery.gate == gate)
            waiting_.emplace(std::pair{time_point::min(), sequence_++}, std::move(held));
        else
            gated_.push_back(std::move(held));
    }
}

bool fake_connection::listens_to(std::string_view event_type) const
{
    return !over_ && conversation_.events.contains(std::string{event_type});
}

void fake_connection::push(const protocol::server_event& event, std::chrono::nanoseconds delay)
{
    base::byte_buffer frame;
    if (!protocol::encode_event(frame, {conversation_.version, protocol::event_stream, {}}, event))
        throw std::logic_error("fake node: an event that cannot be encoded");
    outgoing out{no_reply()};
    out.in_segments = in_segments_;
    if (delay.count() == 0 && !node_->frozen) {
        count_overtaken(sequence_++);
        put(out, frame.bytes());
        urgent_ = true;
        return;
    }
    const auto body = frame.bytes().subspan(protocol::frame_header_size);
    out.what = reply_envelope(protocol::opcode::event, {body.begin(), body.end()});
    out.stream = protocol::event_stream;
    waiting_.emplace(std::pair{node_->now() + delay, sequence_++}, std::move(out));
}

void fake_connection::end(peer_ending ending)
{
    if (over_)
        return;
    flush_segments();
    ending_ = ending;
    over_ = true;
    urgent_ = true;
}

void fake_connection::hear(time_point now)
{
    now_ = now;
    node_->last_heard = now;
}

void fake_connection::on_time(time_point now)
{
    const guard lock{node_->mutex};
    hear(now);
    if (!node_->frozen && !backlog_.empty())
        feed(std::exchange(backlog_, {}));
    if (node_->frozen && !over_)
        return;
    while (!waiting_.empty() && waiting_.begin()->first.first <= now && !over_) {
        const auto due = waiting_.extract(waiting_.begin());
        if (due.mapped().stream == protocol::event_stream)
            count_overtaken(due.key().second);
        deliver(due.mapped());
    }
}

std::optional<time_point> fake_connection::next_wakeup() const
{
    const guard lock{node_->mutex};
    if (urgent_)
        return time_point::min();
    if (over_ || node_->frozen)
        return std::nullopt;
    if (!backlog_.empty())
        return time_point::min();
    if (waiting_.empty())
        return std::nullopt;
    return waiting_.begin()->first.first;
}

peer_output fake_connection::take_output()
{
    const guard lock{node_->mutex};
    urgent_ = false;
    flush_segments();
    if (!output_.empty() && in_segments_)
        startup_unanswered_ = false;
    return {std::exchange(output_, {}), std::exchange(ending_, peer_ending::none)};
}

void fake_connection::on_client_closed(time_point now)
{
    const guard lock{node_->mutex};
    now_ = now;
    over_ = true;
    waiting_.clear();
    gated_.clear();
    node_->observe("client gone", conversation_.number, 0);
    node_->connections.erase(conversation_.number);
}

}  // namespace async_cassandra::testing
