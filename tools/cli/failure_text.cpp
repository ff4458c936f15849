// SPDX-License-Identifier: Apache-2.0
#include "failure_text.hpp"

#include <async_cassandra/error.hpp>

#include <boost/core/demangle.hpp>

#include <typeinfo>

namespace async_cassandra::cli {

std::string failure_text(const std::exception& thrown)
{
    const auto* const ours = dynamic_cast<const error*>(&thrown);
    return "async-cassandra: " + (ours != nullptr ? ours->details().describe() : std::string{thrown.what()}) +
           "\n";
}

std::string failure_class(const std::exception_ptr& thrown)
{
    constexpr std::string_view ours = "async_cassandra::";
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        std::string name = boost::core::demangle(typeid(e).name());
        if (name.starts_with(ours))
            name.erase(0, ours.size());
        return name;
    } catch (...) {
        return "no std::exception";
    }
}

}  // namespace async_cassandra::cli
