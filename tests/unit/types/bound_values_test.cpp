// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/detail/bound_values.hpp>

#include "unit/types/money.hpp"
#include "unit/types/page_builder.hpp"

#include <map>

namespace async_cassandra {
namespace {

using detail::bind_all;
using detail::bind_natural;
using detail::bound_values;
using test::money;
using test::to_hex;

const columns user_markers{
    {{"shop", "users", "id", type_kind::bigint},
     {"shop", "users", "name", type_kind::text},
     {"shop", "users", "age", type_kind::int_}}};

TEST(bound_values, stand_one_after_the_other_with_their_lengths)
{
    bound_values values;
    bind_all(values, user_markers, 1, "Ada", unset);
    EXPECT_EQ(values.count(), 3U);
    EXPECT_EQ(
        to_hex(values.bytes()),
        "000000080000000000000001"
        "00000003416461"
        "fffffffe"
    );
    EXPECT_FALSE(values.failed());
    EXPECT_EQ(values.error(), "");
    EXPECT_EQ(values.cause(), nullptr);
}

TEST(bound_values, are_found_again_by_position)
{
    bound_values values;
    bind_all(values, user_markers, null, "Ada", unset);
    EXPECT_EQ(values.value(0), std::nullopt);
    ASSERT_TRUE(values.value(1));
    EXPECT_EQ(to_hex(*values.value(1)), "416461");
    EXPECT_EQ(values.value(2), std::nullopt);
}

TEST(bound_values, too_few_name_both_counts_and_the_first_missing_marker)
{
    bound_values values;
    bind_all(values, user_markers, 1);
    EXPECT_TRUE(values.failed());
    EXPECT_EQ(
        values.error(),
        "1 value for 3 markers (id, name, age): no value for marker 'name'; bind async_cassandra::unset to "
        "leave "
        "it as it is"
    );
}

TEST(bound_values, too_many_name_both_counts)
{
    bound_values values;
    bind_all(values, user_markers, 1, "Ada", 36, 4, 5);
    EXPECT_EQ(values.error(), "5 values for 3 markers (id, name, age): 2 too many");

    bound_values none;
    bind_all(none, columns{}, 1);
    EXPECT_EQ(none.error(), "1 value for 0 markers: 1 too many");
}

TEST(bound_values, no_values_for_no_markers_is_fine)
{
    bound_values values;
    bind_all(values, columns{});
    EXPECT_FALSE(values.failed());
    EXPECT_TRUE(values.empty());
}

TEST(bound_values, a_wrong_type_names_marker_cql_type_and_cpp_type)
{
    bound_values values;
    bind_all(values, user_markers, 1, "Ada", "thirty-six");
    EXPECT_EQ(
        values.error(),
        "marker 'age' (position 2): std::string_view cannot be bound to CQL type int; legal: any integer "
        "whose "
        "value fits"
    );
    EXPECT_EQ(values.cause(), nullptr);
}

TEST(bound_values, keep_the_first_failure)
{
    bound_values values;
    bind_all(values, user_markers, "one", 2, "three");
    EXPECT_TRUE(values.error().starts_with("marker 'id' (position 0): "));
    values.fail("later");
    EXPECT_TRUE(values.error().starts_with("marker 'id' (position 0): "));
}

TEST(bound_values, keep_what_a_users_codec_threw)
{
    const columns markers{{{"", "", "price", type_kind::bigint}}};
    bound_values values;
    bind_all(values, markers, money{money::unencodable});
    EXPECT_EQ(values.error(), "marker 'price' (position 0): binding money failed: too rich");
    ASSERT_NE(values.cause(), nullptr);
    EXPECT_THROW(std::rethrow_exception(values.cause()), std::domain_error);
}

TEST(bound_values, keep_even_what_is_no_exception)
{
    const columns markers{{{"", "", "price", type_kind::bigint}}};
    bound_values values;
    bind_all(values, markers, money{money::throws_int});
    EXPECT_EQ(values.error(), "marker 'price' (position 0): binding money threw no std::exception");
    EXPECT_THROW(std::rethrow_exception(values.cause()), int);
}

TEST(bound_values, take_users_types)
{
    const columns markers{{{"", "", "price", type_kind::bigint}}};
    bound_values values;
    bind_all(values, markers, std::vector<money>{});
    EXPECT_EQ(
        values.error(),
        "marker 'price' (position 0): std::vector<money> cannot be bound to CQL type bigint; legal: any "
        "integer "
        "whose value fits"
    );
    values.clear();
    bind_all(values, markers, money{5});
    EXPECT_EQ(to_hex(values.bytes()), "000000080000000000000005");
}

TEST(bound_values, leave_their_inline_bytes_when_there_are_many)
{
    const columns markers{{{"", "", "a", type_kind::blob}, {"", "", "b", type_kind::blob}}};
    for (const std::size_t size : {0U, 100U, 123U, 124U, 125U, 126U, 127U, 5000U}) {
        const blob big(size, std::byte{0x7e});
        bound_values values;
        bind_all(values, markers, big, big);
        ASSERT_EQ(values.bytes().size(), 2 * (size + 4));
        bound_values moved{std::move(values)};
        EXPECT_EQ(moved.count(), 2U);
        ASSERT_TRUE(moved.value(1));
        EXPECT_EQ(blob(moved.value(1)->begin(), moved.value(1)->end()), big);
        bound_values assigned;
        bind_all(assigned, markers, big, null);
        assigned = std::move(moved);
        ASSERT_TRUE(assigned.value(1));
        EXPECT_EQ(assigned.value(1)->size(), size);
    }
}

TEST(bound_values, can_be_used_again_after_clear)
{
    bound_values values;
    bind_all(values, user_markers, 1);
    values.clear();
    EXPECT_FALSE(values.failed());
    bind_all(values, user_markers, 1, "Ada", 36);
    EXPECT_EQ(values.count(), 3U);
    EXPECT_FALSE(values.failed());
}

TEST(bound_values, take_encoded_values_one_for_each_marker)
{
    const std::vector<raw_value> given{raw_value{test::bytes_of({1})}, raw_value{}, raw_value{blob{}}};
    bound_values values;
    detail::bind_raw(values, user_markers, given);
    EXPECT_EQ(
        to_hex(values.bytes()),
        "0000000101"
        "ffffffff"
        "00000000"
    );

    bound_values few;
    detail::bind_raw(few, user_markers, std::span{given}.first(2));
    EXPECT_TRUE(few.error().starts_with("2 values for 3 markers (id, name, age): no value for marker 'age'"));
}

TEST(natural_types, follow_the_cpp_type)
{
    bound_values values;
    bind_natural(
        values, std::int8_t{1}, std::int16_t{1}, 1, std::int64_t{1}, std::uint8_t{200}, 1U, std::uint64_t{1}
    );
    EXPECT_EQ(
        to_hex(values.bytes()),
        "0000000101"
        "000000020001"
        "0000000400000001"
        "000000080000000000000001"
        "0000000200c8"
        "000000080000000000000001"
        "000000080000000000000001"
    );
    EXPECT_EQ(codec<std::string>::natural_type(), data_type{type_kind::text});
    EXPECT_EQ(codec<blob>::natural_type(), data_type{type_kind::blob});
    EXPECT_EQ(codec<uuid>::natural_type(), data_type{type_kind::uuid});
    EXPECT_EQ(codec<inet>::natural_type(), data_type{type_kind::inet});
    EXPECT_EQ(codec<timestamp>::natural_type(), data_type{type_kind::timestamp});
    EXPECT_EQ(codec<bool>::natural_type(), data_type{type_kind::boolean});
    EXPECT_EQ(codec<float>::natural_type(), data_type{type_kind::float_});
    EXPECT_EQ(codec<double>::natural_type(), data_type{type_kind::double_});
    EXPECT_EQ(
        (codec<std::map<std::string, std::vector<int>>>::natural_type()),
        data_type::map_of(type_kind::text, data_type::list_of(type_kind::int_))
    );
}

TEST(natural_types, take_null_unset_and_collections)
{
    bound_values values;
    bind_natural(values, null, unset, std::optional<int>{}, std::vector<std::string>{"a"}, "x");
    EXPECT_EQ(
        to_hex(values.bytes()),
        "ffffffff"
        "fffffffe"
        "ffffffff"
        "00000009000000010000000161"
        "0000000178"
    );
}

TEST(natural_types, report_a_value_that_does_not_fit_by_its_position)
{
    bound_values values;
    bind_natural(values, 1, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(
        values.error(),
        "value at position 1: 18446744073709551615 does not fit CQL type bigint (-9223372036854775808 to "
        "9223372036854775807)"
    );
}

}  // namespace
}  // namespace async_cassandra
