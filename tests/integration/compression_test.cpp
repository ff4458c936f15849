// SPDX-License-Identifier: Apache-2.0
#include "integration/real_node.hpp"

#include <string>

// A real node compresses its answers and reads compressed requests; what is compared are values that came back.
namespace async_cassandra::integration {
namespace {

struct wire_form {
    protocol_version version;
    compression how;
};

class compressed_node : public testing::TestWithParam<wire_form> {
protected:
    void SetUp() override
    {
        cluster_config config = node_config(GetParam().version);
        config.compression = GetParam().how;
        db_.emplace(config, "integration");
        table_ = "compressed_" + std::string{to_string(GetParam().how)} +
                 (GetParam().version == protocol_version::v4 ? "_v4" : "_v5");
        db_->execute(statement{"DROP TABLE IF EXISTS " + table_});
        db_->execute(statement{"CREATE TABLE " + table_ + " (p int, k int, v blob, PRIMARY KEY (p, k))"});
        insert_ = db_->prepare("INSERT INTO " + table_ + " (p, k, v) VALUES (?, ?, ?)");
    }

    // Of what compresses well, or not at all.
    static blob value_of(std::size_t size, bool noise)
    {
        blob value(size);
        std::uint32_t seed = 1;
        for (std::byte& b : value) {
            seed = seed * 1'664'525U + 1'013'904'223U;
            b = noise ? static_cast<std::byte>(seed >> 24U) : static_cast<std::byte>('x');
        }
        return value;
    }

    void expect_back(std::int32_t partition, const std::vector<blob>& values) const
    {
        for (std::size_t k = 0; k < values.size(); ++k)
            db_->execute(insert_.bind(partition, static_cast<std::int32_t>(k), values[k]));
        const result_set rows =
            db_->execute(statement{"SELECT v FROM " + table_ + " WHERE p = " + std::to_string(partition)});
        std::vector<blob> back;
        for (auto found : rows)
            back.push_back(found.get<blob>(0));
        EXPECT_EQ(back.size(), values.size());
        EXPECT_TRUE(back == values);
    }

    std::optional<blocking_client> db_;
    std::string table_;
    prepared_statement insert_;
};

TEST_P(compressed_node, rows_of_a_megabyte_come_back)
{
    expect_back(1, {value_of(1'000'000, false), value_of(1'000'000, true), value_of(1'000'000, false)});
}

TEST_P(compressed_node, tiny_and_empty_rows_come_back)
{
    std::vector<blob> values;
    for (std::size_t i = 0; i < 300; ++i)
        values.push_back(value_of(i % 40, i % 3 == 0));
    expect_back(2, values);
}

TEST_P(compressed_node, errors_are_read)
{
    const auto error =
        thrown_by<invalid_request>([&] { db_->execute(statement{"SELECT * FROM no_such_table"}); });
    ASSERT_TRUE(error);
    EXPECT_NE(std::string{error->what()}.find("no_such_table"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    forms,
    compressed_node,
    testing::Values(
        wire_form{protocol_version::v4, compression::lz4},
        wire_form{protocol_version::v4, compression::snappy},
        wire_form{protocol_version::v5, compression::lz4}
    ),
    [](const auto& form) {
        return std::string{form.param.version == protocol_version::v4 ? "v4_" : "v5_"} +
               std::string{to_string(form.param.how)};
    }
);

}  // namespace
}  // namespace async_cassandra::integration
