// SPDX-License-Identifier: Apache-2.0
#include "support/simulated_network.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <stdexcept>

namespace async_cassandra::testing {

namespace {

// A handler that may be given up until the very moment it is called. The events that lead there share it.
template <class Handler>
struct revocable {
    explicit revocable(Handler h) : handler(std::make_unique<Handler>(std::move(h))) {}

    template <class... Args>
    void call(Args... args)
    {
        if (const auto taken = std::move(handler))
            asio::dispatch(asio::append(std::move(*taken), std::move(args)...));
    }

    std::unique_ptr<Handler> handler;
};

template <class Handler>
class revocable_operation final : public base::pending_operation {
public:
    explicit revocable_operation(std::shared_ptr<revocable<Handler>> state) : state_(std::move(state)) {}
    ~revocable_operation() override { const auto dropped = std::move(state_->handler); }
    revocable_operation(const revocable_operation&) = delete;
    revocable_operation& operator=(const revocable_operation&) = delete;

private:
    std::shared_ptr<revocable<Handler>> state_;
};

}  // namespace

simulated_network::~simulated_network()
{
    abandon();
}

void simulated_network::listen(const endpoint& at, peer& server)
{
    place& h = place_at(at);
    if (h.server != nullptr)
        throw std::logic_error("simulated network: somebody listens there already");
    h.server = &server;
    carrier_link link;
    link.wake = [weak = weak_from_this(), at] {
        if (const auto self = weak.lock())
            self->wake(at);
    };
    link.observe = [core = std::weak_ptr{core_}](std::string_view what, std::uint64_t a, std::uint64_t b) {
        if (const auto strong = core.lock())
            strong->events().add(strong->now(), what, a, b);
    };
    // Whoever is told the time keeps the clock alive.
    link.now = [core = core_] { return core->now(); };
    server.attach(std::move(link));
}

void simulated_network::stop_listening(const endpoint& at)
{
    place_at(at).server = nullptr;
}

void simulated_network::wake(const endpoint& at)
{
    place& h = place_at(at);
    if (h.wake_pending)
        return;
    h.wake_pending = true;
    core_->at(core_->now(), [weak = weak_from_this(), at] {
        const auto self = weak.lock();
        if (!self)
            return;
        self->place_at(at).wake_pending = false;
        for (const auto& link : self->links_of(at))
            link->visit_peer();
    });
}

std::vector<std::shared_ptr<simulated_link>> simulated_network::links_of(const endpoint& at)
{
    auto& links = place_at(at).links;
    std::erase_if(links, [](const auto& link) { return !link->open(); });
    return links;
}

std::size_t simulated_network::open_connections(const endpoint& at)
{
    return links_of(at).size();
}

void simulated_network::reset(const endpoint& at)
{
    for (const auto& link : links_of(at))
        link->reset();
}

void simulated_network::go_silent(const endpoint& at)
{
    for (const auto& link : links_of(at))
        link->go_silent();
}

void simulated_network::go_silent_newest(const endpoint& at)
{
    if (const auto links = links_of(at); !links.empty())
        links.back()->go_silent();
}

void simulated_network::hold(const endpoint& at)
{
    for (const auto& link : links_of(at))
        link->hold();
}

void simulated_network::heal(const endpoint& at)
{
    for (const auto& link : links_of(at))
        link->heal();
}

void simulated_network::add_name(const std::string& host, std::vector<inet> addresses)
{
    names_[host] = {std::move(addresses), {}, false};
}

void simulated_network::fail_name(const std::string& host, base::error_code code)
{
    names_[host] = {{}, code, false};
}

void simulated_network::silence_name(const std::string& host)
{
    names_[host] = {{}, {}, true};
}

std::unique_ptr<base::pending_operation> simulated_network::connect(
    const endpoint& to, base::connect_handler done
)
{
    auto state = std::make_shared<revocable<base::connect_handler>>(std::move(done));
    auto operation = std::make_unique<revocable_operation<base::connect_handler>>(state);
    place& h = place_at(to);
    core_->events().add(
        core_->now(), "connect", connects_tried_++, to.port, static_cast<std::uint64_t>(h.fate)
    );
    core_->at(core_->now() + h.conditions->connect_time, [weak = weak_from_this(), to, state] {
        const auto self = weak.lock();
        if (!self || !state->handler)
            return;
        self->finish_connect(to, [&](base::error_code code, std::shared_ptr<simulated_link> link) {
            std::shared_ptr<std::unique_ptr<base::byte_stream>> stream;
            if (link) {
                stream = std::make_shared<std::unique_ptr<base::byte_stream>>(
                    std::make_unique<simulated_stream>(std::move(link))
                );
            }
            self->core_->post([state, code, stream] {
                state->call(code, stream ? std::move(*stream) : std::unique_ptr<base::byte_stream>{});
            });
        });
    });
    return operation;
}

void simulated_network::finish_connect(
    const endpoint& to, const std::function<void(base::error_code, std::shared_ptr<simulated_link>)>& give
)
{
    place& h = place_at(to);
    if (h.fate == connect_fate::ignored)
        return;
    if (h.fate == connect_fate::unreachable)
        return give(asio::error::host_unreachable, nullptr);
    if (h.server == nullptr || h.fate == connect_fate::refused) {
        core_->effects().add(
            h.server == nullptr ? fault_effect::dead_node_tried : fault_effect::refused_connect
        );
        return give(asio::error::connection_refused, nullptr);
    }
    auto link =
        std::make_shared<simulated_link>(core_, next_link_++, h.conditions, h.server->accept(core_->now()));
    h.links.push_back(link);
    give({}, link);
    // A peer may speak, or hang up, before it is spoken to.
    link->visit_peer();
}

std::unique_ptr<base::pending_operation> simulated_network::resolve(
    const std::string& host, base::resolve_handler done
)
{
    auto state = std::make_shared<revocable<base::resolve_handler>>(std::move(done));
    auto operation = std::make_unique<revocable_operation<base::resolve_handler>>(state);
    name answer{{}, asio::error::host_not_found, false};
    if (const auto known = names_.find(host); known != names_.end())
        answer = known->second;
    core_->events().add(core_->now(), "resolve", answer.addresses.size());
    ++look_ups_;
    if (answer.silent) {
        // The handler lives as long as the operation.
        return operation;
    }
    core_->at(core_->now() + resolve_time_, [core = core_.get(), state, answer] {
        core->post([state, answer] { state->call(answer.error, answer.addresses); });
    });
    return operation;
}

void simulated_network::abandon() noexcept
{
    for (auto& [at, h] : places_) {
        for (const auto& link : std::exchange(h.links, {}))
            link->abandon();
        if (h.server != nullptr)
            std::exchange(h.server, nullptr)->attach({});
    }
}

}  // namespace async_cassandra::testing
