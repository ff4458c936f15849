// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/pending_request.hpp"
#include "protocol/requests.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::net {

/// A QUERY of the tests, which writes down how it ended.
class recorded_request final : public pending_request {
public:
    explicit recorded_request(std::string text = "SELECT") : text_(std::move(text)) {}

    [[nodiscard]] protocol::encode_result encode(
        base::byte_buffer& out, protocol_version version, std::int16_t stream
    ) override
    {
        stream_id = stream;
        if (broken_rule != nullptr) {
            out.append(std::as_bytes(std::span{"left over", 9}));
            return {broken_rule};
        }
        return protocol::encode_query(out, version, stream, text_, {});
    }
    [[nodiscard]] bool accepts(std::uint32_t length) noexcept override { return length <= most; }
    void on_too_large(std::uint32_t length) noexcept override
    {
        too_large = length;
        end();
    }
    void on_response(response&& r) noexcept override
    {
        op = r.header.op;
        body.assign(r.body.begin(), r.body.end());
        in_block = static_cast<bool>(r.block);
        end();
    }
    void on_lost(const close_reason& why, request_effect what) noexcept override
    {
        reason = why;
        effect = what;
        end();
    }

    [[nodiscard]] bool ended() const { return ends != 0; }

    const char* broken_rule = nullptr;
    std::uint32_t most = UINT32_MAX;
    std::function<void()> then;

    std::int16_t stream_id = -1;
    int ends = 0;
    std::optional<protocol::opcode> op;
    std::vector<std::byte> body;
    bool in_block = false;
    std::optional<std::uint32_t> too_large;
    std::optional<close_reason> reason;
    std::optional<request_effect> effect;

private:
    void end()
    {
        ++ends;
        if (then)
            then();
    }

    std::string text_;
};

}  // namespace async_cassandra::net
