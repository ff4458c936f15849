// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/types/codec.hpp>

#include "unit/types/one_value.hpp"

#include <deque>
#include <list>
#include <numeric>
#include <set>

namespace async_cassandra {
namespace {

using namespace std::chrono_literals;
using test::bound;
using test::column;
using test::expect_bytes;
using test::marker;
using test::page_builder;
using test::query_error_text;
using test::read;
using test::read_error;

data_type vector_of(const data_type& element, std::uint32_t dimension)
{
    return data_type::vector_of(element, dimension);
}

const data_type floats = vector_of(type_kind::float_, 3);
const data_type texts = vector_of(type_kind::text, 2);

// R22
TEST(vector_codec, bytes_are_the_published_ones)
{
    expect_bytes(floats, std::vector{1.0F, 2.0F, 3.0F}, "3f8000004000000040400000");
    expect_bytes(floats, std::array{1.0F, 2.0F, 3.0F}, "3f8000004000000040400000");
    expect_bytes(vector_of(type_kind::int_, 2), std::vector{1, -1}, "00000001ffffffff");
    expect_bytes(vector_of(type_kind::bigint, 1), std::vector{std::int64_t{5}}, "0000000000000005");
    expect_bytes(vector_of(type_kind::boolean, 3), std::vector{true, false, true}, "010001");
    const uuid id = *uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479");
    expect_bytes(vector_of(type_kind::uuid, 1), std::vector{id}, "f47ac10b58cc4372a5670e02b2c3d479");
    expect_bytes(vector_of(type_kind::timestamp, 1), std::vector{timestamp{1ms}}, "0000000000000001");
    expect_bytes(texts, std::vector<std::string>{"a", "bcd"}, "016103626364");
    expect_bytes(vector_of(type_kind::smallint, 2), std::array<std::int16_t, 2>{1, -1}, "02000102ffff");
    expect_bytes(vector_of(type_kind::tinyint, 2), std::vector<std::int8_t>{1, -1}, "010101ff");
    expect_bytes(vector_of(type_kind::date, 1), std::vector{date{}}, "0480000000");
    expect_bytes(vector_of(type_kind::time, 1), std::vector{1ns}, "080000000000000001");
    expect_bytes(vector_of(type_kind::varint, 2), std::vector<varint>{0, -129}, "010002ff7f");
    expect_bytes(
        vector_of(vector_of(type_kind::float_, 2), 2),
        std::vector<std::array<float, 2>>{{1, 2}, {3, 4}},
        "3f800000400000004040000040800000"
    );
    expect_bytes(
        vector_of(vector_of(type_kind::text, 1), 2),
        std::vector<std::vector<std::string>>{{"a"}, {"bc"}},
        "02016103026263"
    );
    expect_bytes(
        vector_of(data_type::list_of(type_kind::int_), 1),
        std::vector<std::vector<int>>{{1}},
        "0c000000010000000400000001"
    );
    std::string z200 = "80c8";
    for (int i = 0; i < 200; ++i)
        z200 += "7a";
    expect_bytes(vector_of(type_kind::text, 1), std::vector{std::string(200, 'z')}, z200);
}

TEST(vector_codec, elements_longer_than_a_short_length_keep_their_order)
{
    std::vector<std::string> values;
    for (const std::size_t size : {0U, 1U, 127U, 128U, 16'383U, 16'384U, 300'000U})
        values.emplace_back(size, static_cast<char>('a' + values.size()));
    const page p =
        page_builder{{{"v", vector_of(type_kind::text, 7)}, {"end", type_kind::int_}}}.row(values, 7).build();
    EXPECT_EQ((*p.begin()).get<std::vector<std::string>>(0), values);
    EXPECT_EQ((*p.begin()).get<int>(1), 7);
    EXPECT_EQ((*p.begin()).get<std::list<std::string_view>>(0).back().size(), 300'000U);
}

template <class T>
void expect_every_length(const data_type& element)
{
    for (std::uint32_t size = 1; size < 70; ++size) {
        std::vector<T> values(size);
        std::iota(values.begin(), values.end(), static_cast<T>(-3));
        const std::deque<T> one_by_one(values.begin(), values.end());
        const data_type type = vector_of(element, size);
        EXPECT_EQ(bound(type, values), bound(type, one_by_one));
        EXPECT_EQ(bound(type, std::span<const T>{values}), bound(type, one_by_one));
        const page p = page_builder{{{"v", type}}}.row(one_by_one).build();
        const row first = *p.begin();
        EXPECT_EQ(first.get<std::vector<T>>(0), values);
        EXPECT_EQ(first.get<std::deque<T>>(0), one_by_one);
        std::vector<T> copy(size + 1, T{42});
        first.get<vector_view<T>>(0).copy_to(std::span{copy}.subspan(1));
        EXPECT_TRUE(std::equal(values.begin(), values.end(), copy.begin() + 1));
        EXPECT_EQ(copy[0], T{42});
        EXPECT_EQ(first.get<vector_view<T>>(0)[size - 1], values.back());
        EXPECT_EQ(first.get<vector_view<T>>(0).size(), size);
    }
}

TEST(vector_codec, numbers_are_copied_as_a_whole_as_one_by_one)
{
    expect_every_length<float>(type_kind::float_);
    expect_every_length<double>(type_kind::double_);
    expect_every_length<std::int32_t>(type_kind::int_);
    expect_every_length<std::int64_t>(type_kind::bigint);
}

TEST(vector_codec, numbers_of_another_width_are_converted)
{
    EXPECT_EQ(read<std::vector<double>>(floats, "3f8000004000000040400000"), (std::vector{1.0, 2.0, 3.0}));
    EXPECT_EQ(bound(floats, std::vector{1.0, 2.0, 3.0}), "3f8000004000000040400000");
    EXPECT_NE(bound(floats, std::vector{0.1, 2.0, 3.0}).find("cannot be kept exactly"), std::string::npos);
    EXPECT_EQ(
        read<std::vector<std::int64_t>>(vector_of(type_kind::int_, 1), "fffffffe"),
        (std::vector<std::int64_t>{-2})
    );
    EXPECT_EQ(
        bound(vector_of(type_kind::int_, 1), std::vector{std::int64_t{1} << 40}),
        marker + "1099511627776 does not fit CQL type int (-2147483648 to 2147483647)"
    );
}

TEST(vector_codec, the_dimension_must_be_met)
{
    EXPECT_EQ(bound(floats, std::vector{1.0F}), marker + "1 element for vector<float, 3>");
    EXPECT_EQ(bound(texts, std::vector<std::string>(3)), marker + "3 elements for vector<text, 2>");
    EXPECT_EQ(
        bound(floats, std::array{1.0F, 2.0F}),
        marker +
            "std::array<float> cannot be bound to CQL type vector<float, 3>; legal: std::array<T, 3> or a "
            "sequence such as std::vector<T>, T with a legal type for float: float, double"
    );
    EXPECT_NE(
        (read_error<std::array<float, 2>>(floats, "").find("legal: std::array<T, 3>")), std::string::npos
    );
    EXPECT_NE(bound(floats, std::set<float>{1, 2, 3}).find("cannot be bound"), std::string::npos);
    EXPECT_EQ(
        bound(texts, std::vector<std::optional<std::string>>{"a", std::nullopt}),
        marker + "null inside vector<text, 2>: the server refuses null in collections"
    );
    const page p = page_builder{{{"v", floats}}}.row(std::vector{1.0F, 2.0F, 3.0F}).build();
    std::array<float, 2> small{};
    EXPECT_THROW((*p.begin()).get<vector_view<float>>(0).copy_to(small), value_error);
    EXPECT_NE(
        query_error_text([&] { (void)(*p.begin()).get<vector_view<double>>(0); }
        ).find("CQL type vector<float, 3> cannot be read as async_cassandra::vector_view<double>"),
        std::string::npos
    );
}

TEST(vector_codec, malformed_bytes_are_refused)
{
    const auto of_floats = [](std::string_view hex) { return read_error<std::vector<float>>(floats, hex); };
    for (const auto* hex : {"", "3f800000", "3f80000040000000404000", "3f800000400000004040000000"})
        EXPECT_EQ(
            of_floats(hex),
            column + "malformed vector<float, 3>: it takes 12 bytes, these are " +
                std::to_string(std::string_view{hex}.size() / 2)
        );
    EXPECT_EQ(
        read_error<vector_view<float>>(floats, "3f800000").substr(0, 52),
        (column + "malformed vector<float, 3>: it takes").substr(0, 52)
    );
    const auto of_texts = [](std::string_view hex) {
        return read_error<std::vector<std::string>>(texts, hex);
    };
    const std::string prefix = column + "malformed vector<text, 2>: ";
    EXPECT_EQ(of_texts(""), prefix + "its elements are cut off");
    EXPECT_EQ(of_texts("01"), prefix + "its elements are cut off");
    EXPECT_EQ(of_texts("0161"), prefix + "an element is longer than the bytes that are left");
    EXPECT_EQ(of_texts("01610262"), prefix + "an element is longer than the bytes that are left");
    EXPECT_EQ(of_texts("0161ff"), prefix + "an element is longer than the bytes that are left");
    EXPECT_EQ(
        of_texts("0161ffffffffffffffffff"), prefix + "an element is longer than the bytes that are left"
    );
    EXPECT_EQ(of_texts("0161016262"), prefix + "bytes are left over after its last element");
    EXPECT_NE(
        read_error<std::vector<std::string>>(vector_of(type_kind::text, 2'147'483'647), "0161")
            .find("cut off"),
        std::string::npos
    );
    EXPECT_NE(
        read_error<std::vector<float>>(vector_of(type_kind::float_, 2'147'483'647), "0161")
            .find("8589934588 bytes"),
        std::string::npos
    );
}

}  // namespace
}  // namespace async_cassandra
