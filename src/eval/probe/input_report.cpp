#include "fedfr/eval/probe/input_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fedfr/core/number_text.hpp"

namespace fedfr::eval {

namespace {

// Of d'. By the MobileFaceNet of InsightFace LFW with exchanged colours is 7 % off, moved by 8 of 112 pixels
// 9 to 40 %; another draw of people moves a gain by some percent.
constexpr double clear_gain = 0.05;
constexpr double least_gain = 0.01;       // the lower end of its interval
constexpr double least_separation = 0.5;  // below it a network tells nobody apart, whatever the variant

std::string interval_text(const Interval& interval) {
  return interval.defined()
             ? fmt::format("{} to {}", signed_fixed(interval.low, 2), signed_fixed(interval.high, 2))
             : "n/a";
}

/// What may be the matter, and what to do.
std::string advice_for(const InputVariant& variant) {
  if (variant.exchanged)
    return "they were stored as BGR, or the weights want BGR: import from the original files, or use weights "
           "that were trained on RGB";
  return "they are cropped in another way than those that the weights were trained on: align them by five "
         "points (fedfr-data import --landmarks), or use weights for this crop";
}

}  // namespace

const VariantScore& InputReport::best_other() const {
  const auto of = [](const VariantScore& score) {
    return std::isnan(score.separation) ? -1.0 : score.separation;
  };
  return variants.size() < 2 ? variants.front()
                             : *std::max_element(variants.begin() + 1, variants.end(),
                                                 [&](const auto& a, const auto& b) { return of(a) < of(b); });
}

const VariantScore* InputReport::clearly_better() const {
  const VariantScore& best = best_other();
  const double before = as_they_are().separation;
  const bool clear = best.separation > least_separation && best.gain.defined() &&
                     best.separation - before > clear_gain * std::abs(before) &&
                     best.gain.low > least_gain * std::abs(before);
  return clear ? &best : nullptr;
}

std::string table_of(const InputReport& report) {
  std::string text = fmt::format("{:<28}{:>6}   {}\n", "images", "d'", "gain (95 %)");
  for (const auto& [variant, separation, gain] : report.variants)
    text += fmt::format("{:<28}{:>6}   {}\n", text_of(variant),
                        std::isnan(separation) ? "n/a" : fixed(separation, 2),
                        variant.as_it_is() ? "" : interval_text(gain));
  return text;
}

std::string sentence_of(const InputReport& report, const std::string& dataset) {
  const double before = report.as_they_are().separation;
  if (const auto* better = report.clearly_better())
    return fmt::format(
        "{}: the network tells people apart clearly better with the images {}: d' {} instead of {} (95 % of "
        "the gain: {}; {} people, {} images); {}",
        dataset, text_of(better->variant), fixed(better->separation, 2), fixed(before, 2),
        interval_text(better->gain), report.people, report.images, advice_for(better->variant));
  if (std::isnan(before))
    return fmt::format("{}: the network has no embedding, or always the same one, for what was tried of it",
                       dataset);
  if (before < least_separation)
    return fmt::format(
        "{}: the network tells hardly anybody apart (d' {}), so nothing can be said of how the images lie",
        dataset, fixed(before, 2));
  const VariantScore& best = report.best_other();
  return fmt::format(
      "{}: the images lie as the network expects them: d' {} as they are, {} at best otherwise ({})", dataset,
      fixed(before, 2), fixed(best.separation, 2), text_of(best.variant));
}

}  // namespace fedfr::eval
