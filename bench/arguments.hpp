// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace async_cassandra::bench {

class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Walks `--name value` arguments; both `--name value` and `--name=value` are understood.
class argument_walk {
public:
    argument_walk(int count, char** arguments) : count_(count), arguments_(arguments) {}

    bool next()
    {
        if (has_value_)
            throw usage_error(name_ + " takes no value");
        if (++index_ >= count_)
            return false;
        name_ = arguments_[index_];
        const auto equals = name_.find('=');
        has_value_ = equals != std::string::npos;
        if (has_value_) {
            value_ = name_.substr(equals + 1);
            name_.resize(equals);
        }
        return true;
    }

    const std::string& name() const { return name_; }

    std::string text()
    {
        if (has_value_) {
            has_value_ = false;
            return value_;
        }
        if (++index_ >= count_)
            throw usage_error(name_ + " needs a value");
        return arguments_[index_];
    }

    std::uint64_t number(std::uint64_t least, std::uint64_t most)
    {
        const std::string given = text();
        std::uint64_t value = 0;
        const char* const end = given.data() + given.size();
        const auto [stop, error] = std::from_chars(given.data(), end, value);
        if (error != std::errc{} || stop != end || value < least || value > most) {
            throw usage_error(
                name_ + " wants a number from " + std::to_string(least) + " to " + std::to_string(most) +
                ", not '" + given + "'"
            );
        }
        return value;
    }

private:
    int count_;
    char** arguments_;
    int index_ = 0;
    std::string name_;
    std::string value_;
    bool has_value_ = false;
};

}  // namespace async_cassandra::bench
