// SPDX-License-Identifier: Apache-2.0
#include "session/keyspace_operation.hpp"

#include "session/use_statement.hpp"

#include <utility>

namespace async_cassandra::detail {

keyspace_operation::keyspace_operation(
    std::shared_ptr<session_shard> home, std::string&& name, keyspace_handler&& handler
)
    : request_call(std::move(home), statement{use_statement(name)}),
      has_name_(!name.empty()),
      handler_(std::move(handler))
{
    adopt(handler_);
}

void keyspace_operation::start() noexcept
{
    if (has_name_)
        check_and_begin();
    else
        fail(errc::bad_query, "set_keyspace needs the name of a keyspace", request_effect::not_sent);
}

void keyspace_operation::invoke()
{
    let_go(handler_);
    keyspace_handler handler{std::move(handler_)};
    const failure_ptr failed = take_error();
    release();
    std::move(handler)(failed ? to_exception(failed) : nullptr);
}

void keyspace_operation::abandon() noexcept
{
    let_go(handler_);
    const keyspace_handler dropped{std::move(handler_)};
    release();
}

}  // namespace async_cassandra::detail
