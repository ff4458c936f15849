// SPDX-License-Identifier: Apache-2.0
// How a page request has its statement prepared again when the node has forgotten it.
#include "session/page_request.hpp"
#include "session/prepared_answer.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

void page_request::prepare_again()
{
    ++preparations_;
    // Those who wait on another's PREPARE are told; who sends it does so on the connection that has just answered.
    if (!home().repreparations().join(*this, node_pool(), *what_.prepared()))
        return;
    led_ = &node_pool();
    preparing_ = true;
    resend_here();
}

void page_request::execute_again() noexcept
{
    forget_refusal();
    resend_here();
}

const char* page_request::unusable(const protocol::prepared_result& prepared) const noexcept
{
    const prepared_core& known = *what_.prepared();
    if (prepared.id != known.id)
        return "the node forgot the prepared statement and gave it another id when it was prepared again, as "
               "in "
               "another keyspace; prepare it anew";
    const bool same_markers = std::ranges::equal(
        *prepared.markers, *known.markers, [](const column& a, const column& b) { return a.type == b.type; }
    );
    if (!same_markers)
        return "the types of the prepared statement's markers have changed with the schema; prepare it anew";
    return nullptr;
}

void page_request::on_prepared_again(const net::response& answer)
{
    prepared_answer got = decode_prepared_answer(answer, home().version());
    repreparations::waiting_list waited;
    stop_preparing(waited);
    const char* const rule = got.prepared ? unusable(*got.prepared) : nullptr;
    if (got.prepared && rule == nullptr) {
        what_.prepared()->results.publish(result_metadata_of(*got.prepared, home().version()));
        preparing_ = false;
        while (!waited.empty())
            waited.pop_front().execute_again();
        execute_again();
        return;
    }
    const auto end = [&](page_request& who) {
        who.preparing_ = true;  // what failed was not the statement
        if (got.error)
            who.fail_from_server(server_error_details{*got.error});
        else if (rule != nullptr)
            who.fail(errc::bad_query, rule, request_effect::rejected);
        else
            who.fail_malformed(got.broken_rule);
    };
    while (!waited.empty())
        end(waited.pop_front());
    end(*this);
}

void page_request::stop_preparing(repreparations::waiting_list& waited) noexcept
{
    // PREPARE may have gone on to another node meanwhile.
    if (led_ != nullptr)
        home().repreparations().end(*led_, *what_.prepared(), waited);
    led_ = nullptr;
}

}  // namespace async_cassandra::detail
