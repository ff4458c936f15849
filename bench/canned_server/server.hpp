// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "canned_connection.hpp"

#include <memory>
#include <unordered_map>

namespace async_cassandra::bench {

struct server_settings {
    std::uint16_t port = 0;
    std::uint64_t rows = 1'000'000;
    std::uint8_t max_version = 5;
};

struct server_totals {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
};

/// A file descriptor that closes itself.
class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor();

    int number() const { return number_; }

private:
    int number_;
};

/// The epoll loop over loopback sockets, all on the calling thread.
class server {
public:
    /// Listens on 127.0.0.1. Blocks SIGTERM and SIGINT, which end `run`.
    explicit server(const server_settings& settings);
    ~server();

    std::uint16_t port() const { return port_; }
    void run();
    server_totals totals() const;

private:
    struct client;

    void watch(int number, std::uint32_t events, void* tag, bool known);
    void accept_all();
    void serve(client& who, std::uint32_t events);
    void pass_bytes(client& who, byte_view bytes);
    bool send_unsent(client& who);
    void update_interest(client& who);
    void drop(client& who);

    server_settings settings_;
    descriptor listener_;
    descriptor signals_;
    descriptor poll_;
    std::uint16_t port_ = 0;
    bool accepting_ = true;
    std::unique_ptr<canned_answers> answers_;
    std::unordered_map<int, std::unique_ptr<client>> clients_;
    /// Requests of ended connections only; `totals` adds the others.
    server_totals totals_;
    byte_buffer input_;
    byte_buffer output_;
};

}  // namespace async_cassandra::bench
