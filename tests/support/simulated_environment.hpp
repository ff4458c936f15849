// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/environment.hpp"
#include "support/simulated_network.hpp"
#include "support/simulation_core.hpp"

#include <memory>

namespace async_cassandra::testing {

/// The client's environment in a simulated world. Outlives the world harmlessly: then nothing completes any more.
class simulated_environment final : public base::environment {
public:
    simulated_environment(std::shared_ptr<simulation_core> core, std::shared_ptr<simulated_network> network);

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept override { return executor_; }
    [[nodiscard]] bool on_executor() const noexcept override;
    [[nodiscard]] base::time_point now() const noexcept override { return core_->now(); }
    [[nodiscard]] base::time_point coarse_now() const noexcept override { return core_->now(); }
    [[nodiscard]] std::chrono::system_clock::time_point wall_now() const noexcept override;
    [[nodiscard]] std::uint64_t entropy() override { return core_->client_random().next(); }
    [[nodiscard]] std::unique_ptr<base::alarm> make_alarm(std::function<void()> on_time) override;
    [[nodiscard]] std::unique_ptr<base::pending_operation> connect(
        const endpoint& to, const std::string& /*host*/, base::connect_handler done
    ) override
    {
        return network_->connect(to, std::move(done));
    }
    [[nodiscard]] std::unique_ptr<base::pending_operation> resolve(
        const std::string& host, base::resolve_handler done
    ) override
    {
        return network_->resolve(host, std::move(done));
    }

private:
    std::shared_ptr<simulation_core> core_;
    std::shared_ptr<simulated_network> network_;
    asio::any_io_executor executor_;
};

}  // namespace async_cassandra::testing
