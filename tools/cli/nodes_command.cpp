// SPDX-License-Identifier: Apache-2.0
#include "nodes_command.hpp"

#include "ask_cluster.hpp"
#include "output.hpp"

#include <unistd.h>

namespace async_cassandra::cli {

void run_nodes(const nodes_options& options)
{
    cluster_config config = options.connection.to_config();
    if (options.timeout)
        config.health_check_timeout = *options.timeout;
    const std::vector<asked_node> nodes = ask_nodes(config);
    output out{STDOUT_FILENO};
    append_nodes(out.buffer(), nodes, options.format);
    out.flush();
}

}  // namespace async_cassandra::cli
