// A pickle, all of whose names are accepted.
#include "fedfr/core/pickle.hpp"

#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

namespace {

/// A walk by recursion, as readers of formats make it.
std::size_t walk(const pickle::Value& value, std::size_t level) {
  fuzz::require(level <= 100, "levels are bounded");
  std::size_t values = 1;
  if (const auto* items = std::get_if<std::vector<const pickle::Value*>>(&value.content))
    for (const auto* item : *items) values += walk(*item, level + 1);
  if (value.is(pickle::Kind::dictionary)) {
    fuzz::require(value.items().size() % 2 == 0, "each key has a value");
    value.find("state_dict");
  }
  if (value.is(pickle::Kind::call)) {
    fuzz::require(!value.callee().empty() && value.arguments().size() < 1U << 20U,
                  "a call has a name and arguments");
    fuzz::require((value.state() != nullptr) == (value.items().size() > 2), "what was set up is found");
  }
  return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const fuzz::BoundedMemory bounded(size, 160);
    const auto pickle = pickle::read(bytes, [](std::string_view) { return true; });
    fuzz::require(pickle.end <= size, "a pickle ends within the bytes");
    fuzz::require(walk(*pickle.root, 1) <= 64 * pickle.end, "a walk takes time in proportion to the bytes");
  } catch (const Error&) {
  }
  return 0;
}
