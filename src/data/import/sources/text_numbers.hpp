#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fedfr::data {

/// Numbers different texts in the order in which they are met, from 0.
class TextNumbers {
 public:
  std::uint32_t number(std::string_view text) {
    if (last_ != nullptr && *last_ == text) return last_number_;  // people lie together as a rule
    const auto [entry, is_new] =
        numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
    if (is_new) texts_.push_back(&entry->first);
    last_ = &entry->first;
    return last_number_ = entry->second;
  }

  const std::vector<const std::string*>& texts() const { return texts_; }  ///< by number

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> texts_;
  const std::string* last_ = nullptr;
  std::uint32_t last_number_ = 0;
};

}  // namespace fedfr::data
