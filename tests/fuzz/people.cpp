// Files with names of people.
#include "fedfr/data/split/people.hpp"

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fuzz::BoundedMemory bounded(size, 128);
    const auto people = data::parse_people(fuzz::text_of(data, size), "who.txt");
    fuzz::require(!people.empty(), "there are people");
    for (const auto& name : people) fuzz::require(!name.empty() && is_utf8(name), "a person has a name");
  } catch (const Error&) {
  }
  return 0;
}
