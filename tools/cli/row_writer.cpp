// SPDX-License-Identifier: Apache-2.0
#include "row_writer.hpp"

namespace async_cassandra::cli {

std::unique_ptr<row_writer> make_row_writer(row_format format)
{
    switch (format) {
    case row_format::table: return make_table_writer();
    case row_format::json: return make_json_writer();
    case row_format::csv: return make_csv_writer();
    }
    return nullptr;
}

}  // namespace async_cassandra::cli
