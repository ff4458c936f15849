// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/environment.hpp"
#include "support/peer.hpp"
#include "support/simulation_core.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace async_cassandra::testing {

/// The weather between the client and one endpoint. Changes take effect at once, on open connections too.
struct network_conditions {
    /// One way, drawn for each piece; pieces of one connection never overtake one another.
    std::chrono::nanoseconds delay_min = std::chrono::microseconds{50};
    std::chrono::nanoseconds delay_max = std::chrono::microseconds{50};
    /// From `connect` to its completion.
    std::chrono::nanoseconds connect_time = std::chrono::microseconds{100};
    /// 0: a read gives all that is there. Otherwise it gives 1 to so many bytes.
    std::size_t read_chunk_max = 0;
    /// 0: what is sent travels in one piece. Otherwise in pieces of 1 to so many bytes, each with its delay.
    std::size_t packet_max = 0;
    /// 0: a write is taken whole. Otherwise 1 to so many bytes at a time, with pauses between them.
    std::size_t write_chunk_max = 0;
    std::chrono::nanoseconds write_pause_max = std::chrono::microseconds{100};
    /// Bytes on their way to the peer before the client's writes have to wait.
    std::size_t send_buffer = 4U * 1024 * 1024;
};

using transfer_handler = asio::any_completion_handler<void(base::error_code, std::size_t)>;

/// One connection in memory: the client's kernel, the wire, and the peer at its end. All times are virtual; nothing
/// here runs a handler of the client but through the executor.
class simulated_link : public std::enable_shared_from_this<simulated_link> {
public:
    simulated_link(
        std::shared_ptr<simulation_core> core,
        std::uint64_t number,
        std::shared_ptr<const network_conditions> conditions,
        std::unique_ptr<peer_connection> peer
    );
    ~simulated_link();
    simulated_link(const simulated_link&) = delete;
    simulated_link& operator=(const simulated_link&) = delete;

    // The client's side: what base::byte_stream promises.
    void read(std::span<std::byte> into, transfer_handler done);
    void write(std::span<const asio::const_buffer> from, transfer_handler done);
    void close_by_client() noexcept;

    /// Lets the peer do what is due now.
    void visit_peer();
    /// Both sides lose the connection now; what is on its way is lost.
    void reset();
    /// Nothing arrives any more on either side, and nobody is told.
    void go_silent();
    /// What arrives is kept back until `heal`, as with a cable pulled and put back in time.
    void hold();
    void heal();

    /// True until either side knows that the connection is over.
    [[nodiscard]] bool open() const noexcept { return !client_closed_ && !peer_ended_ && !failure_; }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

    /// Drops peer and handlers uninvoked: the world ends.
    void abandon() noexcept;

private:
    struct pending_read;
    struct pending_write;

    void note(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0);
    [[nodiscard]] time_point arrival_time(time_point& last);
    void arrive(time_point when, std::function<void(simulated_link&)> what);
    void send_to_peer(std::vector<std::byte> bytes);
    void at_peer(std::span<const std::byte> bytes);
    void pump_peer();
    void send_to_client(std::span<const std::byte> bytes);
    void end_peer(peer_ending ending);
    void fail_client(base::error_code code);
    void satisfy_read();
    void continue_write();
    void finish_write(base::error_code code);
    void arm_wakeup();
    void drop_peer();

    std::shared_ptr<simulation_core> core_;
    std::uint64_t number_;
    std::shared_ptr<const network_conditions> conditions_;
    std::unique_ptr<peer_connection> peer_;
    std::optional<simulation_core::event_key> wakeup_;

    std::unique_ptr<pending_read> read_;
    std::unique_ptr<pending_write> write_;
    std::deque<std::byte> inbox_;  // arrived, not read
    base::error_code failure_;     // what a read meets behind the inbox
    std::size_t outstanding_ = 0;  // taken from the client, not at the peer yet
    time_point last_to_peer_{};
    time_point last_to_client_{};
    bool client_closed_ = false;
    bool peer_ended_ = false;
    bool silent_ = false;
    bool held_back_ = false;
    std::vector<std::function<void(simulated_link&)>> held_;
};

/// The client's end of a link.
class simulated_stream final : public base::byte_stream {
public:
    explicit simulated_stream(std::shared_ptr<simulated_link> link) : link_(std::move(link)) {}
    ~simulated_stream() override { link_->close_by_client(); }
    simulated_stream(const simulated_stream&) = delete;
    simulated_stream& operator=(const simulated_stream&) = delete;

    void read_some(std::span<std::byte> into, transfer_handler done) override
    {
        link_->read(into, std::move(done));
    }
    void write(std::span<const asio::const_buffer> from, transfer_handler done) override
    {
        link_->write(from, std::move(done));
    }
    void close() noexcept override { link_->close_by_client(); }

private:
    std::shared_ptr<simulated_link> link_;
};

}  // namespace async_cassandra::testing
