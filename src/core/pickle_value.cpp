#include <fmt/format.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/pickle.hpp"

// What a reader of some format asks of the values of a pickle: a value of another kind than expected is an
// error with its place.
namespace fedfr::pickle {

namespace {

[[noreturn]] void unexpected(const Value& value, std::string_view wanted) {
  throw DataError("its byte {} begins {} where {} is expected", value.offset, name(value.kind), wanted);
}

template <class T>
const T& content_of(const Value& value, std::string_view wanted) {
  const auto* content = std::get_if<T>(&value.content);
  if (content == nullptr) unexpected(value, wanted);
  return *content;
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return "a truth value";
    case Kind::integer:
      return "an integer";
    case Kind::long_integer:
      return "an integer of more than 64 bits";
    case Kind::real:
      return "a floating-point number";
    case Kind::text:
      return "a text";
    case Kind::bytes:
      return "bytes";
    case Kind::list:
      return "a list";
    case Kind::tuple:
      return "a tuple";
    case Kind::dictionary:
      return "a dictionary";
    case Kind::set:
      return "a set";
    case Kind::global:
      return "the name of something";
    case Kind::call:
      return "an object";
    case Kind::persistent:
      return "a reference to something outside";
  }
  return "an unknown value";
}

std::int64_t Value::integer() const {
  if (!is(Kind::integer) && !is(Kind::boolean)) unexpected(*this, "an integer");
  return content_of<std::int64_t>(*this, "an integer");
}

double Value::real() const {
  if (is(Kind::integer)) return static_cast<double>(integer());
  return content_of<double>(*this, "a number");
}

std::string_view Value::characters() const { return content_of<std::string_view>(*this, "a text"); }

const std::vector<const Value*>& Value::items() const {
  return content_of<std::vector<const Value*>>(*this, "a collection");
}

const Value* Value::find(std::string_view key) const {
  if (!is(Kind::dictionary)) unexpected(*this, "a dictionary");
  const auto& pairs = items();
  // As in Python, the last of equal keys counts.
  for (std::size_t i = pairs.size(); i >= 2; i -= 2) {
    const Value& own = *pairs[i - 2];
    if ((own.is(Kind::text) || own.is(Kind::bytes)) && own.characters() == key) return pairs[i - 1];
  }
  return nullptr;
}

std::string_view Value::callee() const {
  if (!is(Kind::call)) unexpected(*this, "an object");
  return items()[0]->characters();
}

const std::vector<const Value*>& Value::arguments() const {
  if (!is(Kind::call)) unexpected(*this, "an object");
  return items()[1]->items();
}

const Value* Value::state() const {
  if (!is(Kind::call)) unexpected(*this, "an object");
  return items().size() > 2 ? items().back() : nullptr;
}

}  // namespace fedfr::pickle
