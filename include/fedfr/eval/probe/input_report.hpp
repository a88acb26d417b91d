#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/eval/interval.hpp"
#include "fedfr/eval/probe/input_variant.hpp"

/// Whether images lie in front of a network as those did that it was trained on. Red and blue exchanged, or
/// another crop, is the commonest silent error of face recognition: everything works, a few percent worse.
namespace fedfr::eval {

struct VariantScore {
  InputVariant variant;
  double separation = kUndefined;  ///< d' of the sample's pairs (separation.hpp)
  Interval gain;                   ///< of d' over that of the images as they are, when people are drawn
};

struct InputReport {
  std::vector<VariantScore> variants;  ///< as they are first
  std::int64_t people = 0;
  std::int64_t images = 0;

  const VariantScore& as_they_are() const { return variants.front(); }
  /// The best of the other variants; as they are, where there is none.
  const VariantScore& best_other() const;
  /// That one, if nobody would call it chance: the network tells people apart with it, the gain is a share of
  /// d' that matters, and its whole interval is above zero.
  const VariantScore* clearly_better() const;
};

/// A line for each variant.
std::string table_of(const InputReport& report);

/// What a user should know and do, in one sentence.
/// @param dataset  as the user calls it
std::string sentence_of(const InputReport& report, const std::string& dataset);

}  // namespace fedfr::eval
