// SPDX-License-Identifier: Apache-2.0
// Which nodes a page request tries.
#include "session/page_request.hpp"
#include "session/statement_text.hpp"

namespace async_cassandra::detail {

pool_plan page_request::make_plan()
{
    const rare_options* const rare = what_.rare();
    if (rare != nullptr && rare->node)
        return home().plan_of(keyspace(), *rare->node);
    const statement::options& options = what_.settings();
    const cluster_config& config = home().config();
    plan_request wanted;
    wanted.consistency = options.level.value_or(config.consistency);
    wanted.serial =
        (options.serial ? options.serial : config.serial_consistency).value_or(consistency::serial);
    wanted.now = home().home().now();
    if (rare != nullptr && !rare->routing_key.empty())
        route(wanted, murmur3_token(rare->routing_key), rare->routing_keyspace);
    else if (what_.is_prepared())
        route_prepared(wanted);
    if (wanted.keyspace.empty())
        wanted.keyspace = rare != nullptr && !rare->keyspace.empty() ? rare->keyspace : keyspace().name;
    if (what_.is_prepared())
        wanted.conditional = what_.prepared()->conditional;
    else if (!wanted.replicas.empty() || wanted.serial == consistency::local_serial || config.load_balancing.policy != nullptr)
        wanted.conditional = is_conditional(what_.text());
    return home().plan(keyspace(), wanted);
}

void page_request::route_prepared(plan_request& wanted) const
{
    const prepared_core& prepared = *what_.prepared();
    if (prepared.partition_key.empty())
        return;
    // The table's, whatever the session uses now.
    wanted.keyspace = (*prepared.markers)[prepared.partition_key.front()].keyspace;
    if (const token_map* const map = home().replicas_in(wanted.keyspace))
        if (const std::optional<token> at = home().tokens().token_of(prepared, what_.values()))
            wanted.replicas = map->replicas(*at);
}

void page_request::route(plan_request& wanted, token at, std::string_view of) const
{
    const rare_options& rare = *what_.rare();
    wanted.keyspace = !of.empty()              ? of
                      : !rare.keyspace.empty() ? std::string_view{rare.keyspace}
                      : what_.is_prepared()    ? std::string_view{what_.prepared()->keyspace}
                                               : std::string_view{keyspace().name};
    if (const token_map* const map = home().replicas_in(wanted.keyspace))
        wanted.replicas = map->replicas(at);
}

std::string page_request::why_no_node() const
{
    const rare_options* const rare = what_.rare();
    if (rare == nullptr || !rare->node)
        return request::why_no_node();
    return "no node of the cluster has the host id " + rare->node->to_string();
}

}  // namespace async_cassandra::detail
