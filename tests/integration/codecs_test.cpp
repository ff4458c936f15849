// SPDX-License-Identifier: Apache-2.0
// Every type on both protocol versions: bound, read, and as a literal that the server reads. R22
#include "integration/real_node.hpp"

#include <boost/describe/class.hpp>

#include <array>
#include <map>
#include <set>

namespace async_cassandra::integration {

struct address {
    std::string street;
    std::optional<std::int32_t> zip;
    friend bool operator==(const address&, const address&) = default;
};

struct person {
    std::map<std::string, std::vector<address>> homes;
    std::optional<std::string> name;
    friend bool operator==(const person&, const person&) = default;
};
BOOST_DESCRIBE_STRUCT(person, (), (homes, name))

namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using nanoseconds = std::chrono::nanoseconds;

class codecs : public real_node_test {
protected:
    void SetUp() override
    {
        real_node_test::SetUp();
        db().execute("CREATE TYPE IF NOT EXISTS codec_address (street text, zip int)");
        db().execute(
            "CREATE TYPE IF NOT EXISTS codec_person (name text, homes map<text, "
            "frozen<list<frozen<codec_address>>>>)"
        );
    }

    void use(const std::string& cql_type)
    {
        type_ = cql_type;
        table_ = new_table("id int PRIMARY KEY, v " + cql_type);
    }

    [[nodiscard]] result_set select(int id) const
    {
        return db().execute("SELECT v FROM " + table_ + " WHERE id = " + std::to_string(id));
    }

    template <class T>
    [[nodiscard]] T read(int id) const
    {
        const result_set rows = select(id);
        return rows.one()->template get<T>(0);
    }

    template <class T>
    void expect(const T& value, const std::string& literal)
    {
        SCOPED_TRACE(type_ + ": " + literal);
        const prepared_statement insert = db().prepare("INSERT INTO " + table_ + " (id, v) VALUES (?, ?)");
        db().execute(insert.bind(1, value));
        const result_set bound = select(1);
        ASSERT_EQ(bound.size(), 1U);
        EXPECT_EQ(bound.columns()[0].type, insert.markers()[1].type);
        EXPECT_TRUE(bound.one()->get<T>(0) == value);
        for (const auto& [read] : bound.as<std::optional<T>>())
            EXPECT_TRUE(read == value);
        db().execute(insert.bind(1, unset));
        EXPECT_TRUE(read<T>(1) == value);
        if (!literal.empty()) {
            db().execute("INSERT INTO " + table_ + " (id, v) VALUES (2, " + literal + ")");
            const result_set written = select(2);
            EXPECT_TRUE(written.one()->get<T>(0) == value);
            EXPECT_TRUE(std::ranges::equal(*written.one()->raw(0), *bound.one()->raw(0)));
        }
        db().execute(insert.bind(1, std::optional<T>{}));
        EXPECT_TRUE(read<std::optional<T>>(1) == std::nullopt);
    }

    void expect_empty_is_no_value(auto sample)
    {
        using type = decltype(sample);
        const prepared_statement insert = db().prepare("INSERT INTO " + table_ + " (id, v) VALUES (?, ?)");
        const raw_value empty{std::vector<std::byte>{}};
        db().execute(insert.bind(3, empty));
        const result_set rows = select(3);
        ASSERT_TRUE(rows.one()->raw(0).has_value()) << type_;
        EXPECT_EQ(rows.one()->raw(0)->size(), 0U) << type_;
        EXPECT_EQ(rows.one()->template get<std::optional<type>>(0), std::nullopt) << type_;
        EXPECT_THROW((void)rows.one()->template get<type>(0), query_error) << type_;
    }

private:
    std::string type_;
    std::string table_;
};

TEST_P(codecs, dates_and_times)
{
    use("date");
    expect(date{days{19'782}}, "'2024-02-29'");
    expect(date{days{-1}}, "'1969-12-31'");
    expect(date{days{INT32_MIN}}, "'-5877641-06-23'");
    expect(date{days{INT32_MAX}}, "");  // the server does not read the text of its own last day
    expect(std::chrono::year_month_day{2024y / 2 / 29}, "'2024-02-29'");
    use("time");
    expect(nanoseconds{13h + 30min + 54s + 234'567'891ns}, "'13:30:54.234567891'");
    expect(nanoseconds{0}, "'00:00:00'");
    expect(nanoseconds{86'399'999'999'999}, "'23:59:59.999999999'");
    use("timestamp");
    expect(timestamp{1'700'000'000'123ms}, "'2023-11-14T22:13:20.123Z'");
    expect_empty_is_no_value(timestamp{});
    use("duration");
    expect(duration{1, 2, 3ns}, "1mo2d3ns");
    expect(duration{-14, -3, -(4h + 5min)}, "-P1Y2M3DT4H5M0S");
    expect(
        duration{INT32_MAX, INT32_MAX, nanoseconds::max()}, "2147483647mo2147483647d9223372036854775807ns"
    );
    expect(duration{INT32_MIN, INT32_MIN, nanoseconds::min()}, "");
    expect(duration{}, "0d");
}

TEST_P(codecs, what_the_own_text_of_a_duration_means_to_the_server)
{
    use("duration");
    for (const duration& value :
         {duration{},
          duration{14, 3, 4h + 5min + 6s + 7ms + 8us + 9ns},
          duration{-1, 0, 0ns},
          duration{0, 400, 36h}})
        expect(value, value.to_string());
    for (const duration& value : {duration{14, 3, 4h + 5min + 6s}, duration{0, -400, -36h}})
        expect(value, value.to_iso_string());
}

TEST_P(codecs, numbers_of_any_size)
{
    use("varint");
    for (const auto* text :
         {"0",
          "-1",
          "127",
          "128",
          "-128",
          "-129",
          "9223372036854775808",
          "-9223372036854775809",
          "1000000000000000000000000000000000000000000000000000000000000"})
        expect(*varint::parse(text), text);
    expect_empty_is_no_value(varint{});
    use("decimal");
    for (const auto* text :
         {"0",
          "1.23",
          "-12.345",
          "1E+3",
          "-0.01",
          "1.0",
          "0E-7",
          "12345678901234567890.1234567890",
          "1E-2147483647"})
        expect(*decimal::parse(text), text);
    expect(decimal{1, INT32_MIN}, "");
    expect_empty_is_no_value(decimal{});
    use("int");
    expect(std::int32_t{INT32_MIN}, "-2147483648");
    expect_empty_is_no_value(std::int32_t{});
}

TEST_P(codecs, tuples_and_user_defined_types)
{
    use("tuple<int, text, frozen<tuple<bigint, date>>>");
    using inner = std::pair<std::int64_t, date>;
    using triple = std::tuple<std::int32_t, std::optional<std::string>, inner>;
    expect(triple{1, "it's", inner{2, date{}}}, "(1, 'it''s', (2, '1970-01-01'))");
    expect(triple{1, std::nullopt, inner{2, date{}}}, "(1, null, (2, '1970-01-01'))");
    expect(triple{1, "", inner{2, date{}}}, "(1, '', (2, '1970-01-01'))");
    use("frozen<codec_address>");
    expect(address{"Main", 7}, "{street: 'Main', zip: 7}");
    expect(address{"", std::nullopt}, "{street: '', zip: null}");
    use("codec_address");
    expect(address{"Main", 7}, "{street: 'Main', zip: 7}");
    use("frozen<codec_person>");
    const person ada{{{"work", {{"X", 1}, {"Y", std::nullopt}}}, {"x", {}}}, "Ada"};
    expect(ada, "{name: 'Ada', homes: {'work': [{street: 'X', zip: 1}, {street: 'Y', zip: null}], 'x': []}}");
    use("list<frozen<map<text, frozen<set<frozen<tuple<int, duration>>>>>>>");
    using entries = std::vector<std::tuple<std::int32_t, duration>>;
    using nested = std::vector<std::map<std::string, entries>>;
    expect(nested{{{"k", {{1, duration{0, 1, 0ns}}}}}, {}}, "");
}

TEST_P(codecs, a_field_that_is_added_later_is_null)
{
    const std::string grown = unique_name("grown");
    db().execute("CREATE TYPE " + grown + " (street text)");
    use("frozen<" + grown + ">");
    struct short_address {
        std::string street;
        bool operator==(const short_address&) const = default;
    };
    const std::string table = new_table("id int PRIMARY KEY, v frozen<" + grown + ">");
    const auto insert = db().prepare("INSERT INTO " + table + " (id, v) VALUES (?, ?)");
    const short_address old{"Main"};
    db().execute(insert.bind(1, old));
    db().execute("ALTER TYPE " + grown + " ADD zip int");
    const result_set rows = db().execute("SELECT v FROM " + table + " /* after */");
    EXPECT_EQ(rows.one()->get<address>(0), (address{"Main", std::nullopt}));
}

TEST_P(codecs, vectors)
{
    use("vector<float, 3>");
    expect(std::vector{1.0F, -2.5F, 3.0F}, "[1.0, -2.5, 3.0]");
    expect(std::array{1.0F, -2.5F, 3.0F}, "[1.0, -2.5, 3.0]");
    use("vector<int, 2>");
    expect(std::vector{INT32_MIN, INT32_MAX}, "[-2147483648, 2147483647]");
    use("vector<bigint, 1>");
    expect(std::vector{std::int64_t{5}}, "[5]");
    use("vector<double, 2>");
    expect(std::vector{0.1, -0.0}, "[0.1, -0.0]");
    use("vector<boolean, 3>");
    expect(std::vector{true, false, true}, "[true, false, true]");
    use("vector<uuid, 1>");
    expect(
        std::vector{*uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479")},
        "[f47ac10b-58cc-4372-a567-0e02b2c3d479]"
    );
    use("vector<timestamp, 1>");
    expect(std::vector{timestamp{1ms}}, "[1]");
    use("vector<text, 2>");
    expect(std::vector<std::string>{"a", std::string(200, 'z')}, "['a', '" + std::string(200, 'z') + "']");
    use("vector<smallint, 2>");
    expect(std::vector<std::int16_t>{1, -1}, "[1, -1]");
    use("vector<tinyint, 2>");
    expect(std::vector<std::int8_t>{1, -1}, "[1, -1]");
    use("vector<date, 1>");
    expect(std::vector{date{}}, "['1970-01-01']");
    use("vector<time, 1>");
    expect(std::vector{1ns}, "['00:00:00.000000001']");
    use("vector<varint, 2>");
    expect(std::vector<varint>{0, -129}, "[0, -129]");
    use("vector<duration, 1>");
    expect(std::vector{duration{1, 0, 0ns}}, "[1mo]");
    use("vector<frozen<vector<float, 2>>, 2>");
    expect(std::vector<std::array<float, 2>>{{1, 2}, {3, 4}}, "[[1, 2], [3, 4]]");
    use("vector<frozen<vector<text, 1>>, 2>");
    expect(std::vector<std::vector<std::string>>{{"a"}, {"bc"}}, "[['a'], ['bc']]");
    use("vector<frozen<list<int>>, 1>");
    expect(std::vector<std::vector<std::int32_t>>{{1}}, "[[1]]");
    use("vector<frozen<codec_address>, 1>");
    expect(std::vector<address>{{"Main", 7}}, "[{street: 'Main', zip: 7}]");
    use("map<text, frozen<vector<float, 2>>>");
    expect(std::map<std::string, std::array<float, 2>>{{"k", {1, 2}}}, "{'k': [1, 2]}");
}

TEST_P(codecs, a_large_vector_goes_into_the_callers_memory)
{
    const std::string table = new_table("id int PRIMARY KEY, v vector<float, 1536>");
    std::vector<float> written(1536);
    for (std::size_t i = 0; i < written.size(); ++i)
        written[i] = static_cast<float>(i) / 7;
    const auto insert = db().prepare("INSERT INTO " + table + " (id, v) VALUES (?, ?)");
    db().execute(insert.bind(1, std::span<const float>{written}));
    const result_set rows = db().execute("SELECT v FROM " + table);
    std::vector<float> read(1536);
    rows.one()->get<vector_view<float>>(0).copy_to(read);
    EXPECT_EQ(read, written);
}

TEST_P(codecs, counters)
{
    const std::string table = new_table("id int PRIMARY KEY, v counter");
    const auto add = db().prepare("UPDATE " + table + " SET v = v + ? WHERE id = 1");
    db().execute(add.bind(std::int64_t{1} << 40));
    db().execute(add.bind(-2));
    const result_set rows = db().execute("SELECT v FROM " + table);
    EXPECT_EQ(rows.one()->get<std::int64_t>(0), (std::int64_t{1} << 40) - 2);
}

AC_BOTH_VERSIONS(codecs);

}  // namespace
}  // namespace async_cassandra::integration
