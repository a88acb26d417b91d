#pragma once
#include <cstdint>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/interval.hpp"

/// What all ways to rates have in common, whether scores are held or stream.
namespace fedfr::eval {

inline void require_rate(double rate) {
  if (!(rate > 0 && rate < 1)) throw UsageError("the false accept rate {} is not between 0 and 1", rate);
}

[[noreturn]] inline void refuse_score(float score) {
  throw DataError("a similarity score is {}: the model has diverged; lower the learning rate", score);
}

/// Undefined of nothing.
inline double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? kUndefined : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace fedfr::eval
