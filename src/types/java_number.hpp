// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace async_cassandra::types {

/// A finite number as Java writes it up to version 18, and therefore the JSON of Cassandra up to 5.0: "1.0", "0.001",
/// "1.0E7", "1.4E-45". It reads back as the same number, but for about a tenth of all floats it has a digit more than
/// that takes ("4.95433023E11").
void append_java_number(std::string& out, float value);
void append_java_number(std::string& out, double value);

}  // namespace async_cassandra::types
