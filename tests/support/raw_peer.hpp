// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/peer.hpp"

#include <atomic>
#include <cstddef>
#include <string>

namespace async_cassandra::testing {

/// A server that does not speak CQL. Tells each connection its greeting, answers the first bytes with its reply, and
/// then ends as told.
class raw_peer final : public peer {
public:
    struct behaviour {
        std::string greeting;
        std::string reply;
        /// When it ends: at once behind the greeting, or behind the reply.
        bool ends_at_once = false;
        peer_ending ending = peer_ending::none;
    };

    explicit raw_peer(behaviour how) : behaviour_(std::move(how)) {}

    /// Answers anything with an HTTP error page and closes, as web servers do.
    [[nodiscard]] static behaviour http_server();
    /// Accepts and says nothing.
    [[nodiscard]] static behaviour silent();
    /// Accepts and closes.
    [[nodiscard]] static behaviour closing() { return {{}, {}, true, peer_ending::orderly}; }
    [[nodiscard]] static behaviour resetting() { return {{}, {}, true, peer_ending::reset}; }

    [[nodiscard]] std::size_t connections_accepted() const noexcept { return accepted_; }
    [[nodiscard]] std::size_t bytes_received() const noexcept { return received_; }

    [[nodiscard]] std::unique_ptr<peer_connection> accept(time_point now) override;

private:
    class connection;

    behaviour behaviour_;
    std::atomic<std::size_t> accepted_{0};
    std::atomic<std::size_t> received_{0};
};

}  // namespace async_cassandra::testing
