// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/frame_script.hpp"
#include "support/simulated_world.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::testing {

/// One connection through the environment, driven by hand: reads for ever, keeps what came.
class memory_client {
public:
    memory_client(simulated_world& world, const endpoint& to, protocol_version version = protocol_version::v5)
        : script(version), world_(world)
    {
        connecting_ = world.environment()->connect(to, {}, [this](base::error_code code, auto stream) {
            connect_result = code;
            connected = true;
            stream_ = std::move(stream);
            if (stream_)
                read();
        });
    }

    void write(std::vector<std::byte> bytes)
    {
        written_ = std::move(bytes);
        const std::array<asio::const_buffer, 2> parts{
            asio::buffer(written_.data(), written_.size() / 2),
            asio::buffer(written_.data() + written_.size() / 2, written_.size() - written_.size() / 2)};
        write_done = false;
        stream_->write(parts, [this](base::error_code code, std::size_t count) {
            write_done = true;
            write_result = code;
            write_count = count;
        });
    }
    void say() { write(script.take()); }

    /// Until `count` frames have come since the last call.
    std::vector<received_frame> wait_for(std::size_t count)
    {
        EXPECT_TRUE(
            world_.run_until([&] { return frames.size() >= count || read_over; }, std::chrono::seconds{100})
        );
        return std::exchange(frames, {});
    }
    void start()
    {
        EXPECT_TRUE(world_.run_until([&] { return connected; }, std::chrono::seconds{1}));
        ASSERT_FALSE(connect_result);
        script.startup();
        say();
        ASSERT_EQ(wait_for(1).size(), 1U);
    }
    void give_up_connecting() { connecting_.reset(); }
    void close() { stream_->close(); }
    void drop() { stream_.reset(); }

    client_script script;
    bool connected = false;
    base::error_code connect_result;
    std::vector<received_frame> frames;
    std::vector<std::size_t> reads;
    bool read_over = false;
    base::error_code read_result;
    bool write_done = false;
    base::error_code write_result;
    std::size_t write_count = 0;

private:
    void read()
    {
        stream_->read_some(input_, [this](base::error_code code, std::size_t count) {
            if (code) {
                read_over = true;
                read_result = code;
                return;
            }
            reads.push_back(count);
            for (auto& frame : script.feed(std::span{input_}.first(count)))
                frames.push_back(std::move(frame));
            if (stream_)
                read();
        });
    }

    simulated_world& world_;
    std::unique_ptr<base::pending_operation> connecting_;
    std::unique_ptr<base::byte_stream> stream_;
    std::array<std::byte, 4096> input_{};
    std::vector<std::byte> written_;
};

}  // namespace async_cassandra::testing
