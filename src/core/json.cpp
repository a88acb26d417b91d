#include "fedfr/core/json.hpp"

// JSON of anybody's making becomes a value by a builder of our own, which refuses what the library would let
// pass (too deep, a key twice, too many keys) at the event where it shows, before memory is spent on the rest
// of the text.
namespace fedfr {

namespace {

/// Builds a value from the parser's events. The library's own builder that one can look over the shoulder of
/// searches all of an object each time that an object in it ends.
template <class Json>
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(JsonLimits limits) : limits_(limits) {}

  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(typename Json::binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    if (open_.back()->size() >= limits_.keys)
      throw JsonError(fmt::format("an object has more than {} keys", limits_.keys));
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, ...".
    const std::string_view text = error.what();
    const auto end = text.find("] ");
    throw JsonError(std::string(text.substr(end == std::string_view::npos ? 0 : end + 2)));
  }

 private:
  Json& put(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    Json& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back(std::move(value));
    const auto [place, fresh] = parent.emplace(key_, std::move(value));
    if (!fresh) throw JsonError(fmt::format("'{}' stands twice", key_));
    return *place;
  }

  bool add(Json value) {
    put(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (open_.size() == limits_.depth)
      throw JsonError(fmt::format("it nests more than {} deep", limits_.depth));
    // Stays where it is: nothing is added to its parent before it closes.
    open_.push_back(&put(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  JsonLimits limits_;
  Json root_;
  // From the outermost to the innermost. Pointers into the value that is being built.
  std::vector<Json*> open_;
  std::string key_;
};

}  // namespace

template <class Json>
Json parse_json(std::string_view text, JsonLimits limits) {
  Builder<Json> builder(limits);
  Json::sax_parse(text, &builder);
  return builder.take();
}

template nlohmann::json parse_json(std::string_view, JsonLimits);
template nlohmann::ordered_json parse_json(std::string_view, JsonLimits);

}  // namespace fedfr
