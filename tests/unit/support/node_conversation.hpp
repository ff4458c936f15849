// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/fake_node.hpp"
#include "support/frame_script.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

namespace async_cassandra::testing {

/// A client talking to one connection of a fake node, without any carrier: bytes go across at once.
class node_conversation {
public:
    explicit node_conversation(fake_node& node, protocol_version version = protocol_version::v5)
        : client(version), connection_(node.accept(now))
    {}

    /// Says what `client` has gathered; the frames that come back at once.
    std::vector<received_frame> exchange()
    {
        connection_->receive(client.take(), now);
        return collect();
    }
    /// The single frame that comes back.
    received_frame ask()
    {
        auto frames = exchange();
        if (frames.size() != 1)
            throw std::runtime_error("not one answer but " + std::to_string(frames.size()));
        return std::move(frames.front());
    }
    std::vector<received_frame> after(std::chrono::nanoseconds time)
    {
        now += time;
        connection_->on_time(now);
        return collect();
    }
    void start()
    {
        client.startup();
        ASSERT_EQ(ask().header.op, protocol::opcode::ready);
    }

    [[nodiscard]] std::optional<std::chrono::nanoseconds> wakes_in() const
    {
        const auto next = connection_->next_wakeup();
        if (!next)
            return std::nullopt;
        return *next <= now ? std::chrono::nanoseconds{0} : *next - now;
    }

    client_script client;
    peer_ending ending = peer_ending::none;
    std::vector<std::byte> last_bytes;
    time_point now{std::chrono::hours{1}};

private:
    std::vector<received_frame> collect()
    {
        peer_output out = connection_->take_output();
        if (out.ending != peer_ending::none)
            ending = out.ending;
        last_bytes = std::move(out.bytes);
        return client.feed(last_bytes);
    }

    std::unique_ptr<peer_connection> connection_;
};

}  // namespace async_cassandra::testing
