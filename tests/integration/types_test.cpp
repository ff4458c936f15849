// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/literal.hpp>

#include "integration/real_node.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace async_cassandra::integration {
namespace {

using testing::HasSubstr;

template <class T>
bool same(const T& a, const T& b)
{
    if constexpr (std::floating_point<T>)
        return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
    else
        return a == b;
}

std::vector<std::byte> bytes_of(std::string_view text)
{
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

uuid uuid_of(std::string_view text)
{
    return uuid::parse(text).value();
}

inet inet_of(std::string_view text)
{
    return inet::parse(text).value();
}

timestamp at(std::int64_t milliseconds)
{
    return timestamp{std::chrono::milliseconds{milliseconds}};
}

std::string plain_text(const data_type& type, std::span<const std::byte> raw)
{
    std::string out;
    append_plain_text(out, type, raw);
    return out;
}

// One table with a column of every type; each value has a row of its own.
class types : public real_node_test {
protected:
    void SetUp() override
    {
        real_node_test::SetUp();
        db().execute(
            "CREATE TABLE IF NOT EXISTS all_types (id text PRIMARY KEY, c_tinyint tinyint, c_smallint "
            "smallint, "
            "c_int int, c_bigint bigint, c_text text, c_varchar varchar, c_ascii ascii, c_blob blob, "
            "c_boolean boolean, c_float float, c_double double, c_uuid uuid, c_timeuuid timeuuid, "
            "c_timestamp timestamp, c_inet inet, c_list list<int>, c_set set<text>, c_map map<text, bigint>, "
            "c_frozen_list frozen<list<text>>, c_frozen_set frozen<set<uuid>>, c_frozen_map frozen<map<int, "
            "double>>, "
            "c_nested map<text, frozen<list<frozen<map<int, text>>>>>)"
        );
    }

    [[nodiscard]] result_set select(const std::string& column, const std::string& id) const
    {
        return db().execute("SELECT " + column + " FROM all_types WHERE id = '" + id + "'");
    }

    [[nodiscard]] static std::string insert_cql(const std::string& column, const std::string& values)
    {
        return "INSERT INTO all_types (id, " + column + ") VALUES (" + values + ")";
    }

    // Bound, bound without preparing, as a literal the server reads, as a literal read here: each must give the same
    // value back, and the server's JSON of it is the one written here.
    template <class T>
    void expect_round_trip(const std::string& column, const T& value)
    {
        const prepared_statement insert = db().prepare(insert_cql(column, "?, ?"));
        const std::string id = unique_name("bound");
        db().execute(insert.bind(id, value));
        const result_set rows = select(column, id);
        ASSERT_EQ(rows.size(), 1U);
        const data_type type = rows.columns()[0].type;
        EXPECT_EQ(type, insert.markers()[1].type);
        const auto raw = rows.one()->raw(0);
        ASSERT_TRUE(raw.has_value()) << column << ": the value came back as null";
        const std::string literal = to_cql_literal(type, raw);
        SCOPED_TRACE(column + " = " + literal.substr(0, 200));
        EXPECT_TRUE(same(rows.one()->get<T>(0), value));
        EXPECT_TRUE(same(rows.one()->get<std::optional<T>>(column).value(), value));

        const bool is_text = type.kind() == type_kind::text || type.kind() == type_kind::ascii;
        const std::string typed =
            is_text ? plain_text(type, *raw) : literal;  // bare text is text as it stands
        if (typed != "null")
            expect_stored(column, insert.bind(unique_name("read_here"), encode_literal(typed, type)), *raw);
        const std::string by_server = unique_name("read_by_server");
        expect_stored(
            column, statement{insert_cql(column, "'" + by_server + "', " + literal)}, *raw, by_server
        );
        if constexpr (requires { codec<T>::natural_type(); })
            if (codec<T>::natural_type() == type) {
                const std::string natural = unique_name("not_prepared");
                expect_stored(
                    column, statement{insert_cql(column, "?, ?")}.bind(natural, value), *raw, natural
                );
            }
        expect_json_of_server(column, id, type, *raw);
    }

    template <class T>
    void expect_round_trips(const std::string& column, std::initializer_list<T> values)
    {
        for (const T& value : values)
            expect_round_trip<T>(column, value);
    }

    void expect_stored(
        const std::string& column,
        const statement& insert,
        std::span<const std::byte> raw,
        std::string id = {}
    ) const
    {
        if (id.empty()) {
            const auto bound = insert.values().value(0);
            id.assign(reinterpret_cast<const char*>(bound->data()), bound->size());
        }
        SCOPED_TRACE(id);
        db().execute(insert);
        const result_set rows = select(column, id);
        ASSERT_EQ(rows.size(), 1U);
        const auto got = rows.one()->raw(0);
        ASSERT_TRUE(got.has_value());
        EXPECT_TRUE(std::ranges::equal(*got, raw))
            << to_cql_literal(rows.columns()[0].type, got).substr(0, 200);
    }

    void expect_json_of_server(
        const std::string& column,
        const std::string& id,
        const data_type& type,
        std::span<const std::byte> raw
    ) const
    {
        const result_set rows =
            db().execute("SELECT JSON " + column + " FROM all_types WHERE id = '" + id + "'");
        std::string text;
        append_json(text, type, raw);
        const auto server = nlohmann::json::parse(rows.one()->get<std::string>(0)).at(column);
        const auto ours = nlohmann::json::parse(text);
        if (type.kind() == type_kind::float_ && server.is_number() && ours.is_number())
            EXPECT_EQ(ours.get<float>(), server.get<float>());
        else
            EXPECT_EQ(ours, server);
    }
};

AC_BOTH_VERSIONS(types);

template <class T>
std::initializer_list<T> interesting_integers()
{
    static const std::initializer_list<T> values{
        0, 1, -1, 42, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
    return values;
}

TEST_P(types, integers_of_every_width_keep_their_value)
{
    expect_round_trips<std::int8_t>("c_tinyint", interesting_integers<std::int8_t>());
    expect_round_trips<std::int16_t>("c_smallint", interesting_integers<std::int16_t>());
    expect_round_trips<std::int32_t>("c_int", interesting_integers<std::int32_t>());
    expect_round_trips<std::int64_t>("c_bigint", interesting_integers<std::int64_t>());
}

TEST_P(types, text_keeps_every_character)
{
    for (const char* column : {"c_text", "c_varchar"}) {
        expect_round_trip<std::string>(column, "");
        expect_round_trip<std::string>(column, "Ada");
        expect_round_trip<std::string>(column, "it's 'quoted' \"twice\" \\ and $$");
        expect_round_trip<std::string>(column, "tab\tline\nreturn\r\x01\x7f");
        expect_round_trip<std::string>(column, std::string{"zero\0inside", 11});
        expect_round_trip<std::string>(column, "gr\u00fc\u00dfe \u65e5\u672c\u8a9e \U0001F980");
        expect_round_trip<std::string>(column, "null");
    }
    expect_round_trips<std::string>("c_ascii", {"", "plain", "it's", "\x01\x7f"});
}

TEST_P(types, a_view_reads_text_in_place)
{
    const std::string id = unique_name("view");
    db().execute(statement{insert_cql("c_text", "?, ?")}.bind(id, std::string_view{"seen in place"}));
    const result_set rows = select("c_text", id);
    EXPECT_EQ(rows.one()->get<std::string_view>("c_text"), "seen in place");
}

TEST_P(types, blobs_keep_every_byte)
{
    expect_round_trip<blob>("c_blob", {});
    expect_round_trip<blob>("c_blob", bytes_of(std::string_view{"\0", 1}));
    blob all(256);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::byte>(i);
    expect_round_trip<blob>("c_blob", all);
}

// v5 cuts them into many segments, both ways.
TEST_P(types, values_of_megabytes_keep_every_byte)
{
    blob large(5 * 1024 * 1024 + 7);
    for (std::size_t i = 0; i < large.size(); ++i)
        large[i] = static_cast<std::byte>((i * 2654435761U) >> 13);
    const prepared_statement insert = db().prepare(insert_cql("c_blob, c_text", "?, ?, ?"));
    for (const std::size_t size :
         {std::size_t{128} * 1024 - 60, std::size_t{131'071}, std::size_t{131'072}, large.size()}) {
        const std::string id = unique_name("large");
        const std::span<const std::byte> part = std::span{large}.first(size);
        db().execute(insert.bind(id, part, std::string(size / 16, 'x')));
        const result_set rows = db().execute("SELECT c_blob, c_text FROM all_types WHERE id = '" + id + "'");
        EXPECT_TRUE(std::ranges::equal(rows.one()->get<blob_view>("c_blob"), part)) << size;
        EXPECT_EQ(rows.one()->get<std::string_view>("c_text"), std::string(size / 16, 'x'));
    }
}

TEST_P(types, booleans_and_floating_point_numbers_keep_every_bit)
{
    expect_round_trips<bool>("c_boolean", {true, false});
    using single = std::numeric_limits<float>;
    expect_round_trips<float>(
        "c_float",
        {0.0F,
         -0.0F,
         1.0F,
         0.1F,
         -123.456F,
         single::min(),
         single::max(),
         single::lowest(),
         single::denorm_min(),
         single::infinity(),
         -single::infinity(),
         single::quiet_NaN()}
    );
    using twice = std::numeric_limits<double>;
    expect_round_trips<double>(
        "c_double",
        {0.0,
         -0.0,
         1.0,
         0.1,
         -123.456,
         1e21,
         twice::min(),
         twice::max(),
         twice::lowest(),
         twice::denorm_min(),
         twice::infinity(),
         -twice::infinity(),
         twice::quiet_NaN()}
    );
}

TEST_P(types, uuids_keep_every_bit)
{
    expect_round_trips<uuid>(
        "c_uuid",
        {uuid{},
         uuid_of("ffffffff-ffff-ffff-ffff-ffffffffffff"),
         uuid_of("01234567-89ab-4def-8123-456789abcdef"),
         uuid_of("5b9a8a20-7c1e-11ee-b962-0242ac120002")}
    );
    expect_round_trips<uuid>(
        "c_timeuuid",
        {uuid_of("5b9a8a20-7c1e-11ee-b962-0242ac120002"),
         uuid_of("00000000-0000-1000-8080-808080808080"),
         uuid_of("ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f")}
    );
}

TEST_P(types, the_server_and_this_library_agree_when_a_timeuuid_was_made)
{
    const result_set rows = db().execute(
        "SELECT to_unix_timestamp(min_timeuuid('2023-11-14 22:13:20.123+0000')) AS ms, "
        "min_timeuuid('2023-11-14 22:13:20.123+0000') AS id FROM system.local"
    );
    const auto when = rows.one()->get<timeuuid>("id").timestamp();
    ASSERT_TRUE(when.has_value());
    EXPECT_EQ(rows.one()->get<std::int64_t>("ms"), 1'700'000'000'123);
    EXPECT_EQ(std::chrono::floor<std::chrono::milliseconds>(*when), at(1'700'000'000'123));
}

TEST_P(types, timestamps_keep_their_milliseconds)
{
    expect_round_trips<timestamp>(
        "c_timestamp",
        {at(0),
         at(1),
         at(-1),
         at(1'700'000'000'123),
         at(1'700'000'000'000),
         at(-62'135'596'800'000),
         at(253'402'300'799'999)}
    );
}

TEST_P(types, the_first_and_the_last_timestamp_survive_as_value_and_as_literal)
{
    const prepared_statement insert = db().prepare(insert_cql("c_timestamp", "?, ?"));
    for (const std::int64_t count :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        const std::string id = unique_name("timestamp");
        db().execute(insert.bind(id, at(count)));
        const result_set rows = select("c_timestamp", id);
        EXPECT_EQ(rows.one()->get<timestamp>(0), at(count));
        const std::string literal = to_cql_literal(rows.columns()[0].type, rows.one()->raw(0));
        SCOPED_TRACE(literal);
        const std::string by_server = unique_name("read_by_server");
        expect_stored(
            "c_timestamp",
            statement{insert_cql("c_timestamp", "'" + by_server + "', " + literal)},
            *rows.one()->raw(0),
            by_server
        );
    }
}

TEST_P(types, addresses_of_both_families_keep_every_byte)
{
    expect_round_trips<inet>(
        "c_inet",
        {inet_of("0.0.0.0"),
         inet_of("192.0.2.1"),
         inet_of("255.255.255.255"),
         inet_of("::"),
         inet_of("::1"),
         inet_of("2001:db8::ff00:42:8329"),
         inet_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}
    );
}

TEST_P(types, lists_sets_and_maps_keep_their_elements)
{
    expect_round_trip<std::vector<std::int32_t>>("c_list", {3, 1, 2, 3, -1});
    expect_round_trip<std::set<std::string>>("c_set", {"b", "a", "it's", ""});
    expect_round_trip<std::map<std::string, std::int64_t>>(
        "c_map", {{"x", 1}, {"", -1}, {"it's", 1LL << 62}}
    );
    expect_round_trip<std::vector<std::string>>("c_frozen_list", {"z", "", "a"});
    expect_round_trip<std::set<uuid>>(
        "c_frozen_set", {uuid{}, uuid_of("01234567-89ab-4def-8123-456789abcdef")}
    );
    expect_round_trip<std::map<std::int32_t, double>>("c_frozen_map", {{1, 0.5}, {-7, 1e300}});
}

TEST_P(types, nested_collections_keep_their_elements)
{
    using nested = std::map<std::string, std::vector<std::map<std::int32_t, std::string>>>;
    expect_round_trip<nested>("c_nested", {{"a", {{{1, "one"}, {2, "it's"}}, {}}}, {"empty", {}}});
}

TEST_P(types, a_collection_of_thousands_of_elements_keeps_their_order)
{
    std::vector<std::int32_t> many(20'000);
    for (std::size_t i = 0; i < many.size(); ++i)
        many[i] = static_cast<std::int32_t>(i * 7919 % 20'011);
    const std::string id = unique_name("many");
    db().execute(db().prepare(insert_cql("c_list", "?, ?")).bind(id, many));
    const result_set rows = select("c_list", id);
    EXPECT_EQ(rows.one()->get<std::vector<std::int32_t>>(0), many);
}

TEST_P(types, an_empty_collection_is_kept_when_it_is_frozen_and_is_null_when_it_is_not)
{
    expect_round_trip<std::vector<std::string>>("c_frozen_list", {});
    expect_round_trip<std::set<uuid>>("c_frozen_set", {});
    expect_round_trip<std::map<std::int32_t, double>>("c_frozen_map", {});

    const std::string id = unique_name("empty");
    db().execute(db().prepare(insert_cql("c_list, c_int", "?, ?, 1")).bind(id, std::vector<std::int32_t>{}));
    const result_set rows = select("c_list", id);
    EXPECT_TRUE(rows.one()->is_null(0));
    EXPECT_EQ(rows.one()->get<std::optional<std::vector<std::int32_t>>>(0), std::nullopt);
    const auto error = thrown_by<query_error>([&] { (void)rows.one()->get<std::vector<std::int32_t>>(0); });
    EXPECT_THAT(error->what(), HasSubstr("the server keeps an empty collection as null"));
}

const std::vector<std::string>& all_columns()
{
    static const std::vector<std::string> names{
        "c_tinyint",     "c_smallint",   "c_int",        "c_bigint", "c_text",   "c_varchar",
        "c_ascii",       "c_blob",       "c_boolean",    "c_float",  "c_double", "c_uuid",
        "c_timeuuid",    "c_timestamp",  "c_inet",       "c_list",   "c_set",    "c_map",
        "c_frozen_list", "c_frozen_set", "c_frozen_map", "c_nested"};
    return names;
}

TEST_P(types, null_is_null_for_every_type_however_it_is_written)
{
    for (const std::string& column : all_columns()) {
        SCOPED_TRACE(column);
        const prepared_statement insert = db().prepare(insert_cql(column, "?, ?"));
        const data_type& type = insert.markers()[1].type;
        const std::string id = unique_name("null");
        for (const statement& write :
             {insert.bind(id, null),
              insert.bind(id, std::nullopt),
              insert.bind(id, encode_literal("null", type)),
              insert.bind(id, unset),
              statement{insert_cql(column, "'" + id + "', null")},
              statement{insert_cql(column, "?, ?")}.bind(id, null)}) {
            db().execute(write);
            const result_set rows = select(column, id);
            ASSERT_EQ(rows.size(), 1U);
            EXPECT_TRUE(rows.one()->is_null(column));
            EXPECT_EQ(to_cql_literal(type, rows.one()->raw(0)), "null");
        }
    }
}

TEST_P(types, unset_leaves_a_value_and_null_removes_it)
{
    const std::string id = unique_name("unset");
    db().execute(insert_cql("c_int, c_text, c_list", "'" + id + "', 7, 'seven', [7]"));
    const prepared_statement update = db().prepare(insert_cql("c_int, c_text, c_list", "?, ?, ?, ?"));

    db().execute(update.bind(id, unset, unset, unset));
    const result_set kept = select("c_int, c_text, c_list", id);
    EXPECT_EQ(kept.one()->get<std::int32_t>("c_int"), 7);
    EXPECT_EQ(kept.one()->get<std::string>("c_text"), "seven");
    EXPECT_EQ(kept.one()->get<std::vector<std::int32_t>>("c_list"), std::vector{7});

    db().execute(update.bind(id, null, std::optional<std::string>{}, unset));
    const result_set removed = select("c_int, c_text, c_list", id);
    EXPECT_TRUE(removed.one()->is_null("c_int"));
    EXPECT_EQ(removed.one()->get<std::optional<std::string>>("c_text"), std::nullopt);
    EXPECT_FALSE(removed.one()->is_null("c_list"));
}

// The server stores zero bytes in a column of a type that has no such value.
TEST_P(types, an_empty_value_of_a_number_reads_as_no_value)
{
    const std::string id = unique_name("zero_bytes");
    db().execute(insert_cql("c_int", "'" + id + "', blob_as_int(0x)"));
    const result_set rows = select("c_int", id);
    EXPECT_FALSE(rows.one()->is_null(0));
    EXPECT_EQ(rows.one()->get<std::optional<std::int32_t>>(0), std::nullopt);
    const auto error = thrown_by<query_error>([&] { (void)rows.one()->get<std::int32_t>(0); });
    EXPECT_THAT(error->what(), HasSubstr("is empty (zero bytes, not null)"));
}

TEST_P(types, a_counter_counts_by_bound_and_by_written_increments)
{
    const std::string counters = new_table("id text PRIMARY KEY, n counter");
    const prepared_statement add = db().prepare("UPDATE " + counters + " SET n = n + ? WHERE id = ?");
    EXPECT_EQ(add.markers()[0].type, data_type{type_kind::counter});
    const auto value = [&] {
        const result_set rows = db().execute("SELECT n FROM " + counters + " WHERE id = 'c'");
        return rows.one()->get<std::int64_t>("n");
    };
    db().execute(add.bind(std::int64_t{5}, "c"));
    db().execute(add.bind(-2, "c"));
    EXPECT_EQ(value(), 3);
    db().execute("UPDATE " + counters + " SET n = n - 10 WHERE id = 'c'");
    EXPECT_EQ(value(), -7);
    db().execute(add.bind(encode_literal("9223372036854775807", type_kind::counter), "c"));
    EXPECT_EQ(value(), std::numeric_limits<std::int64_t>::max() - 7);
}

}  // namespace
}  // namespace async_cassandra::integration
