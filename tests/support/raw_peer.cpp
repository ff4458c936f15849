// SPDX-License-Identifier: Apache-2.0
#include "support/raw_peer.hpp"

#include <utility>

namespace async_cassandra::testing {

class raw_peer::connection final : public peer_connection {
public:
    explicit connection(raw_peer& owner) : owner_(owner)
    {
        say(owner.behaviour_.greeting);
        if (owner.behaviour_.ends_at_once)
            output_.ending = owner.behaviour_.ending;
    }

    void receive(std::span<const std::byte> bytes, time_point /*now*/) override
    {
        owner_.received_ += bytes.size();
        if (std::exchange(replied_, true))
            return;
        say(owner_.behaviour_.reply);
        output_.ending = owner_.behaviour_.ending;
    }
    void on_time(time_point /*now*/) override {}
    [[nodiscard]] std::optional<time_point> next_wakeup() const override { return std::nullopt; }
    [[nodiscard]] peer_output take_output() override { return std::exchange(output_, {}); }

private:
    void say(std::string_view text)
    {
        const auto bytes = std::as_bytes(std::span{text});
        output_.bytes.insert(output_.bytes.end(), bytes.begin(), bytes.end());
    }

    raw_peer& owner_;
    peer_output output_;
    bool replied_ = false;
};

raw_peer::behaviour raw_peer::http_server()
{
    const std::string page = "<html><body><h1>400 Bad Request</h1></body></html>\n";
    return {
        {},
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: " +
            std::to_string(page.size()) + "\r\n\r\n" + page,
        false,
        peer_ending::orderly};
}

raw_peer::behaviour raw_peer::silent()
{
    return {};
}

std::unique_ptr<peer_connection> raw_peer::accept(time_point /*now*/)
{
    ++accepted_;
    return std::make_unique<connection>(*this);
}

}  // namespace async_cassandra::testing
