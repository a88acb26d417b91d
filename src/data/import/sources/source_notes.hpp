#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedfr/core/text_sorter.hpp"

namespace fedfr::data {

/// What a source says beside its images: what it does not take and why, by the hundred million if it must be.
class SourceNotes {
 public:
  /// @param scratch  folder for temporary files
  explicit SourceNotes(const std::filesystem::path& scratch) : left_out_(scratch), bad_(scratch) {}

  void leave_out(std::string_view why, std::string_view path) {
    left_out_.add(std::string(why) + '\0' + std::string(path));
  }
  /// @param text  what cannot be looked at or named, with the reason
  void note_bad(std::string_view text) { bad_.add(text); }
  /// @param text  what the user should know of the source
  void remark(std::string text) { remarks_.push_back(std::move(text)); }

  bool has_bad() const { return bad_.size() > 0; }
  const std::vector<std::string>& remarks() const { return remarks_; }

  // By text; each to be called once, when nothing more comes.
  void take_bad(const std::function<void(std::string_view text)>& take) {
    for (std::string_view text; bad_.next(text);) take(text);
  }
  void take_left_out(const std::function<void(std::string_view why, std::string_view path)>& take) {
    for (std::string_view text; left_out_.next(text);) {
      const auto zero = text.find('\0');
      take(text.substr(0, zero), text.substr(zero + 1));
    }
  }

 private:
  TextSorter left_out_;  // the reason, a zero, the path
  TextSorter bad_;
  std::vector<std::string> remarks_;
};

}  // namespace fedfr::data
