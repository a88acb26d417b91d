#pragma once
#include <cstdint>
#include <string>

#include "fedfr/core/clock.hpp"

namespace fedfr {

/// An in-place bar on standard error, drawn only where that is a terminal; logs and pipes get nothing.
class ProgressBar {
 public:
  /// @param visible  false on ranks other than 0
  ProgressBar(std::string label, std::int64_t total, bool visible = true);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();  ///< clears the line

  /// Draws at most ten times a second, and at the end.
  void set(std::int64_t done, const std::string& note = {});
  void advance(std::int64_t by = 1) { set(done_ + by); }

 private:
  void draw(const std::string& note);

  std::string label_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  bool visible_;
  Stopwatch since_start_;
  Stopwatch since_draw_;
};

}  // namespace fedfr
