// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// The other side of the client's connections, without I/O: bytes and the time in, bytes and wake-ups out. Carried by
// loopback sockets (loopback_server) or by memory (simulated_world).
namespace async_cassandra::testing {

using time_point = std::chrono::steady_clock::time_point;

/// How a peer ends its side of a connection.
enum class peer_ending : std::uint8_t {
    none,     ///< It stays open.
    orderly,  ///< The client reads the end of the stream behind the last byte.
    reset,    ///< The client gets a connection reset.
};

/// What a peer wants done now: first the bytes, then the ending.
struct peer_output {
    std::vector<std::byte> bytes;
    peer_ending ending = peer_ending::none;
};

/// One accepted connection. After any call the carrier takes the output and asks for the next wake-up.
class peer_connection {
public:
    virtual ~peer_connection() = default;

    virtual void receive(std::span<const std::byte> bytes, time_point now) = 0;
    virtual void on_time(time_point now) = 0;
    /// When `on_time` must be called next; a time in the past means at once. Empty: nothing is waiting.
    [[nodiscard]] virtual std::optional<time_point> next_wakeup() const = 0;
    [[nodiscard]] virtual peer_output take_output() = 0;
    /// The client has closed its side; nothing is received any more.
    virtual void on_client_closed(time_point /*now*/) {}
};

/// What a carrier does for the peer it carries.
struct carrier_link {
    /// Something new is to be done, for reasons outside the connections: the carrier calls `on_time` of all of them
    /// soon. Called on any thread.
    std::function<void()> wake;
    /// Something worth a line in a trace.
    std::function<void(std::string_view what, std::uint64_t a, std::uint64_t b)> observe{};
    /// The time as the peer's connections are told it.
    std::function<time_point()> now{};
};

class peer {
public:
    virtual ~peer() = default;

    [[nodiscard]] virtual std::unique_ptr<peer_connection> accept(time_point now) = 0;
    /// At most one carrier at a time; an empty link when it goes.
    virtual void attach(carrier_link /*link*/) {}
};

}  // namespace async_cassandra::testing
