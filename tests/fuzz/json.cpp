// JSON as all readers of JSON take it: what is accepted is what the library alone makes of it, and can be
// printed.
#include "fedfr/core/json.hpp"

#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  nlohmann::json value;
  try {
    const fuzz::BoundedMemory bounded(size, 64);
    value = parse_json(text);
  } catch (const nlohmann::json::exception&) {
    return 0;
  }
  fuzz::require(value == nlohmann::json::parse(text) || value.dump() == nlohmann::json::parse(text).dump(),
                "read as the library reads it");
  fuzz::require(parse_json(value.dump()).dump() == value.dump(), "what is printed is read");
  try {
    const auto number = whole_number<std::int32_t>(value);
    fuzz::require(value.dump() == std::to_string(number) || value.dump() == "-0", "a number is what it says");
  } catch (const JsonError&) {
  }
  return 0;
}
