// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace async_cassandra::bench {

namespace {

constexpr std::size_t read_size = 256 * 1024;

[[noreturn]] void throw_errno(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

int checked(int result, const char* what)
{
    if (result < 0)
        throw_errno(what);
    return result;
}

int open_signals()
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    checked(sigprocmask(SIG_BLOCK, &ending, nullptr), "sigprocmask");
    return checked(signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC), "signalfd");
}

}  // namespace

struct server::client {
    client(descriptor connected, canned_answers& answers, std::uint8_t max_version)
        : socket(std::move(connected)), connection(answers, max_version)
    {}

    descriptor socket;
    canned_connection connection;
    byte_buffer unsent;
    std::uint32_t interest = EPOLLIN;
    bool shut = false;
};

descriptor::~descriptor()
{
    if (number_ >= 0)
        ::close(number_);
}

server::server(const server_settings& settings)
    : settings_(settings),
      listener_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")),
      signals_(open_signals()),
      poll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))
{
    const int on = 1;
    checked(setsockopt(listener_.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(settings.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(bind(listener_.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    checked(listen(listener_.number(), 1024), "listen");
    socklen_t size = sizeof address;
    checked(getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    port_ = ntohs(address.sin_port);
    answers_ = std::make_unique<canned_answers>(bench_answers(settings.rows), system_tables(port_));
    watch(listener_.number(), EPOLLIN, &listener_, false);
    watch(signals_.number(), EPOLLIN, &signals_, false);
    input_.grow(read_size);
}

server::~server() = default;

void server::watch(int number, std::uint32_t events, void* tag, bool known)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = tag;
    checked(epoll_ctl(poll_.number(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, number, &event), "epoll_ctl");
}

server_totals server::totals() const
{
    server_totals all = totals_;
    for (const auto& [number, each] : clients_)
        all.requests += each->connection.requests();
    return all;
}

void server::run()
{
    std::array<epoll_event, 256> events;
    while (true) {
        const int count = epoll_wait(poll_.number(), events.data(), static_cast<int>(events.size()), -1);
        if (count < 0 && errno == EINTR)
            continue;
        checked(count, "epoll_wait");
        for (std::size_t index = 0; index < static_cast<std::size_t>(count); ++index) {
            void* const tag = events[index].data.ptr;
            if (tag == &signals_)
                return;
            if (tag == &listener_) {
                accept_all();
            } else {
                serve(*static_cast<client*>(tag), events[index].events);
            }
        }
    }
}

void server::accept_all()
{
    while (true) {
        descriptor accepted(accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted.number() < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno == EAGAIN)
                return;
            if (errno != EMFILE && errno != ENFILE)
                throw_errno("accept4");
            // Out of descriptors: the backlog holds the callers until a connection ends.
            accepting_ = false;
            watch(listener_.number(), 0, &listener_, true);
            return;
        }
        const int on = 1;
        const int number = accepted.number();
        checked(setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
        auto made = std::make_unique<client>(std::move(accepted), *answers_, settings_.max_version);
        watch(number, made->interest, made.get(), false);
        clients_.emplace(number, std::move(made));
        ++totals_.connections;
    }
}

void server::serve(client& who, std::uint32_t events)
{
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        const ssize_t count = ::read(who.socket.number(), input_.data(), read_size);
        if (count == 0)
            return drop(who);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            return drop(who);
        if (count > 0) {
            totals_.bytes_in += static_cast<std::uint64_t>(count);
            pass_bytes(who, {input_.data(), static_cast<std::size_t>(count)});
        }
    }
    while (true) {
        if (!send_unsent(who))
            return drop(who);
        if (!who.unsent.empty() || !who.connection.stopped_full())
            break;
        pass_bytes(who, {});
    }
    if (who.connection.closing() && who.unsent.empty() && !who.shut) {
        // Closing at once would reset the connection if input is unread, and the last error could be lost:
        // what still comes is read and thrown away until the peer ends too.
        who.shut = true;
        if (::shutdown(who.socket.number(), SHUT_WR) != 0)
            return drop(who);
    }
    update_interest(who);
}

/// Sends the answers at once where nothing waits before them; `output_` is shared by all, so that its memory
/// stays in the cache.
void server::pass_bytes(client& who, byte_view bytes)
{
    byte_buffer& out = who.unsent.empty() ? output_ : who.unsent;
    who.connection.receive(bytes, out);
    if (&out != &output_ || output_.empty())
        return;
    const ssize_t sent = ::send(who.socket.number(), output_.data(), output_.size(), MSG_NOSIGNAL);
    const std::size_t done = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    totals_.bytes_out += done;
    // A send that failed for good fails again in `send_unsent`, which drops the connection.
    who.unsent.append(output_.view().subspan(done));
    output_.clear();
}

/// False when the connection is lost.
bool server::send_unsent(client& who)
{
    if (who.unsent.empty())
        return true;
    const ssize_t sent = ::send(who.socket.number(), who.unsent.data(), who.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR;
    totals_.bytes_out += static_cast<std::uint64_t>(sent);
    who.unsent.drop_front(static_cast<std::size_t>(sent));
    if (who.unsent.empty())
        who.unsent.release();
    return true;
}

void server::update_interest(client& who)
{
    std::uint32_t interest = 0;
    if (who.unsent.size() < canned_connection::output_limit)
        interest |= EPOLLIN;
    if (!who.unsent.empty())
        interest |= EPOLLOUT;
    if (interest == who.interest)
        return;
    who.interest = interest;
    watch(who.socket.number(), interest, &who, true);
}

void server::drop(client& who)
{
    totals_.requests += who.connection.requests();
    clients_.erase(who.socket.number());
    if (accepting_)
        return;
    accepting_ = true;
    watch(listener_.number(), EPOLLIN, &listener_, true);
}

}  // namespace async_cassandra::bench
