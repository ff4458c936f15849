// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "request_answerer.hpp"

namespace async_cassandra::bench {

/// One connection without its socket: received bytes in, bytes to send out.
class canned_connection {
public:
    /// A pass that has gathered this much to send stops; the requests behind it wait for the next `receive`.
    static constexpr std::size_t output_limit = 16 * 1024 * 1024;

    canned_connection(canned_answers& answers, std::uint8_t max_version)
        : answerer_(answers, max_version), max_version_(max_version)
    {}

    /// Appends the answers to `out`. With no bytes it goes on with requests that an earlier pass left.
    void receive(byte_view bytes, byte_buffer& out);

    /// The socket is to be closed once everything is sent.
    bool closing() const { return closing_; }

    /// The last pass left requests unanswered because it had gathered enough to send.
    bool stopped_full() const { return stopped_full_; }

    std::uint64_t requests() const { return requests_; }

private:
    static constexpr std::size_t max_request = 16 * 1024 * 1024;

    struct pass {
        byte_buffer& out;
        envelope_writer& writer;
        bool full() const { return out.size() >= output_limit; }
    };

    /// Each returns how many bytes it is done with.
    std::size_t take_all(byte_view bytes, pass& now);
    std::size_t take_envelopes(byte_view bytes, pass& now);
    std::size_t take_segment(byte_view bytes, pass& now);

    void take_self_contained(byte_view payload, pass& now);
    void take_slice(byte_view payload, pass& now);
    bool accept_version(std::uint8_t first_byte, byte_view bytes, pass& now);
    void reject_version(std::uint8_t first_byte, bool beta_allowed, pass& now);
    void fail(std::string_view message, pass& now);
    void answer(const envelope_header& header, byte_view body, pass& now);

    request_answerer answerer_;
    std::uint8_t max_version_;
    std::uint8_t version_ = 0;
    bool framed_ = false;
    bool closing_ = false;
    bool stopped_full_ = false;
    std::uint64_t requests_ = 0;
    byte_buffer incomplete_;
    byte_buffer sliced_;
    byte_buffer postponed_;
};

}  // namespace async_cassandra::bench
