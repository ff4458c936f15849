// SPDX-License-Identifier: Apache-2.0
// A type of your own in statements and rows: a codec says which CQL types it is read from and bound to, and how. From then
// on it goes wherever built-in types go: into containers, std::optional, tuples and the members of structs, which stand for
// user-defined types.
//
//     custom_type [HOST [PORT]]

#include <async_cassandra/async_cassandra.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <string_view>
#include <vector>

/// An amount of money that keeps its cents.
struct money {
    std::int64_t cents = 0;
};

/// Stored as bigint, so that the server can add and compare.
template <>
struct async_cassandra::codec<money> {
    static std::string name() { return "money"; }
    static bool reads(const data_type& type) { return type.kind() == type_kind::bigint; }
    static bool binds(const data_type& type) { return type.kind() == type_kind::bigint; }
    static money decode(const data_type& type, std::span<const std::byte> bytes)
    {
        return {codec<std::int64_t>::decode(type, bytes)};
    }
    static void encode(const money& value, const data_type& type, value_sink& out)
    {
        if (value.cents < 0)
            throw value_error{"nothing costs less than nothing"};
        codec<std::int64_t>::encode(value.cents, type, out);
    }
};

/// The user-defined type examples.offer, field by field. It needs no codec: structs have one.
struct offer {
    money price;
    std::chrono::sys_days until;
};

namespace ac = async_cassandra;

namespace {

constexpr auto create_keyspace =
    "CREATE KEYSPACE IF NOT EXISTS examples WITH replication = {'class': 'SimpleStrategy', "
    "'replication_factor': 1}";
constexpr auto create_type = "CREATE TYPE IF NOT EXISTS examples.offer (price bigint, until date)";
constexpr auto create_table =
    "CREATE TABLE IF NOT EXISTS examples.catalogue (id uuid PRIMARY KEY, price bigint, offers "
    "list<frozen<offer>>)";

void print(const money& amount)
{
    std::cout << amount.cents / 100 << '.' << amount.cents / 10 % 10 << amount.cents % 10;
}

// Blocking calls, to keep the eye on the types; the other examples show how to go on meanwhile.
template <class Result, class Start>
Result wait_for(const Start& start)
{
    std::promise<Result> done;
    start([&done](std::exception_ptr error, Result result) {
        if (error)
            done.set_exception(error);
        else
            done.set_value(std::move(result));
    });
    return done.get_future().get();
}

ac::result_set execute(const ac::session& session, ac::statement what)
{
    return wait_for<ac::result_set>([&](auto&& done) { session.execute(std::move(what), std::move(done)); });
}

ac::prepared_statement prepare(const ac::session& session, const std::string& cql)
{
    return wait_for<ac::prepared_statement>([&](auto&& done) { session.prepare(cql, std::move(done)); });
}

void custom_type(const ac::session& session)
{
    using namespace std::chrono_literals;
    execute(session, ac::statement{create_keyspace});
    execute(session, ac::statement{create_type});
    execute(session, ac::statement{create_table});

    ac::uuid_generator new_id;
    const ac::uuid id = new_id.random();
    const std::vector<offer> offers{{money{999}, std::chrono::sys_days{2027y / 1 / 31}}};
    const auto insert =
        prepare(session, "INSERT INTO examples.catalogue (id, price, offers) VALUES (?, ?, ?)");
    execute(session, insert.bind(id, money{1295}, offers));

    const auto select = prepare(session, "SELECT price, offers FROM examples.catalogue WHERE id = ?");
    const ac::result_set rows = execute(session, select.bind(id));
    for (const auto& [full, all] : rows.as<money, std::vector<offer>>()) {
        print(full);
        for (const offer& each : all) {
            std::cout << ", for ";
            print(each.price);
            std::cout << " until day " << each.until.time_since_epoch().count();
        }
        std::cout << '\n';
    }
    try {
        execute(session, insert.bind(id, money{-1}, ac::null));
    } catch (const ac::query_error& error) {
        std::cout << error.what() << '\n';
    }
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        ac::cluster_config config;
        if (argc > 1)
            config.contact_points = {argv[1]};
        if (argc > 2)
            config.port = static_cast<std::uint16_t>(std::stoi(argv[2]));
        const ac::cluster cluster{config};  // on a thread of its own
        custom_type(wait_for<ac::session>([&](auto&& done) { cluster.connect({}, std::move(done)); }));
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
