// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include "base/environment.hpp"
#include "support/simulated_link.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace async_cassandra::testing {

/// What happens to an attempt to connect.
enum class connect_fate : std::uint8_t {
    accepted,
    refused,      ///< connection_refused after the connect time. So does an endpoint that nobody listens on.
    ignored,      ///< It never completes.
    unreachable,  ///< host_unreachable after the connect time.
};

/// Addresses, names, and the connections between the client and its peers, with the faults that happen to them.
class simulated_network : public std::enable_shared_from_this<simulated_network> {
public:
    explicit simulated_network(std::shared_ptr<simulation_core> core) : core_(std::move(core)) {}
    ~simulated_network();
    simulated_network(const simulated_network&) = delete;
    simulated_network& operator=(const simulated_network&) = delete;

    /// `server` must live as long as connections are made to it.
    void listen(const endpoint& at, peer& server);
    /// Nobody listens there any more; open connections stay.
    void stop_listening(const endpoint& at);
    [[nodiscard]] network_conditions& conditions(const endpoint& at) { return *place_at(at).conditions; }
    void set_connect_fate(const endpoint& at, connect_fate fate) { place_at(at).fate = fate; }

    // Faults on all open connections to the endpoint, in the order they were opened.
    void reset(const endpoint& at);
    void go_silent(const endpoint& at);
    void go_silent_newest(const endpoint& at);  ///< Only the one that was opened last.
    void hold(const endpoint& at);
    void heal(const endpoint& at);

    [[nodiscard]] std::size_t open_connections(const endpoint& at);
    [[nodiscard]] std::uint64_t connects_tried() const noexcept { return connects_tried_; }

    void add_name(const std::string& host, std::vector<inet> addresses);
    /// Unknown names fail so, with host_not_found.
    void fail_name(const std::string& host, base::error_code code);
    /// Its look-up never completes.
    void silence_name(const std::string& host);
    /// From now on a look-up takes so long.
    void set_resolve_time(std::chrono::nanoseconds time) noexcept { resolve_time_ = time; }
    [[nodiscard]] std::uint64_t look_ups() const noexcept { return look_ups_; }

    [[nodiscard]] std::unique_ptr<base::pending_operation> connect(
        const endpoint& to, base::connect_handler done
    );
    [[nodiscard]] std::unique_ptr<base::pending_operation> resolve(
        const std::string& host, base::resolve_handler done
    );

    /// Drops everything that is open, without calling anybody.
    void abandon() noexcept;

private:
    struct place {
        peer* server = nullptr;
        connect_fate fate = connect_fate::accepted;
        std::shared_ptr<network_conditions> conditions = std::make_shared<network_conditions>();
        std::vector<std::shared_ptr<simulated_link>> links;
        bool wake_pending = false;
    };
    struct name {
        std::vector<inet> addresses;
        base::error_code error;
        bool silent = false;
    };

    place& place_at(const endpoint& at) { return places_[at]; }
    std::vector<std::shared_ptr<simulated_link>> links_of(const endpoint& at);
    void wake(const endpoint& at);
    void finish_connect(
        const endpoint& to, const std::function<void(base::error_code, std::shared_ptr<simulated_link>)>& give
    );

    std::shared_ptr<simulation_core> core_;
    std::map<endpoint, place> places_;
    std::map<std::string, name, std::less<>> names_;
    std::chrono::nanoseconds resolve_time_ = std::chrono::milliseconds{1};
    std::uint64_t look_ups_ = 0;
    std::uint64_t connects_tried_ = 0;
    std::uint64_t next_link_ = 0;
};

}  // namespace async_cassandra::testing
