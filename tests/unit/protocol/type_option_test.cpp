// SPDX-License-Identifier: Apache-2.0
#include "protocol/type_option.hpp"

#include "unit/protocol/vectors.hpp"

#include <gtest/gtest.h>

namespace async_cassandra {
namespace {

std::string repeat(const std::string& text, std::size_t count)
{
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

const char* failure(const std::string& hex)
{
    const test::exact_bytes data{test::from_hex(hex)};
    protocol::reader in{data.span()};
    static_cast<void>(protocol::type_reader{in}.read());
    return in.error().rule;
}

TEST(type_option, that_is_truncated_anywhere_is_an_error)
{
    for (const auto& v : test::read_vectors("type_option"))
        for (std::size_t length = 0; length < v.get("hex").size(); length += 2)
            EXPECT_NE(failure(v.get("hex").substr(0, length)), nullptr) << v.name << " cut to " << length / 2;
}

TEST(type_option, of_the_old_text_number_is_text)
{
    const test::bytes data = test::from_hex("000a");
    protocol::reader in{data};
    EXPECT_EQ(protocol::type_reader{in}.read(), data_type{type_kind::text});
}

TEST(type_option, with_an_unknown_number_is_an_error)
{
    for (const auto* hex : {"0016", "001f", "0023", "0032", "ffff"})
        EXPECT_STREQ(failure(hex), "a type has an id that is not known");
}

TEST(type_option, may_nest_to_a_limit)
{
    EXPECT_EQ(failure(repeat("0020", 31) + "0009"), nullptr);
    EXPECT_STREQ(failure(repeat("0020", 32) + "0009"), "types nest too deeply");
    EXPECT_STREQ(failure(repeat("0020", 100'000)), "types nest too deeply");
    EXPECT_STREQ(failure(repeat("00310001", 100'000)), "types nest too deeply");
    EXPECT_STREQ(failure(repeat("003000000000000100016b", 100'000)), "types nest too deeply");
}

TEST(type_option, counts_are_bounded_for_the_whole_message)
{
    EXPECT_STREQ(failure("0031ffff0009"), "a count promises more than there is");
    EXPECT_STREQ(failure("003000000000ffff0000"), "a count promises more than there is");
    // Five tuples of 65535 elements, all of them there: more types than a message may describe.
    const std::string tuple = "0031ffff" + repeat("0009", 65'535);
    EXPECT_EQ(failure(tuple), nullptr);
    EXPECT_STREQ(failure("00310005" + repeat(tuple, 5)), "a message describes too many types");
}

constexpr const char* marshal = "org.apache.cassandra.db.marshal.";

// What a class name is read as, or the rule that it breaks.
std::string of_class(const std::string& name)
{
    base::byte_buffer out;
    protocol::writer w{out};
    w.u16(0);
    w.string(name);
    protocol::reader in{out.bytes()};
    const data_type type = protocol::type_reader{in}.read();
    return in.failed() ? in.error().rule : type.to_string();
}

std::string of_marshal_class(const std::string& name)
{
    return of_class(marshal + name);
}

// R22
TEST(type_class_name, of_a_cql_type_is_that_type)
{
    const std::string prefix = marshal;
    EXPECT_EQ(of_marshal_class("VectorType(" + prefix + "FloatType , 3)"), "vector<float, 3>");
    EXPECT_EQ(of_marshal_class("VectorType(FloatType,1536)"), "vector<float, 1536>");
    EXPECT_EQ(of_class("DurationType"), "duration");
    EXPECT_EQ(of_marshal_class("SimpleDateType"), "date");
    EXPECT_EQ(
        of_marshal_class("VectorType(" + prefix + "VectorType(" + prefix + "UTF8Type , 1) , 2)"),
        "vector<vector<text, 1>, 2>"
    );
    EXPECT_EQ(
        of_marshal_class(
            "FrozenType(" + prefix + "MapType(" + prefix + "UTF8Type," + prefix + "ReversedType(" + prefix +
            "ListType(" + prefix + "IntegerType))))"
        ),
        "map<text, list<varint>>"
    );
    EXPECT_EQ(
        of_marshal_class("TupleType(Int32Type,SetType( TimeUUIDType ),ByteType)"),
        "tuple<int, set<timeuuid>, tinyint>"
    );
    EXPECT_EQ(
        of_marshal_class("VectorType(UserType(shop,61646472,737472656574:UTF8Type,7a6970:Int32Type) , 2)"),
        "vector<shop.addr, 2>"
    );
}

TEST(type_class_name, of_a_user_type_has_its_fields)
{
    base::byte_buffer out;
    protocol::writer w{out};
    const data_type addr = data_type::udt_of(
        "ks", "Adr\u00e9", {"street", "zip"}, {type_kind::text, data_type::list_of(type_kind::int_)}
    );
    const data_type made = data_type::vector_of(addr, 7);
    protocol::write_type(w, made);
    protocol::reader in{out.bytes()};
    EXPECT_EQ(protocol::type_reader{in}.read(), made);
    EXPECT_FALSE(in.failed());
}

TEST(type_class_name, of_anything_else_is_custom_as_it_stands)
{
    EXPECT_EQ(of_class("com.example.Odd(x => 'y', (z))"), "'com.example.Odd(x => 'y', (z))'");
    EXPECT_EQ(
        of_marshal_class("CompositeType(UTF8Type,Int32Type)"),
        "'" + (marshal + std::string{"CompositeType(UTF8Type,Int32Type)'"})
    );
    EXPECT_EQ(of_marshal_class("EmptyType"), "'" + (marshal + std::string{"EmptyType'"}));
    EXPECT_EQ(of_marshal_class("ListType(com.example.Odd(1, (2)))"), "list<'com.example.Odd(1, (2))'>");
}

TEST(type_class_name, that_is_malformed_is_an_error)
{
    for (const auto* name :
         {"VectorType",
          "VectorType(",
          "VectorType(FloatType)",
          "VectorType(FloatType , )",
          "VectorType(FloatType , 3",
          "VectorType(FloatType , 3))",
          "VectorType(FloatType , 3)x",
          "ListType()",
          "ListType(",
          "MapType(UTF8Type)",
          "TupleType(Int32Type,)",
          "UserType()",
          "UserType(ks)",
          "UserType(ks,616)",
          "UserType(ks,xy)",
          "UserType(ks,61,62)",
          "UserType(ks,61,6g:Int32Type)",
          "ListType(com.example.Odd((1))",
          "Composite((",
          "(((((",
          ")",
          "VectorType(,3)"}) {
        const std::string told = of_marshal_class(name);
        // Alone the name of a class is a custom type.
        if (std::string{name} == "VectorType")
            EXPECT_EQ(told, std::string{"'"} + marshal + "VectorType'");
        else
            EXPECT_TRUE(
                told.find("malformed") != std::string::npos || told.find("impossible") != std::string::npos
            ) << name
              << " gave " << told;
    }
    for (const auto* dimension : {"0", "-1", "2147483648", "4294967297", "1.5", "x"})
        EXPECT_EQ(
            of_marshal_class(std::string{"VectorType(TextType , "} + dimension + ")"),
            "a vector has an impossible dimension"
        );
    EXPECT_EQ(
        of_marshal_class("VectorType(VectorType(VectorType(LongType , 2147483647) , 2147483647) , 2147483647)"
        ),
        "a vector has an impossible dimension"
    );
}

TEST(type_class_name, nests_and_counts_to_the_same_limits)
{
    EXPECT_EQ(of_marshal_class(repeat("FrozenType(", 31) + "Int32Type" + repeat(")", 31)), "int");
    EXPECT_EQ(
        of_marshal_class(repeat("FrozenType(", 32) + "Int32Type" + repeat(")", 32)), "types nest too deeply"
    );
    EXPECT_EQ(of_marshal_class(repeat("ListType(", 7000)), "types nest too deeply");
    EXPECT_EQ(of_marshal_class("TupleType" + repeat("(", 60'000)), "the class name of a type is malformed");
    // Each option of 65,509 bytes describes more than 10,000 types.
    const std::string wide = marshal + ("TupleType(" + repeat("A.a,", 16'000) + "A.a)");
    base::byte_buffer out;
    protocol::writer w{out};
    w.u16(0x31);
    w.u16(20);
    for (int i = 0; i < 20; ++i) {
        w.u16(0);
        w.string(wide);
    }
    protocol::reader in{out.bytes()};
    static_cast<void>(protocol::type_reader{in}.read());
    EXPECT_STREQ(in.error().rule, "a message describes too many types");
}

}  // namespace
}  // namespace async_cassandra
