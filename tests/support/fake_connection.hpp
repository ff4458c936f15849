// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/byte_buffer.hpp"
#include "protocol/frame_reader.hpp"
#include "protocol/response_encode.hpp"
#include "support/effect_tally.hpp"
#include "support/node_state.hpp"
#include "support/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace async_cassandra::testing {

/// The node's side of one connection: cuts requests out of what comes, asks the node what to say, and says it when it
/// is time. Of each node's connections one runs at a time (the node's mutex).
class fake_connection final : public peer_connection {
public:
    fake_connection(std::shared_ptr<node_state> node, std::size_t number);
    ~fake_connection() override;
    fake_connection(const fake_connection&) = delete;
    fake_connection& operator=(const fake_connection&) = delete;

    // peer_connection
    void receive(std::span<const std::byte> bytes, time_point now) override;
    void on_time(time_point now) override;
    [[nodiscard]] std::optional<time_point> next_wakeup() const override;
    [[nodiscard]] peer_output take_output() override;
    void on_client_closed(time_point now) override;

    // What the node asks of it; the carrier is woken by the node.
    void release(std::string_view gate);
    [[nodiscard]] bool listens_to(std::string_view event_type) const;
    void push(const protocol::server_event& event, std::chrono::nanoseconds delay);
    void end(peer_ending ending);
    [[nodiscard]] std::size_t pending_answers() const noexcept { return waiting_.size() + gated_.size(); }

    // What protocol::frame_reader calls.
    bool on_frame(const protocol::frame_header& h, std::span<const std::byte> body);
    detail::block_ptr allocate(const protocol::frame_header& h)
    {
        return detail::block_ptr::allocate(h.length);
    }
    bool on_block(const protocol::frame_header& h, detail::block_ptr block)
    {
        return on_frame(h, block.bytes());
    }
    bool on_frame_skipped(const protocol::frame_header&) { return true; }

private:
    /// An answer, and what it must know of its request.
    struct outgoing {
        answer what;
        std::int16_t stream = 0;
        bool in_segments = false;
        asked_by whom = asked_by::call;
        bool answers_startup = false;
        bool is_execute = false;
        bool skip_metadata = false;
        std::int32_t page_size = 0;
        std::optional<std::vector<std::byte>> paging_state{};
        std::vector<std::byte> result_metadata_id{};
    };

    void hear(time_point now);
    void feed(std::span<const std::byte> bytes);
    [[nodiscard]] bool accept_version(const protocol::frame_header& h);
    void refuse_version(std::uint8_t asked);
    [[nodiscard]] bool complete(request_record& request, protocol::decoded_request&& decoded);
    [[nodiscard]] std::optional<answer> out_of_order(const request_record& request) const;
    void answer_to(request_record& request);
    void schedule(outgoing what);
    void deliver(const outgoing& what);
    void count_fault(const outgoing& what);
    /// Events that were said before number `sequence` and are still on their way are overtaken.
    void count_overtaken(std::uint64_t sequence);
    void encode(const outgoing& what, base::byte_buffer& frame);
    void encode_rows(
        const say::rows& rows,
        const outgoing& what,
        const protocol::response_address& to,
        base::byte_buffer& frame
    );
    void put(const outgoing& what, std::span<const std::byte> frame);
    void append_envelope(std::vector<std::byte>& wire, std::span<const std::byte> frame) const;
    void flush_segments();
    void fail(const char* rule);

    std::shared_ptr<node_state> node_;
    conversation conversation_;
    protocol::frame_reader reader_;
    time_point now_{};
    bool version_known_ = false;
    bool in_segments_ = false;  // answers to what comes from now on
    bool startup_unanswered_ = false;
    bool over_ = false;
    bool urgent_ = false;             // the carrier must come at once
    std::vector<std::byte> backlog_;  // came while the node was frozen
    std::set<std::int16_t> streams_in_use_;

    std::uint64_t sequence_ = 0;
    std::map<std::pair<time_point, std::uint64_t>, outgoing> waiting_;
    std::vector<outgoing> gated_;

    base::byte_buffer whole_frames_;  // v5: gathered for the next segments
    std::vector<std::byte> output_;
    peer_ending ending_ = peer_ending::none;
};

}  // namespace async_cassandra::testing
