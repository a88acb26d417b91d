#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fedfr/core/pickle.hpp"
#include "pickle_input.hpp"

namespace fedfr::pickle {

using Items = std::vector<const Value*>;

/// What the machine of pickles holds: the values on its stack, the marks between them, and the memo. A value
/// that is asked for and not there is an error.
class Stack : public Input {
 public:
  using Input::Input;

  template <class Content>
  void push(Kind kind, Content content) {
    out_.values.push_back({kind, opcode_at(), std::move(content)});
    stack_.push_back(&out_.values.back());
  }

  /// Of values above the last mark.
  std::size_t count() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

  Value* top() const {
    if (count() == 0) fail("it takes a value that is not there");
    return stack_.back();
  }

  Value* pop() {
    Value* value = top();
    stack_.pop_back();
    return value;
  }

  /// Takes what lies above the last mark, and the mark.
  Items pop_items() {
    if (marks_.empty()) fail("it takes values from a mark that is not there");
    Items items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  /// As Python does, which drops a mark where nothing lies above it.
  void drop() {
    if (count() == 0 && !marks_.empty()) return marks_.pop_back();
    pop();
  }

  Items pop_items(std::size_t many) {
    if (count() < many) fail("it takes values that are not there");
    Items items(stack_.end() - static_cast<std::ptrdiff_t>(many), stack_.end());
    stack_.resize(stack_.size() - many);
    return items;
  }

  void push_again(Value* value) { stack_.push_back(value); }
  void mark() { marks_.push_back(stack_.size()); }

  // The memo, by which a pickle refers to a value again.

  void memorise(std::uint64_t number) { memo_[number] = top(); }
  void memorise_next() { memorise(memo_.size()); }
  void recall(std::uint64_t number) {
    const auto found = memo_.find(number);
    if (found == memo_.end()) fail("it recalls a value, number {}, that it has not kept", number);
    stack_.push_back(found->second);
  }

  const std::string& keep(std::optional<std::string> text) {
    if (!text) fail("a text is none of Python's");
    return out_.texts.emplace_back(*std::move(text));
  }

  /// What was read, whose root is on top.
  Pickle finish() {
    out_.root = pop();
    out_.end = at();
    return std::move(out_);
  }

 private:
  Pickle out_;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;  // how much of the stack lies below each
  std::unordered_map<std::uint64_t, Value*> memo_;
};

}  // namespace fedfr::pickle
