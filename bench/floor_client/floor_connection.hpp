// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../segment.hpp"

#include <stdexcept>
#include <string>

namespace async_cassandra::bench {

/// A blocking socket that has shaken hands, and the cutting of what it reads.
class floor_connection {
public:
    floor_connection(const std::string& host, std::uint16_t port, std::uint8_t protocol);
    floor_connection(const floor_connection&) = delete;
    floor_connection& operator=(const floor_connection&) = delete;
    ~floor_connection();

    std::uint8_t protocol() const { return protocol_; }
    bool framed() const { return framed_; }

    void send(byte_view bytes);

    /// Reads once, and gives every whole envelope that is there to `each(envelope)`.
    template <typename Each>
    void read_envelopes(Each&& each)
    {
        read_more();
        if (!framed_)
            return take_envelopes(each);
        byte_view payload;
        while (take_payload(payload)) {
            while (!payload.empty()) {
                const std::size_t size = envelope_size(payload);
                if (size == 0)
                    throw std::runtime_error("an envelope of this answer does not fit a segment");
                each(payload.first(size));
                payload = payload.subspan(size);
            }
        }
    }

    /// Reads once, and gives the bytes of the envelopes to `each(bytes)` in whatever pieces they come.
    template <typename Each>
    void read_pieces(Each&& each)
    {
        read_more();
        byte_view piece;
        if (!framed_) {
            piece = {input_.data() + begin_, end_ - begin_};
            begin_ = end_;
            return each(piece);
        }
        while (take_payload(piece))
            each(piece);
    }

    /// Sends one envelope with a body and returns the body of the RESULT that answers it.
    byte_buffer ask(std::uint8_t code, byte_view body);

private:
    void shake_hands();
    void read_more();

    /// False when no whole segment is there.
    bool take_payload(byte_view& payload);

    /// 0 when it is not whole.
    static std::size_t envelope_size(byte_view bytes)
    {
        if (bytes.size() < envelope_header_size)
            return 0;
        const std::size_t size = envelope_header_size + load_big<std::uint32_t>(bytes.data() + 5);
        return size <= bytes.size() ? size : 0;
    }

    template <typename Each>
    void take_envelopes(Each&& each)
    {
        while (true) {
            const byte_view rest{input_.data() + begin_, end_ - begin_};
            const std::size_t size = envelope_size(rest);
            if (size == 0)
                return;
            begin_ += size;
            each(rest.first(size));
        }
    }

    int socket_;
    std::uint8_t protocol_;
    bool framed_ = false;
    byte_buffer input_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// Throws what the server said when the envelope is no RESULT.
void require_result(byte_view envelope);

}  // namespace async_cassandra::bench
