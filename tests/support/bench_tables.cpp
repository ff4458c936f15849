// SPDX-License-Identifier: Apache-2.0
#include "support/bench_tables.hpp"

#include "support/builtin_statements.hpp"

#include <optional>

namespace async_cassandra::testing {

namespace {

row big_row(std::size_t i)
{
    const auto number = static_cast<std::int64_t>(i);
    return {
        cells::bigint(number),
        cells::timestamp(std::chrono::milliseconds{1'704'067'200'000 + number}),
        cells::text("name " + std::to_string(i)),
        cells::double_(static_cast<double>(number) / 2),
        cells::blob(64, static_cast<std::byte>(i)),
    };
}

/// The bigint that the request binds at this place.
std::optional<std::int64_t> key_of(const request_record& request)
{
    if (request.parameters.values.empty())
        return std::nullopt;
    return cells::as_bigint(request.parameters.values[0].bytes);
}

answer wrong_key()
{
    return reply_error(server_code::invalid, "Invalid or missing value for column k of type bigint");
}

}  // namespace

bench_tables::bench_tables(fake_node& node, std::size_t big_rows)
    : kv_(std::make_shared<std::map<std::int64_t, std::vector<std::byte>>>())
{
    const auto kv_columns = columns_of("bench", "kv", "k bigint, v blob");
    node.add_keyspace("bench");
    node.on_query(select)
        .markers({kv_columns[0]}, {0})
        .returns(kv_columns)
        .reply_with([kv = kv_, kv_columns](const request_record& request) {
            const auto key = key_of(request);
            if (!key)
                return wrong_key();
            const auto found = kv->find(*key);
            cell value = found == kv->end() ? cells::blob(100, static_cast<std::byte>(*key)) : found->second;
            return reply_rows(kv_columns, {{cells::bigint(*key), std::move(value)}});
        });
    node.on_query(insert).markers(kv_columns, {0}).reply_with([kv = kv_](const request_record& request) {
        const auto key = key_of(request);
        if (!key || request.parameters.values.size() != 2)
            return wrong_key();
        (*kv)[*key] = request.parameters.values[1].bytes;
        return reply_void();
    });
    const auto big_columns =
        columns_of("bench", "big", "id bigint, ts timestamp, name text, value double, payload blob");
    node.on_query(stream).reply(reply_generated(big_columns, big_rows, big_row));
}

}  // namespace async_cassandra::testing
