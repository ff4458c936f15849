// SPDX-License-Identifier: Apache-2.0
#include "cluster/control_request.hpp"

#include "base/failure.hpp"
#include "protocol/requests.hpp"

#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace async_cassandra::detail {

namespace {

// Far above what any cluster has: 100,000 tables of 1 kB.
constexpr std::size_t most_bytes = std::size_t{100} * 1024 * 1024;

constexpr std::array<std::string_view, 3> all_events{"TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE"};

}  // namespace

bool is_lasting(const boost::system::error_code& why) noexcept
{
    if (why == errc::result_too_large)
        return true;
    const std::optional<server_code> said = to_server_code(why);
    return said == server_code::unauthorized || said == server_code::invalid ||
           said == server_code::syntax_error || said == server_code::protocol_error;
}

bool is_unknown_table(const failure& why) noexcept
{
    return why.code == make_error_code(server_code::invalid);
}

control_request::control_request(std::shared_ptr<net::shard> home, std::shared_ptr<net::connection> on)
    : shard_(std::move(home)), connection_(std::move(on))
{}

void control_request::run(std::chrono::milliseconds timeout)
{
    timeout_ = timeout;
    renew_time();
    ask();
}

void control_request::renew_time() noexcept
{
    shard_->set_timer(*this, shard_->now() + timeout_);
}

void control_request::give_up() noexcept
{
    forget();
    end();
}

void control_request::ask()
{
    if (!connection_->has_room()) {
        fail(make_error_code(errc::overloaded), "no free stream id");
        return;
    }
    waiting_ = true;
    if (const protocol::encode_result encoded = connection_->send(*this); !encoded) {
        waiting_ = false;
        fail(make_error_code(errc::bad_query), encoded.rule);
    }
}

void control_request::end() noexcept
{
    base::timer_wheel::clear(*this);
    if (std::exchange(waiting_, false))
        connection_->cancel(*this);
    connection_.reset();
}

void control_request::fail(boost::system::error_code code, std::string what)
{
    failure f = base::make_failure(code, std::string{this->what()} + ": " + std::move(what));
    f.node = connection_->node();
    end();
    on_failed(failure_ptr{std::move(f)});
}

void control_request::on_response(net::response&& answer) noexcept
{
    const std::shared_ptr<control_request> self = shared_from_this();
    waiting_ = false;
    on_answer(std::move(answer));
}

void control_request::on_too_large(std::uint32_t) noexcept
{
    const std::shared_ptr<control_request> self = shared_from_this();
    waiting_ = false;
    fail(make_error_code(errc::result_too_large), "more than 100 MiB of rows");
}

void control_request::on_lost(const net::close_reason& reason, request_effect) noexcept
{
    const std::shared_ptr<control_request> self = shared_from_this();
    waiting_ = false;
    fail(reason.code, reason.text);
}

void control_request::on_timer(base::time_point) noexcept
{
    const std::shared_ptr<control_request> self = shared_from_this();
    fail(make_error_code(errc::request_timeout), "no answer in time");
}

control_query::control_query(
    std::shared_ptr<net::shard> home,
    std::shared_ptr<net::connection> on,
    std::string cql,
    const query_limits& limits,
    callback done
)
    : control_request(std::move(home), std::move(on)),
      cql_(std::move(cql)),
      limits_(limits),
      done_(std::move(done))
{}

protocol::encode_result control_query::encode(
    base::byte_buffer& out, protocol_version version, std::int16_t stream
)
{
    protocol::query_parameters parameters;
    parameters.level = consistency::one;
    parameters.page_size = limits_.rows_per_page;
    parameters.paging_state = next_.bytes();
    return protocol::encode_query(out, version, stream, cql_, parameters, {});
}

bool control_query::accepts(std::uint32_t body_length) noexcept
{
    return bytes_ + body_length <= most_bytes;
}

void control_query::on_answer(net::response&& answer)
{
    bytes_ += answer.body.size();
    const protocol_version version = on().version();
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    if (auto refused = net::open_answer(in, answer.header, version, prefix)) {
        if (auto* const rule = std::get_if<std::string>(&*refused))
            fail(make_error_code(errc::protocol_violation), std::move(*rule));
        else
            fail(
                make_error_code(std::get<server_error_details>(*refused).code),
                std::move(std::get<server_error_details>(*refused).message)
            );
        return;
    }
    protocol::decoded_result decoded = protocol::decode_result(in, version);
    auto* const rows = std::get_if<protocol::rows_result>(&decoded);
    if (in.failed())
        fail(make_error_code(errc::protocol_violation), describe(in.error()));
    else if (rows == nullptr || rows->metadata == nullptr)
        fail(make_error_code(errc::protocol_violation), "the answer has no rows, or none with metadata");
    else
        take_page(*rows, std::move(answer));
}

void control_query::take_page(protocol::rows_result& rows, net::response&& answer)
{
    protocol::parse_error broken;
    if (!protocol::check_cells(answer.body, rows.rows_offset, rows.row_count, rows.column_count, broken)) {
        fail(make_error_code(errc::protocol_violation), describe(broken));
        return;
    }
    page got{net::unchecked_page(rows, rows.metadata, std::move(answer))};
    next_ = got.paging_state();
    const bool more = got.has_more_pages();
    rows_.append(std::move(got));
    if (more) {
        if (limits_.for_each_page)
            renew_time();
        ask();
        return;
    }
    end();
    if (const callback done = std::exchange(done_, nullptr))
        done(std::move(rows_));
}

void control_query::on_failed(failure_ptr why)
{
    if (const callback done = std::exchange(done_, nullptr))
        done(std::move(why));
}

void control_inquiry::ask(
    std::shared_ptr<net::shard> home,
    std::shared_ptr<net::connection> on,
    std::string cql,
    const query_limits& limits,
    control_query::callback then
)
{
    running_ = std::make_shared<control_query>(
        std::move(home),
        std::move(on),
        std::move(cql),
        limits,
        [this, then = std::move(then)](result<result_set> rows) {
            running_.reset();
            then(std::move(rows));
        }
    );
    const auto running = running_;  // run may end it at once
    running->run(limits.timeout);
}

void control_inquiry::give_up() noexcept
{
    if (const auto running = std::exchange(running_, nullptr))
        running->give_up();
}

event_registration::event_registration(
    std::shared_ptr<net::shard> home, std::shared_ptr<net::connection> on, callback done
)
    : control_request(std::move(home), std::move(on)), done_(std::move(done))
{}

protocol::encode_result event_registration::encode(
    base::byte_buffer& out, protocol_version version, std::int16_t stream
)
{
    return protocol::encode_register(out, version, stream, all_events);
}

void event_registration::on_answer(net::response&& answer)
{
    if (answer.header.op == protocol::opcode::ready) {
        end();
        if (const callback done = std::exchange(done_, nullptr))
            done({});
        return;
    }
    protocol::reader in{answer.body};
    protocol::response_prefix prefix;
    auto refused = net::open_answer(in, answer.header, on().version(), prefix);
    if (refused && std::holds_alternative<server_error_details>(*refused)) {
        auto& said = std::get<server_error_details>(*refused);
        fail(make_error_code(said.code), std::move(said.message));
        return;
    }
    const std::string got{protocol::to_string(answer.header.op)};
    fail(make_error_code(errc::protocol_violation), "unexpected " + got + " message, expected READY");
}

void event_registration::on_failed(failure_ptr why)
{
    if (const callback done = std::exchange(done_, nullptr))
        done(why);
}

}  // namespace async_cassandra::detail
