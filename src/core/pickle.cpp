#include "fedfr/core/pickle.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>

#include "pickle_stack.hpp"
#include "pickle_text.hpp"
#include "pickle_tree.hpp"

// The stack machine of pickles. One idea: an opcode makes at most one value, of a fixed size beside the items
// that lie on the stack, and texts stay where they are in the bytes; so all that is allocated is in
// proportion to what was read. The few opcodes that could copy what is there already have an allowance of as
// many items as the pickle has bytes. Opcodes and their arguments: Python's pickletools.
namespace fedfr::pickle {

namespace {

static_assert(std::endian::native == std::endian::little, "numbers in pickles are little-endian");

/// Values of a tree for each byte of its pickle: far more than what programs write, which refer to a value
/// again by two bytes.
constexpr std::size_t most_values_a_byte = 64;

bool is_ordered_dictionary(std::string_view name) {
  return name == "collections.OrderedDict" || name == "collections.defaultdict";
}

bool makes_bytes(std::string_view name) {
  return name == "_codecs.encode" || name == "__builtin__.bytearray" || name == "builtins.bytearray" ||
         name == "__builtin__.bytes" || name == "builtins.bytes";
}

class Reader : Stack {
 public:
  Reader(std::span<const std::byte> bytes, const Accepts& accepts, std::size_t begin)
      : Stack(bytes, begin), accepts_(accepts), begin_(begin) {}

  Pickle run() {
    while (true) {
      const char opcode = take_opcode();
      if (opcode == '.') break;
      if (!read_number(opcode) && !read_text(opcode) && !build_collection(opcode) && !read_stack(opcode) &&
          !read_object(opcode))
        fail("the opcode {:#04x} is none of a file's pickle", static_cast<unsigned char>(opcode));
    }
    Pickle pickle = finish();
    check_tree(*pickle.root, most_values_a_byte * (pickle.end - begin_));
    return pickle;
  }

 private:
  // Opcodes, by what they make; false: none of these.

  bool read_number(char opcode) {
    switch (opcode) {
      case 'N':
        push(Kind::none, std::int64_t{0});
        return true;
      case '\x88':
        push(Kind::boolean, std::int64_t{1});
        return true;
      case '\x89':
        push(Kind::boolean, std::int64_t{0});
        return true;
      case 'K':
        push(Kind::integer, std::int64_t{take_number<std::uint8_t>()});
        return true;
      case 'M':
        push(Kind::integer, std::int64_t{take_number<std::uint16_t>()});
        return true;
      case 'J':
        push(Kind::integer, std::int64_t{take_number<std::int32_t>()});
        return true;
      case 'I':
        read_line_of_integer();
        return true;
      case 'L':
        read_line_of_long();
        return true;
      case '\x8a':
        push_long(take_counted<std::uint8_t>());
        return true;
      case '\x8b':
        push_long(take_counted<std::uint32_t>());
        return true;
      case 'F':
        push(Kind::real, take_decimal<double>(take_line()));
        return true;
      case 'G': {  // the only number with its highest byte first
        const auto bits = __builtin_bswap64(take_number<std::uint64_t>());
        push(Kind::real, std::bit_cast<double>(bits));
        return true;
      }
      default:
        return false;
    }
  }

  void read_line_of_integer() {
    const auto line = take_line();
    if (line == "00" || line == "01")
      push(Kind::boolean, std::int64_t{line == "01"});
    else
      push(Kind::integer, take_decimal<std::int64_t>(line));
  }

  void read_line_of_long() {
    auto line = take_line();
    if (line.ends_with('L')) line.remove_suffix(1);
    push(Kind::integer, take_decimal<std::int64_t>(line));
  }

  void push_long(std::string_view twos_complement) {
    if (twos_complement.size() > sizeof(std::int64_t)) return push(Kind::long_integer, twos_complement);
    const bool negative = !twos_complement.empty() && (twos_complement.back() & '\x80') != 0;
    std::int64_t number = negative ? -1 : 0;
    std::memcpy(&number, twos_complement.data(), twos_complement.size());
    push(Kind::integer, number);
  }

  bool read_text(char opcode) {
    switch (opcode) {
      case '\x8c':
        push(Kind::text, take_counted<std::uint8_t>());
        return true;
      case 'X':
        push(Kind::text, take_counted<std::uint32_t>());
        return true;
      case '\x8d':
        push(Kind::text, take_counted<std::uint64_t>());
        return true;
      case 'V':
        push(Kind::text, std::string_view(keep(from_raw_unicode(take_line()))));
        return true;
      case 'C':
      case 'U':
        push(Kind::bytes, take_counted<std::uint8_t>());
        return true;
      case 'B':
      case 'T':
        push(Kind::bytes, take_counted<std::uint32_t>());
        return true;
      case '\x8e':
      case '\x96':
        push(Kind::bytes, take_counted<std::uint64_t>());
        return true;
      case 'S':
        push(Kind::bytes, std::string_view(keep(unquoted(take_line()))));
        return true;
      default:
        return false;
    }
  }

  bool build_collection(char opcode) {
    switch (opcode) {
      case ')':
        push(Kind::tuple, Items{});
        return true;
      case '\x85':
        push(Kind::tuple, pop_items(1));
        return true;
      case '\x86':
        push(Kind::tuple, pop_items(2));
        return true;
      case '\x87':
        push(Kind::tuple, pop_items(3));
        return true;
      case 't':
        push(Kind::tuple, pop_items());
        return true;
      case ']':
        push(Kind::list, Items{});
        return true;
      case 'l':
        push(Kind::list, pop_items());
        return true;
      case 'a':
        extend(Kind::list, pop_items(1));
        return true;
      case 'e':
        extend(Kind::list, pop_items());
        return true;
      case '}':
        push(Kind::dictionary, Items{});
        return true;
      case 'd':
        push(Kind::dictionary, pairs(pop_items()));
        return true;
      case 's':
        extend(Kind::dictionary, pop_items(2));
        return true;
      case 'u':
        extend(Kind::dictionary, pairs(pop_items()));
        return true;
      case '\x8f':
        push(Kind::set, Items{});
        return true;
      case '\x90':
        extend(Kind::set, pop_items());
        return true;
      case '\x91':
        push(Kind::set, pop_items());
        return true;
      default:
        return false;
    }
  }

  Items pairs(Items items) const {
    if (items.size() % 2 != 0) fail("a dictionary has a key without a value");
    return items;
  }

  void extend(Kind kind, const Items& more) {
    Value* collection = top();
    if (collection->is(Kind::call)) {  // of a class that is made from such a collection
      push(kind, more);
      return set_up(pop());
    }
    if (!collection->is(kind)) fail("it adds to {} as to {}", name(collection->kind), name(kind));
    auto& items = std::get<Items>(collection->content);
    items.insert(items.end(), more.begin(), more.end());
  }

  bool read_stack(char opcode) {
    switch (opcode) {
      case '(':
        mark();
        return true;
      case '0':
        drop();
        return true;
      case '1':
        pop_items();
        return true;
      case '2':
        push_again(top());
        return true;
      case 'p':
        memorise(take_decimal<std::uint64_t>(take_line()));
        return true;
      case 'q':
        memorise(take_number<std::uint8_t>());
        return true;
      case 'r':
        memorise(take_number<std::uint32_t>());
        return true;
      case '\x94':
        memorise_next();
        return true;
      case 'g':
        recall(take_decimal<std::uint64_t>(take_line()));
        return true;
      case 'h':
        recall(take_number<std::uint8_t>());
        return true;
      case 'j':
        recall(take_number<std::uint32_t>());
        return true;
      case '\x80':
        check_protocol(take_number<std::uint8_t>());
        return true;
      // How long the next part is, for those who read a pickle as it comes in.
      case '\x95':
        take_number<std::uint64_t>();
        return true;
      default:
        return false;
    }
  }

  void check_protocol(unsigned protocol) const {
    constexpr unsigned newest = 5;
    if (protocol > newest) fail("it is of protocol {}; fedfr reads 0 to {}", protocol, newest);
  }

  bool read_object(char opcode) {
    switch (opcode) {
      case 'c': {
        const auto module = take_line();
        push_global(module, take_line());
        return true;
      }
      case '\x93': {
        const Items names = pop_items(2);
        push_global(names[0]->characters(), names[1]->characters());
        return true;
      }
      case 'R':
      case '\x81': {
        const Items parts = pop_items(2);
        call(parts[0], parts[1]);
        return true;
      }
      case 'i':
        instantiate_named();
        return true;
      case 'o':
        instantiate();
        return true;
      case 'b':
        set_up(pop());
        return true;
      case 'Q':
        push(Kind::persistent, pop_items(1));
        return true;
      case 'P': {
        push(Kind::text, take_line());
        push(Kind::persistent, pop_items(1));
        return true;
      }
      default:
        return false;
    }
  }

  void instantiate_named() {
    const auto module = take_line();
    push_global(module, take_line());
    const Value* callable = pop();
    push(Kind::tuple, pop_items());
    call(callable, pop());
  }

  void instantiate() {
    const Items parts = pop_items();
    if (parts.empty()) fail("it makes an object of nothing");
    push(Kind::tuple, Items(parts.begin() + 1, parts.end()));
    call(parts.front(), pop());
  }

  void push_global(std::string_view module, std::string_view name) {
    // What is refused is not kept, and what is accepted is short.
    if (module.size() + name.size() > longest_name)
      fail("it names something of {} characters", module.size() + name.size());
    std::string full = fmt::format("{}.{}", module, name);
    if (!is_ordered_dictionary(full) && !makes_bytes(full) && !accepts_(full))
      fail("it wants to use '{}', which is no data: fedfr runs nothing of a file", printable(full));
    push(Kind::global, std::string_view(keep(std::move(full))));
  }

  void call(const Value* callable, const Value* arguments) {
    if (!callable->is(Kind::global)) fail("it calls {}", name(callable->kind));
    if (!arguments->is(Kind::tuple)) fail("it calls something with {} for arguments", name(arguments->kind));
    if (is_ordered_dictionary(callable->characters())) return push(Kind::dictionary, pairs_of(*arguments));
    if (makes_bytes(callable->characters())) return push(Kind::bytes, bytes_of(*arguments));
    push(Kind::call, Items{callable, arguments});
  }

  /// OrderedDict([(key, value), ...]), as Python 2 wrote it.
  Items pairs_of(const Value& arguments) {
    Items out;
    if (arguments.items().empty() || !arguments.items()[0]->is(Kind::list)) return out;
    const Items& list = arguments.items()[0]->items();
    allow(list.size());
    for (const Value* pair : list) {
      if (pair->items().size() != 2) fail("a dictionary has a pair of {}", pair->items().size());
      out.insert(out.end(), pair->items().begin(), pair->items().end());
    }
    return out;
  }

  /// encode(text, 'latin1'), bytearray(text, 'latin-1') and bytes(), as protocols below 3 have them.
  std::string_view bytes_of(const Value& arguments) {
    if (arguments.items().empty()) return {};
    const Value* text = arguments.items()[0];
    if (text->is(Kind::bytes)) return text->characters();
    const auto encoding = arguments.items().size() == 2 ? arguments.items()[1]->characters() : "";
    if (!text->is(Kind::text) || (encoding != "latin1" && encoding != "latin-1"))
      fail("it makes bytes of {} in the encoding '{}'", name(text->kind), printable(encoding));
    // Once for each text, however often it is asked for.
    const auto found = encoded_.find(text);
    if (found != encoded_.end()) return found->second;
    return encoded_[text] = keep(to_latin_1(text->characters()));
  }

  void allow(std::size_t items) {
    copied_ += items;
    if (copied_ > size()) fail("it copies the same values again and again");
  }

  void set_up(const Value* state) {
    Value* object = top();
    // Of a dictionary it is what else its maker has hung on it, for example the versions of a model's parts.
    if (object->is(Kind::dictionary)) return;
    if (!object->is(Kind::call)) fail("it sets up {}", name(object->kind));
    std::get<Items>(object->content).push_back(state);
  }

  static constexpr std::size_t longest_name = 1000;

  const Accepts& accepts_;
  std::size_t begin_;
  std::size_t copied_ = 0;
  std::unordered_map<const Value*, std::string_view> encoded_;
};

}  // namespace

Pickle read(std::span<const std::byte> bytes, const Accepts& accepts, std::size_t begin) {
  if (begin > bytes.size()) throw DataError("there is no pickle at its byte {}", begin);
  return Reader(bytes, accepts, begin).run();
}

}  // namespace fedfr::pickle
