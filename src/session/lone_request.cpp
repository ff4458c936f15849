// SPDX-License-Identifier: Apache-2.0
#include "session/lone_request.hpp"

namespace async_cassandra::detail {

void lone_request::run() noexcept
{
    home().home().add_guest(*this);
    check_and_begin();
}

void lone_request::give_up() noexcept
{
    cancel_request(asio::cancellation_type::terminal);
}

void lone_request::on_end() noexcept
{
    const std::shared_ptr<lone_request> self = shared_from_this();
    on_done();
}

void lone_request::on_shard_down() noexcept
{
    const std::shared_ptr<lone_request> self = shared_from_this();
    detach_request();
    on_dropped();
}

}  // namespace async_cassandra::detail
