// SPDX-License-Identifier: Apache-2.0
// A type of your own in statements and rows: a codec says which CQL types it is read from and bound to, and how. From then
// on it goes wherever built-in types go: into containers, std::optional, tuples and the members of structs, which stand for
// user-defined types.
//
//     custom_type [HOST [PORT]]

#include "run_example.hpp"

#include <chrono>
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

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

constexpr auto create_type = "CREATE TYPE IF NOT EXISTS examples.offer (price bigint, until date)";
constexpr auto create_table =
    "CREATE TABLE IF NOT EXISTS examples.catalogue (id uuid PRIMARY KEY, price bigint, offers "
    "list<frozen<offer>>)";

void print(const money& amount)
{
    std::cout << amount.cents / 100 << '.' << amount.cents / 10 % 10 << amount.cents % 10;
}

asio::awaitable<void> custom_type(ac::cluster cluster)
{
    using namespace std::chrono_literals;
    auto session = co_await cluster.connect();
    co_await session.execute(create_keyspace);
    co_await session.execute(create_type);
    co_await session.execute(create_table);

    ac::uuid_generator new_id;
    const ac::uuid id = new_id.random();
    const money price{1295};
    std::vector<offer> offers;
    offers.push_back(offer{money{999}, std::chrono::sys_days{2027y / 1 / 31}});
    auto insert =
        co_await session.prepare("INSERT INTO examples.catalogue (id, price, offers) VALUES (?, ?, ?)");
    co_await session.execute(insert.bind(id, price, offers));

    auto select = co_await session.prepare("SELECT price, offers FROM examples.catalogue WHERE id = ?");
    auto rows = co_await session.execute(select.bind(id));
    for (auto [full, all] : rows.as<money, std::vector<offer>>()) {
        print(full);
        for (const offer& each : all) {
            std::cout << ", for ";
            print(each.price);
            std::cout << " until day " << each.until.time_since_epoch().count();
        }
        std::cout << '\n';
    }

    const money impossible{-1};
    auto refused = co_await session.try_execute(insert.bind(id, impossible, ac::null));
    std::cout << refused.error()->what << '\n';
    co_await cluster.close();
}

}  // namespace

int main(int argc, char** argv)
{
    return run_example(config_from(argc, argv), custom_type);
}
