// SPDX-License-Identifier: Apache-2.0
#include "base/transport.hpp"

#include "base/tls_context.hpp"

namespace async_cassandra::base {

std::shared_ptr<const transport> make_transport(const cluster_config& config)
{
    auto made = std::make_shared<transport>();
    made->no_delay = config.tcp_no_delay;
    made->keepalive = config.tcp_keepalive;
    made->user_timeout = config.tcp_user_timeout;
    if (!config.local_address.empty())
        made->local_address = inet::parse(config.local_address);
    if (config.tls)
        made->tls = std::make_shared<tls_context>(*config.tls);
    return made;
}

}  // namespace async_cassandra::base
