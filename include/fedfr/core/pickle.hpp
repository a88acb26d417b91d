#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Pickles of Python read as data, protocols 0 to 5. A pickle is a program for a stack machine that may call
/// anything; here nothing is called. What such a program would make of calls is kept as what it says: the
/// name of the callable, its arguments, its state. Names that the caller has not asked for are refused.
/// Source: the opcodes as Python's pickletools module documents them.
namespace fedfr::pickle {

enum class Kind : std::uint8_t {
  none,
  boolean,       ///< integer() is 0 or 1
  integer,       ///< of 64 bits
  long_integer,  ///< beyond; characters() are its bytes, two's complement, the lowest first
  real,
  text,
  bytes,       ///< bytes, bytearray and, of Python 2, str
  list,        ///< items()
  tuple,       ///< items()
  dictionary,  ///< dict, OrderedDict, defaultdict; items() are key, value, key, value, ...
  set,         ///< items(), in the order of the file
  global,      ///< characters() are its name with its module: "torch._utils._rebuild_tensor_v2"
  call,  ///< items() are the callable (a global), the tuple of arguments, and what was set up afterwards
  persistent,  ///< items() is what the program that wrote it calls it by
};

/// "a list", for messages.
std::string_view name(Kind kind);

/// One value of the tree. Its reader has seen to it that it may be walked by recursion: no value holds
/// itself.
struct Value {
  Kind kind = Kind::none;
  std::size_t offset = 0;  ///< in the bytes that were read, of what made it
  std::variant<std::int64_t, double, std::string_view, std::vector<const Value*>> content = {};

  bool is(Kind k) const { return kind == k; }
  // Each of these throws DataError, with the offset and without the file's name, for a value of another kind.
  std::int64_t integer() const;  ///< of boolean and integer
  double real() const;           ///< of real and integer
  /// Of text, bytes, global and long_integer. Lives as long as the bytes that were read and the Pickle.
  std::string_view characters() const;
  const std::vector<const Value*>& items() const;
  /// @returns what a dictionary has for this key, or null
  const Value* find(std::string_view key) const;
  /// Of a call, the name of what is called.
  std::string_view callee() const;
  /// Of a call.
  const std::vector<const Value*>& arguments() const;
  /// Of a call, what was set up afterwards, or null.
  const Value* state() const;
};

/// A pickle that has been read. Values point into it, and into the bytes.
struct Pickle {
  Pickle() = default;
  Pickle(Pickle&&) = default;
  Pickle& operator=(Pickle&&) = default;

  const Value* root = nullptr;
  std::size_t end = 0;  ///< offset behind it
  std::deque<Value> values;
  std::deque<std::string> texts;  ///< those that do not lie in the bytes as they are
};

/// Whether the reader may keep this name ("module.name") as that of a global. OrderedDict, defaultdict and
/// what makes bytes of text in old protocols are always kept.
using Accepts = std::function<bool(std::string_view)>;

/// Reads the pickle that begins at `begin`. What it allocates is in proportion to the pickle's length, and so
/// is the number of values that a walk over the tree meets, however often the pickle refers to one of them.
/// @param bytes  have to live as long as the result
/// @throws DataError without the file's name, with the offset: what is no pickle, a name that is not
/// accepted, a
///         value that holds itself, more than 100 levels, out-of-band buffers and registered extensions
Pickle read(std::span<const std::byte> bytes, const Accepts& accepts, std::size_t begin = 0);

}  // namespace fedfr::pickle
