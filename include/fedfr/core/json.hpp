#pragma once
#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// JSON that anybody may have written. The library alone keeps the last of two equal keys, lets a text nest
/// without end, though it copies and prints values by recursion, and casts any number to any type. What comes
/// out of here can be copied and printed, has no key twice, and its whole numbers fit where they are put.
namespace fedfr {

/// Of the library's family, so that one catch clause meets both.
struct JsonError : nlohmann::json::exception {
  explicit JsonError(const std::string& why) : exception(600, why.c_str()) {}
};

/// What a text may ask for. An ordered object looks at all of its keys to find one: allow only the few that
/// it has.
struct JsonLimits {
  std::size_t depth = 32;
  std::size_t keys = std::numeric_limits<std::size_t>::max();  ///< of one object
};

/// Takes at most some 50 bytes of memory for each byte of the text.
/// @tparam Json  nlohmann::json or nlohmann::ordered_json
/// @throws nlohmann::json::exception if the text is no JSON, not UTF-8, or beyond the limits
template <class Json = nlohmann::json>
Json parse_json(std::string_view text, JsonLimits limits = {});

/// @throws JsonError if it is anything but a whole number that T can hold
template <std::integral T, class Json>
T whole_number(const Json& json) {
  if (json.is_number_unsigned()) {
    if (const auto number = json.template get<std::uint64_t>(); std::in_range<T>(number))
      return static_cast<T>(number);
  } else if (json.is_number_integer()) {
    if (const auto number = json.template get<std::int64_t>(); std::in_range<T>(number))
      return static_cast<T>(number);
  }
  throw JsonError(fmt::format("expected a whole number from {} to {}", std::numeric_limits<T>::min(),
                              std::numeric_limits<T>::max()));
}

/// @throws JsonError if it is anything but an array of whole numbers that T can hold
template <std::integral T, class Json>
std::vector<T> whole_numbers(const Json& json) {
  if (!json.is_array()) throw JsonError("expected a list of whole numbers");
  std::vector<T> numbers;
  for (const auto& number : json) numbers.push_back(whole_number<T>(number));
  return numbers;
}

/// Valid UTF-8 whatever it holds: a byte that is none (a name of another time, in Latin-1) becomes the
/// character for that, U+FFFD. The library's own `dump` would throw.
/// @param indent  spaces a level; -1: all on one line
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fedfr
