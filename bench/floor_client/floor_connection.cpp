// SPDX-License-Identifier: Apache-2.0
#include "floor_connection.hpp"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace async_cassandra::bench {

namespace {

constexpr std::size_t input_size = 512 * 1024;
constexpr std::uint8_t error_opcode = 0x00;
constexpr std::uint8_t startup_opcode = 0x01;
constexpr std::uint8_t ready_opcode = 0x02;
constexpr std::uint8_t result_opcode = 0x08;

[[noreturn]] void throw_errno(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

int open_socket(const std::string& host, std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        throw std::runtime_error("--host wants an IPv4 address, not " + host);
    }
    const int opened = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (opened < 0)
        throw_errno("socket");
    const int on = 1;
    if (::connect(opened, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        const int reason = errno;
        ::close(opened);
        throw std::system_error(
            reason, std::generic_category(), "connect to " + host + ":" + std::to_string(port)
        );
    }
    return opened;
}

[[noreturn]] void throw_answer(byte_view envelope)
{
    byte_reader body(envelope.subspan(envelope_header_size));
    if (envelope[4] != error_opcode) {
        throw std::runtime_error("answered with opcode " + std::to_string(envelope[4]));
    }
    const auto code = body.get<std::uint32_t>();
    const std::string_view message = as_text(body.short_bytes());
    throw std::runtime_error("server error " + std::to_string(code) + ": " + std::string(message));
}

}  // namespace

void require_result(byte_view envelope)
{
    if (envelope[4] != result_opcode)
        throw_answer(envelope);
}

floor_connection::floor_connection(const std::string& host, std::uint16_t port, std::uint8_t protocol)
    : socket_(open_socket(host, port)), protocol_(protocol)
{
    input_.grow(input_size);
    try {
        shake_hands();
    } catch (...) {
        ::close(socket_);
        throw;
    }
}

floor_connection::~floor_connection()
{
    ::close(socket_);
}

void floor_connection::shake_hands()
{
    byte_buffer startup;
    startup.put(std::uint32_t{protocol_} << 24);
    startup.put(startup_opcode);
    startup.put(std::uint32_t{22});
    startup.put(std::uint16_t{1});
    startup.put_string("CQL_VERSION");
    startup.put_string("3.0.0");
    send(startup.view());
    bool ready = false;
    while (!ready) {
        read_envelopes([&](byte_view envelope) {
            if (envelope[4] != ready_opcode)
                throw_answer(envelope);
            ready = true;
        });
    }
    framed_ = protocol_ >= 5;
}

void floor_connection::send(byte_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            throw_errno("send");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
}

void floor_connection::read_more()
{
    if (begin_ != 0) {
        std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == input_size)
        throw std::runtime_error("an answer is longer than the input buffer");
    ssize_t count;
    do {
        count = ::read(socket_, input_.data() + end_, input_size - end_);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        throw_errno("read");
    if (count == 0)
        throw std::runtime_error("the server closed the connection");
    end_ += static_cast<std::size_t>(count);
}

bool floor_connection::take_payload(byte_view& payload)
{
    if (end_ - begin_ < segment_header_size)
        return false;
    segment_header header;
    const std::uint8_t* const start = input_.data() + begin_;
    if (!read_segment_header(start, header))
        throw std::runtime_error("a segment header is corrupt");
    const std::size_t size = segment_header_size + header.payload_size + segment_trailer_size;
    if (end_ - begin_ < size)
        return false;
    payload = {start + segment_header_size, header.payload_size};
    if (!segment_payload_intact(payload.data(), payload.size()))
        throw std::runtime_error("a segment is corrupt");
    begin_ += size;
    return true;
}

byte_buffer floor_connection::ask(std::uint8_t code, byte_view body)
{
    byte_buffer out;
    envelope_writer writer(out);
    writer.set_framed(framed_);
    std::uint8_t* const at = writer.reserve(envelope_header_size + body.size());
    store_big(at, std::uint32_t{protocol_} << 24);
    at[4] = code;
    store_big(at + 5, static_cast<std::uint32_t>(body.size()));
    std::memcpy(at + envelope_header_size, body.data(), body.size());
    writer.finish();
    send(out.view());
    byte_buffer answer;
    while (answer.empty()) {
        read_envelopes([&](byte_view envelope) {
            require_result(envelope);
            answer.append(envelope.subspan(envelope_header_size));
        });
    }
    return answer;
}

}  // namespace async_cassandra::bench
