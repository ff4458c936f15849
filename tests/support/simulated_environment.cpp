// SPDX-License-Identifier: Apache-2.0
#include "support/simulated_environment.hpp"

#include <optional>

namespace async_cassandra::testing {

namespace {

class simulated_alarm final : public base::alarm {
public:
    simulated_alarm(std::shared_ptr<simulation_core> core, std::function<void()> on_time)
        : core_(std::move(core)), state_(std::make_shared<state>(state{std::move(on_time), 0}))
    {}
    ~simulated_alarm() override { clear(); }
    simulated_alarm(const simulated_alarm&) = delete;
    simulated_alarm& operator=(const simulated_alarm&) = delete;

    void set(base::time_point when) override
    {
        clear();
        const std::weak_ptr<state> weak = state_;
        key_ = core_->at(when, [core = core_.get(), weak, setting = state_->setting] {
            core->events().add(core->now(), "alarm");
            core->post([weak, setting] {
                const auto strong = weak.lock();
                if (strong && strong->setting == setting)
                    strong->on_time();
            });
        });
    }

    void clear() noexcept override
    {
        ++state_->setting;
        if (key_)
            core_->cancel(*key_);
        key_.reset();
    }

private:
    struct state {
        std::function<void()> on_time;
        std::uint64_t setting;  // the one that may still ring
    };

    std::shared_ptr<simulation_core> core_;
    std::shared_ptr<state> state_;
    std::optional<simulation_core::event_key> key_;
};

}  // namespace

simulated_environment::simulated_environment(
    std::shared_ptr<simulation_core> core, std::shared_ptr<simulated_network> network
)
    : core_(std::move(core)), network_(std::move(network)), executor_(core_->executor())
{}

bool simulated_environment::on_executor() const noexcept
{
    return core_->on_executor();
}

std::chrono::system_clock::time_point simulated_environment::wall_now() const noexcept
{
    return simulation_core::wall_start + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                             core_->now() - simulation_core::start
                                         );
}

std::unique_ptr<base::alarm> simulated_environment::make_alarm(std::function<void()> on_time)
{
    return std::make_unique<simulated_alarm>(core_, std::move(on_time));
}

}  // namespace async_cassandra::testing
