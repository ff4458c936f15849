// SPDX-License-Identifier: Apache-2.0
#include "base/tls_stream.hpp"

#include <async_cassandra/authentication.hpp>
#include <async_cassandra/error.hpp>

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace async_cassandra::base {

namespace {

using asio::ip::tcp;
using transfer_handler = asio::any_completion_handler<void(error_code, std::size_t)>;

constexpr std::size_t largest_record = 16 * 1024;  // RFC 8446 section 5.1

/// The session and its socket. Kept alive by what is under way on it: Asio's operations refer to the stream.
struct tls_link {
    tls_link(
        tcp::socket socket, std::shared_ptr<tls_context> own, const endpoint& node, const std::string& host
    )
        : context(std::move(own)),
          stream(std::move(socket), context->make_session(node, host, peer).release())
    {}

    /// The code to complete with; what it means is noted.
    error_code explain(error_code code)
    {
        if (code == asio::ssl::error::stream_truncated) {
            problem = "the connection was cut: it ended without the end that TLS prescribes (close_notify)";
            return errc::tls_failed;
        }
        if (code.category() == asio::error::get_ssl_category()) {
            problem = "TLS: " + describe_tls_error(static_cast<unsigned>(code.value()), context->options());
            return errc::tls_failed;
        }
        return code;
    }

    void close() noexcept
    {
        error_code ignored;  // given up either way; nobody waits for the peer's close_notify
        stream.lowest_layer().close(ignored);
    }

    std::shared_ptr<tls_context> context;
    tls_peer peer;
    asio::ssl::stream<tcp::socket> stream;
    std::string problem;

    // The write under way.
    std::vector<asio::const_buffer> unwritten;  // the first still unwritten byte is that of the front
    std::size_t at = 0;                         // the front
    std::size_t written = 0;
    std::vector<std::byte> record;  // small buffers side by side
    std::size_t gathered = 0;       // bytes in it; 0: the record is written from where it lies
};

using link_ptr = std::shared_ptr<tls_link>;

/// One TLS record from what comes next: a piece of a large buffer, or small buffers copied together. In one piece, because
/// Asio would copy several into memory that is not wiped.
asio::const_buffer next_record(tls_link& link)
{
    const asio::const_buffer front = link.unwritten[link.at];
    link.gathered = 0;
    if (front.size() >= largest_record || link.at + 1 == link.unwritten.size())
        return asio::buffer(front, largest_record);
    link.record.resize(largest_record);
    for (std::size_t i = link.at; i < link.unwritten.size() && link.gathered < largest_record; ++i) {
        const std::size_t count = std::min(link.unwritten[i].size(), largest_record - link.gathered);
        std::memcpy(link.record.data() + link.gathered, link.unwritten[i].data(), count);
        link.gathered += count;
    }
    return asio::buffer(link.record.data(), link.gathered);
}

void consume(tls_link& link, std::size_t count)
{
    wipe(std::span{link.record}.first(link.gathered));
    link.written += count;
    while (link.at < link.unwritten.size() && count >= link.unwritten[link.at].size())
        count -= link.unwritten[link.at++].size();
    if (link.at < link.unwritten.size())
        link.unwritten[link.at] += count;
}

void write_next(const link_ptr& link, transfer_handler done)
{
    const asio::const_buffer record = next_record(*link);
    link->stream.async_write_some(
        record,
        [link, done = std::move(done)](error_code code, std::size_t count) mutable {
            consume(*link, count);
            if (!code && link->at < link->unwritten.size())
                write_next(link, std::move(done));
            else
                std::move(done)(link->explain(code), link->written);
        }
    );
}

class tls_stream final : public byte_stream {
public:
    explicit tls_stream(link_ptr link) noexcept : link_(std::move(link)) {}
    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;
    ~tls_stream() override { link_->close(); }

    void read_some(std::span<std::byte> into, transfer_handler done) override
    {
        link_->stream.async_read_some(
            asio::buffer(into.data(), into.size()),
            [link = link_, done = std::move(done)](error_code code, std::size_t count) mutable {
                std::move(done)(link->explain(code), count);
            }
        );
    }

    void write(std::span<const asio::const_buffer> from, transfer_handler done) override
    {
        link_->unwritten.assign(from.begin(), from.end());
        link_->at = 0;
        link_->written = 0;
        write_next(link_, std::move(done));
    }

    std::string describe(error_code code) const override
    {
        return code == errc::tls_failed ? link_->problem : code.message();
    }

    void close() noexcept override { link_->close(); }

private:
    link_ptr link_;
};

struct tls_start_state {
    link_ptr link;
    connect_handler done;
    std::string detail = "the TLS handshake was not finished";
};

/// What went wrong with the handshake, in words.
std::string handshake_problem(tls_link& link, error_code code)
{
    if (!link.peer.problem.empty())
        return "TLS: " + link.peer.problem;
    if (code == asio::ssl::error::stream_truncated || code == asio::error::eof ||
        code == asio::error::connection_reset || code == asio::error::broken_pipe)
        return "TLS: the peer ended the connection during the handshake; does it speak TLS?";
    if (link.explain(code) == errc::tls_failed)
        return link.problem;
    return "TLS: " + code.message();
}

class tls_start final : public pending_operation {
public:
    tls_start(link_ptr link, connect_handler done) : state_(std::make_shared<tls_start_state>())
    {
        state_->link = std::move(link);
        state_->done.swap(done);
        state_->link->stream.async_handshake(
            asio::ssl::stream_base::client,
            [state = state_, made = state_->link](error_code code) {
                if (!state->done)
                    return;  // given up meanwhile
                connect_handler handler;
                handler.swap(state->done);
                state->link.reset();
                state->detail = code ? handshake_problem(*made, code) : std::string{};
                if (code)
                    made->close();
                std::move(handler)(
                    code ? make_error_code(errc::tls_failed) : code,
                    code ? nullptr : std::make_unique<tls_stream>(made)
                );
            }
        );
    }
    tls_start(const tls_start&) = delete;
    tls_start& operator=(const tls_start&) = delete;

    ~tls_start() override
    {
        connect_handler dropped;
        dropped.swap(state_->done);
        if (const link_ptr given_up = std::exchange(state_->link, nullptr))
            given_up->close();
    }

    std::string detail() const override { return state_->detail; }

private:
    std::shared_ptr<tls_start_state> state_;
};

}  // namespace

std::unique_ptr<pending_operation> start_tls(
    tcp::socket socket,
    std::shared_ptr<tls_context> context,
    const endpoint& node,
    const std::string& host,
    connect_handler done
)
{
    auto link = std::make_shared<tls_link>(std::move(socket), std::move(context), node, host);
    return std::make_unique<tls_start>(std::move(link), std::move(done));
}

}  // namespace async_cassandra::base
