// Drawn at most ten times a second, since a terminal far away is slower than training.
#include "fedfr/core/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace fedfr {

ProgressBar::ProgressBar(std::string label, std::int64_t total, bool visible)
    : label_(std::move(label)),
      total_(std::max<std::int64_t>(total, 1)),
      visible_(visible && isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (visible_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::set(std::int64_t done, const std::string& note) {
  done_ = done;
  constexpr double seconds_between_drawings = 0.1;
  if (!visible_ || (since_draw_.seconds() < seconds_between_drawings && done < total_)) return;
  since_draw_.restart();
  draw(note);
}

void ProgressBar::draw(const std::string& note) {
  constexpr std::int64_t width = 30;
  const double share = std::clamp(static_cast<double>(done_) / static_cast<double>(total_), 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  const double elapsed = since_start_.seconds();
  const double left = share > 0 ? elapsed / share - elapsed : 0;
  const auto line =
      fmt::format("\r{} [{}{}] {:3.0f}% {}/{} {:.0f}s left {}\x1b[K", label_, std::string(filled, '#'),
                  std::string(width - filled, '.'), share * 100, done_, total_, left, note);
  // Not fmt::print, which throws when the terminal has gone.
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace fedfr
