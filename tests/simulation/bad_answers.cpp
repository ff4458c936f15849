// SPDX-License-Identifier: Apache-2.0
#include "simulation/bad_answers.hpp"

namespace async_cassandra::testing {

using namespace std::chrono_literals;

answer bad_answers::refusal()
{
    switch (random_.between(0, 4)) {
    case 0: return reply_error(server_code::overloaded, "simulated overload");
    case 1: return reply_error(server_code::invalid, "simulated refusal");
    case 2: return reply_error(server_code::unauthorized, "simulated lack of permission");
    case 3: return reply_error(server_code::server_error, "simulated bug");
    default: {
        server_error_details details;
        details.code = server_code::unavailable;
        details.message = "simulated lack of replicas";
        details.level = consistency::local_quorum;
        details.required = 2;
        details.alive = 1;
        return reply_error(std::move(details));
    }
    }
}

answer bad_answers::passing_refusal()
{
    switch (random_.between(0, 2)) {
    case 0: return reply_error(server_code::overloaded, "simulated overload");
    case 1: return reply_error(server_code::is_bootstrapping, "simulated begin");
    default: return reply_error(server_code::server_error, "simulated bug");
    }
}

answer bad_answers::spoil(answer good)
{
    if (!random_.chance(per_mille_ * 2, 3000))
        return good;
    switch (random_.between(0, doubles_ ? 9 : 8)) {
    case 0: return good.held("for ever");
    case 1: return close_connection();
    case 2: return reset_connection();
    case 3: return good.then_close();
    case 4: return good.cut_to(random_.between(0, 40)).then_close();
    case 5: {
        // Without checksums nobody can tell what comes behind it from its rest.
        answer cut = good.cut_to(random_.between(0, 40));
        return checksums_ ? cut : cut.then_close();
    }
    case 6: return reply_bytes("HTTP/1.1 500 Internal Server Error\r\n\r\n");
    case 7: return checksums_ ? good.with_bad_payload_crc() : good.with_version(3);
    case 9: return good.twice();
    default: return good.after(random_.between(0ns, 3s));
    }
}

}  // namespace async_cassandra::testing
