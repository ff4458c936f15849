// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include "floor_connection.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <sys/resource.h>

namespace async_cassandra::bench {

namespace {

constexpr std::uint8_t prepare_opcode = 0x09;
constexpr std::uint8_t execute_opcode = 0x0A;
constexpr std::uint16_t local_one = 0x000A;
constexpr std::uint32_t with_values = 0x01;
constexpr std::uint32_t skip_metadata = 0x02;
constexpr std::uint32_t with_page_size = 0x04;
constexpr std::uint32_t with_paging_state = 0x08;
constexpr std::uint32_t has_more_pages = 0x2;
constexpr std::uint32_t page_size = 5000;
constexpr std::size_t value_size = 100;

std::string_view text_of(operation op)
{
    if (op == operation::select)
        return "SELECT k, v FROM bench.kv WHERE k = ?";
    if (op == operation::insert)
        return "INSERT INTO bench.kv (k, v) VALUES (?, ?)";
    return "SELECT id, ts, name, value, payload FROM bench.big";
}

double cpu_us_now()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto microseconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return microseconds(used.ru_utime) + microseconds(used.ru_stime);
}

/// An EXECUTE of the prepared statement up to and with the flags.
byte_buffer prepare_execute(floor_connection& connection, operation op, std::uint32_t flags)
{
    byte_buffer prepare;
    prepare.put_value(as_bytes(text_of(op)));
    if (connection.protocol() >= 5)
        prepare.put(std::uint32_t{0});
    const byte_buffer prepared = connection.ask(prepare_opcode, prepare.view());
    byte_reader answer(prepared.view());
    answer.get<std::uint32_t>();

    byte_buffer request;
    request.put(std::uint32_t{connection.protocol()} << 24);
    request.put(execute_opcode);
    request.put(std::uint32_t{0});
    request.put_string(as_text(answer.short_bytes()));
    if (connection.protocol() >= 5)
        request.put_string(as_text(answer.short_bytes()));
    if (!answer.ok())
        throw std::runtime_error("the answer to PREPARE is too short");
    request.put(local_one);
    if (connection.protocol() >= 5) {
        request.put(flags);
    } else {
        request.put(static_cast<std::uint8_t>(flags));
    }
    return request;
}

void set_length(byte_buffer& request)
{
    store_big(request.data() + 5, static_cast<std::uint32_t>(request.size() - envelope_header_size));
}

/// Select and insert: a template with a stream id and a key written over.
class key_value_load {
public:
    key_value_load(floor_connection& connection, operation op, std::uint64_t in_flight)
        : connection_(connection),
          in_flight_(in_flight),
          request_(prepare_execute(connection, op, with_values | skip_metadata))
    {
        request_.put(static_cast<std::uint16_t>(op == operation::insert ? 2 : 1));
        request_.put(std::uint32_t{8});
        key_offset_ = request_.size();
        request_.put(std::uint64_t{0});
        if (op == operation::insert)
            request_.put_value(std::array<std::uint8_t, value_size>{});
        set_length(request_);
    }

    void run(std::uint64_t requests)
    {
        std::uint64_t sent = 0;
        std::uint64_t answered = 0;
        byte_buffer out;
        envelope_writer writer(out);
        writer.set_framed(connection_.framed());
        for (; sent < std::min(in_flight_, requests); ++sent)
            add(writer, static_cast<std::uint16_t>(sent));
        flush(writer, out);
        while (answered < requests) {
            connection_.read_envelopes([&](byte_view envelope) {
                require_result(envelope);
                ++answered;
                if (sent == requests)
                    return;
                ++sent;
                add(writer, load_big<std::uint16_t>(envelope.data() + 2));
            });
            flush(writer, out);
        }
    }

private:
    void add(envelope_writer& writer, std::uint16_t stream)
    {
        std::uint8_t* const at = writer.reserve(request_.size());
        std::memcpy(at, request_.data(), request_.size());
        store_big(at + 2, stream);
        store_big(at + key_offset_, next_key_++);
    }

    void flush(envelope_writer& writer, byte_buffer& out)
    {
        writer.finish();
        connection_.send(out.view());
        out.clear();
    }

    floor_connection& connection_;
    std::uint64_t in_flight_;
    byte_buffer request_;
    std::size_t key_offset_ = 0;
    std::uint64_t next_key_ = 0;
};

/// One pass over bench.big. The next page is asked for as soon as the start of a page tells how.
class stream_load {
public:
    explicit stream_load(floor_connection& connection)
        : connection_(connection),
          first_(prepare_execute(connection, operation::stream, skip_metadata | with_page_size)),
          next_(prepare_execute(
              connection, operation::stream, skip_metadata | with_page_size | with_paging_state
          ))
    {
        first_.put(page_size);
        set_length(first_);
        next_.put(page_size);
        fixed_size_ = next_.size();
    }

    void run()
    {
        finished_ = false;
        send(first_);
        while (!finished_) {
            connection_.read_pieces([this](byte_view piece) {
                while (!piece.empty())
                    piece = piece.subspan(take(piece));
            });
        }
    }

    std::uint64_t pages() const { return pages_; }
    std::uint64_t rows() const { return rows_; }

private:
    static constexpr std::size_t fixed_head = envelope_header_size + 12;

    void send(const byte_buffer& request)
    {
        byte_buffer out;
        envelope_writer writer(out);
        writer.set_framed(connection_.framed());
        writer.add(request.view());
        writer.finish();
        connection_.send(out.view());
    }

    std::size_t take(byte_view piece)
    {
        if (to_skip_ != 0) {
            const std::size_t skipped = std::min(to_skip_, piece.size());
            to_skip_ -= skipped;
            if (to_skip_ == 0)
                end_page();
            return skipped;
        }
        const std::size_t taken = std::min(head_needed_ - head_.size(), piece.size());
        head_.append(piece.first(taken));
        if (head_.size() == head_needed_)
            read_head();
        return taken;
    }

    /// The head grows to the paging state's length, then to its end and the number of rows behind it.
    void read_head()
    {
        if (head_.size() == envelope_header_size + 8) {
            require_result(head_.view());
            more_ = (load_big<std::uint32_t>(head_.data() + envelope_header_size + 4) & has_more_pages) != 0;
            head_needed_ = fixed_head + 4;
            return;
        }
        if (more_ && head_.size() == fixed_head + 4) {
            head_needed_ = fixed_head + 8 + load_big<std::uint32_t>(head_.data() + fixed_head);
            return;
        }
        rows_ += load_big<std::uint32_t>(head_.data() + head_.size() - 4);
        ++pages_;
        to_skip_ = envelope_header_size + load_big<std::uint32_t>(head_.data() + 5) - head_.size();
        if (more_) {
            next_.drop_back(next_.size() - fixed_size_);
            next_.append(head_.view().subspan(fixed_head, head_.size() - fixed_head - 4));
            set_length(next_);
            send(next_);
        }
        if (to_skip_ == 0)
            end_page();
    }

    void end_page()
    {
        finished_ = !more_;
        head_.clear();
        head_needed_ = envelope_header_size + 8;
    }

    floor_connection& connection_;
    byte_buffer first_;
    byte_buffer next_;
    std::size_t fixed_size_ = 0;
    byte_buffer head_;
    std::size_t head_needed_ = envelope_header_size + 8;
    std::size_t to_skip_ = 0;
    bool more_ = false;
    bool finished_ = false;
    std::uint64_t pages_ = 0;
    std::uint64_t rows_ = 0;
};

/// Runs `work` and fills in what it took.
template <typename Work>
load_figures measure(Work&& work)
{
    load_figures taken;
    const double cpu_before = cpu_us_now();
    const auto before = std::chrono::steady_clock::now();
    work();
    taken.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
    taken.cpu_us = cpu_us_now() - cpu_before;
    return taken;
}

}  // namespace

load_figures run_load(const load_settings& settings)
{
    floor_connection connection(settings.host, settings.port, settings.protocol);
    if (settings.op == operation::stream) {
        stream_load load(connection);
        load_figures taken = measure([&] { load.run(); });
        taken.requests = load.pages();
        taken.rows = load.rows();
        return taken;
    }
    key_value_load load(connection, settings.op, settings.in_flight);
    load.run(settings.requests / 10);
    load_figures taken = measure([&] { load.run(settings.requests); });
    taken.requests = settings.requests;
    return taken;
}

}  // namespace async_cassandra::bench
