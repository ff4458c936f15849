// SPDX-License-Identifier: Apache-2.0
// The decisions about a node and its pools together, carried out as the loops do, under random faults: connections that
// are missing are always being opened or waited for, never too many, and all are there when the faults have ended.
#include "cluster/node_fsm.hpp"
#include "cluster/pool_fsm.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <random>
#include <vector>

namespace async_cassandra::detail {
namespace {

using namespace std::chrono_literals;
using base::node_status;
using slot = pool_fsm::slot;

class played_node {
public:
    explicit played_node(std::uint64_t seed)
        : dice_(seed), pools_(1 + below(2), pool{pool_fsm{1 + below(8), 300}})
    {}

    void play(int events)
    {
        carry_out(node_.on_wanted());
        for (int i = 0; i < events; ++i) {
            random_event();
            check();
        }
        calm_down();
    }

private:
    using time_point = node_fsm::time_point;

    struct pool {
        pool_fsm fsm;
        std::vector<pool_fsm::load> loads = std::vector<pool_fsm::load>(256);
        std::map<slot, time_point> outcomes{};  // of connections that are being opened
    };

    std::size_t below(std::size_t bound) { return dice_() % bound; }
    bool one_in(std::size_t count) { return below(count) == 0; }

    void carry_out(const node_fsm::actions& a)
    {
        if (a.drain)
            for (pool& p : pools_)
                carry_out(p, p.fsm.drain_all(p.loads));
        if (a.connect)
            for (pool& p : pools_)
                carry_out(p, p.fsm.fill());
    }

    void carry_out(pool& p, const pool_fsm::actions& a)
    {
        for (const slot s : a.open) {
            RC_ASSERT(!p.outcomes.contains(s));
            p.loads[s] = {};
            p.outcomes[s] = now_ + std::chrono::milliseconds{below(50)};
        }
        for (const slot s : a.close) {
            if (p.outcomes.erase(s) != 0) {
                p.fsm.on_open_failed(s);
            } else {
                RC_ASSERT(p.loads[s].in_use == p.loads[s].orphans);
                p.fsm.on_closed(s);
            }
            p.loads[s] = {};
        }
    }

    void finish_opening(pool& p, slot s)
    {
        p.outcomes.erase(s);
        const bool first = p.fsm.ready().empty();
        if (reachable_) {
            carry_out(p, p.fsm.on_ready(s, p.loads));
            if (first)
                carry_out(node_.on_pool_connected(now_));
            else
                node_.on_connection_ready(now_);
            return;
        }
        p.fsm.on_open_failed(s);
        carry_out(node_.on_connect_failed(connect_failure::unreachable, now_, dice_()));
    }

    void lose(pool& p, slot s)
    {
        const bool served = p.fsm.is_ready(s);
        p.loads[s] = {};
        p.fsm.on_closed(s);
        if (!served)
            return;
        if (p.fsm.ready().empty())
            carry_out(node_.on_pool_lost(now_, dice_()));
        else
            carry_out(node_.on_connection_lost(now_, dice_()));
    }

    void let_time_pass(std::chrono::milliseconds time)
    {
        now_ += time;
        for (pool& p : pools_) {
            for (const auto& [s, when] : std::map{p.outcomes})
                if (when <= now_ && p.outcomes.contains(s))
                    finish_opening(p, s);
            if (p.fsm.orphans_due() && *p.fsm.orphans_due() <= now_)
                carry_out(p, p.fsm.on_orphans_due(now_, p.loads));
        }
        if (node_.due() && *node_.due() <= now_)
            carry_out(node_.on_timer(now_));
    }

    void some_traffic(pool& p)
    {
        for (int i = 0; i < 200; ++i)
            if (const auto s = p.fsm.choose([&](slot at) { return p.loads[at].in_use; }))
                ++p.loads[*s].in_use;
        for (slot s = 0; s < p.fsm.slots(); ++s) {
            pool_fsm::load& l = p.loads[s];
            for (int i = 0; i < 100 && l.in_use > l.orphans && one_in(2); ++i)
                p.fsm.on_orphaned(s, ++l.orphans, now_);
            if (one_in(2))
                l.in_use = l.orphans;
            if (l.in_use == l.orphans && p.fsm.is_draining(s) && !p.outcomes.contains(s))
                carry_out(p, p.fsm.on_idle(s));
        }
    }

    void random_event()
    {
        pool& p = pools_[below(pools_.size())];
        switch (below(12)) {
        case 0: reachable_ = !one_in(3); break;
        case 1:
            if (p.fsm.slots() != 0)
                if (const auto s = static_cast<slot>(below(p.fsm.slots()));
                    p.fsm.is_ready(s) || (p.fsm.is_draining(s) && !p.outcomes.contains(s)))
                    lose(p, s);
            break;
        case 2:
            if (one_in(4)) {
                reachable_ = false;
                for (pool& each : pools_)
                    while (!each.fsm.ready().empty())
                        lose(each, each.fsm.ready().front());
            }
            break;
        case 3: carry_out(p, p.fsm.resize(1 + below(8), p.loads)); break;
        case 4: carry_out(node_.on_gossip_up()); break;
        case 5: carry_out(one_in(4) ? node_.on_moved() : node_.on_gossip_down()); break;
        case 6:
            if (one_in(8)) {
                carry_out(one_in(2) ? node_.on_removed() : node_.on_unwanted());
                carry_out(node_.on_wanted());
            }
            break;
        case 7:
        case 8: some_traffic(p); break;
        default: let_time_pass(std::chrono::milliseconds{below(one_in(10) ? 3000 : 60)}); break;
        }
    }

    void check()
    {
        const bool connected =
            std::any_of(pools_.begin(), pools_.end(), [](const pool& p) { return !p.fsm.ready().empty(); });
        RC_ASSERT((node_.status() == node_status::up) == connected);
        for (const pool& p : pools_) {
            const std::size_t have = p.fsm.ready().size() + p.outcomes.size();
            RC_ASSERT(have <= pool_fsm::most_connections + 1);
            if (have < p.fsm.wanted())
                RC_ASSERT(!p.outcomes.empty() || node_.due().has_value());
        }
    }

    void calm_down()
    {
        reachable_ = true;
        for (int i = 0; i < 200; ++i) {
            for (pool& p : pools_)
                for (slot s = 0; s < p.fsm.slots(); ++s) {
                    p.loads[s] = {};
                    if (p.fsm.is_draining(s) && !p.outcomes.contains(s))
                        carry_out(p, p.fsm.on_idle(s));
                }
            let_time_pass(50ms);
            check();
        }
        for (const pool& p : pools_) {
            RC_ASSERT(p.fsm.ready().size() == p.fsm.wanted());
            RC_ASSERT(p.outcomes.empty());
            RC_ASSERT(!p.fsm.orphans_due());
        }
        RC_ASSERT(!node_.due());
    }

    std::mt19937_64 dice_;
    std::vector<pool> pools_;
    node_fsm node_{100ms, 2s};
    time_point now_{1000h};
    bool reachable_ = true;
};

TEST(node_and_pools, connections_that_are_missing_are_on_their_way_and_never_too_many)
{
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        for (std::uint64_t i = 0; i < 3; ++i)
            played_node{seed * 3 + i}.play(500);
    }));
}

}  // namespace
}  // namespace async_cassandra::detail
