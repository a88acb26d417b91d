#include <fmt/format.h>

#include <cmath>

#include "fedfr/core/number_text.hpp"
#include "fedfr/core/version.hpp"
#include "fedfr/run/record/console.hpp"

// The lines of a run as text: banner, round, end. Pure functions of facts, so that tests compare whole lines.
// Scripts read them: their form is a promise.
namespace fedfr::run {

namespace {

std::string joined(const std::vector<NamedText>& facts) {
  std::string text;
  for (const auto& [name, what] : facts)
    text += fmt::format("{}{} {}", text.empty() ? "" : " | ", name, what);
  return text;
}

std::string count_of(std::int64_t number, const char* what) {
  return fmt::format("{} {}{}", with_commas(number), what, number == 1 ? "" : "s");
}

}  // namespace

std::string banner(const BannerFacts& facts, const Options& options) {
  std::string text =
      fmt::format("# fedfr {} commit {} {} {}\n", version(), commit(), compiler(), build_type());
  if (!facts.libraries.empty()) text += fmt::format("# {}\n", joined(facts.libraries));
  text += fmt::format("# {} on {} x {} | rank 0 {} {} | seed {} | config {}\n", count_of(facts.ranks, "rank"),
                      count_of(facts.hosts, "host"), count_of(facts.threads, "thread"), facts.host,
                      facts.device, options.seed, config_hash(options));
  if (!facts.processors.empty()) text += fmt::format("# {}\n", facts.processors);
  text += fmt::format("# model {}, {} | start {}\n", facts.model, count_of(facts.parameters, "parameter"),
                      facts.start);
  for (const auto& [name, what] : facts.datasets) text += fmt::format("# {} {}\n", name, what);
  text += fmt::format("# leaves a client: {}\n", facts.leaves_client);
  text += fmt::format("# options that differ from the defaults of {}, as a job file reads them:",
                      options.algorithm);
  for (const auto& line : changed_settings(options)) text += "\n" + line;
  return text;
}

std::string round_line(const RoundFacts& f) {
  const auto width = static_cast<int>(std::to_string(f.rounds).size());
  std::string text = fmt::format("round {:>{}}/{}  cohort {}  images {}  loss {}", f.round, width, f.rounds,
                                 f.cohort, with_commas(f.images), significant(f.loss, 4));
  std::string terms;
  for (const auto& [name, value] : f.terms)
    terms += fmt::format("{}{} {}", terms.empty() ? "" : ", ", name, significant(value, 4));
  if (!terms.empty()) text += fmt::format(" ({})", terms);
  if (f.hard_negatives) text += fmt::format("  hard negatives {}", with_commas(*f.hard_negatives));
  text += fmt::format("  lr {:.3g}", f.learning_rate);
  if (f.seconds > 0) text += fmt::format("  {:.0f} images/s", static_cast<double>(f.images) / f.seconds);
  for (const auto& [name, seconds] : f.phases) text += fmt::format("  {} {:.3g} s", name, seconds);
  text += fmt::format("  idle {} %", fixed(100 * f.idle_share, 0));
  for (const auto& [name, score] : f.scores) text += fmt::format("  {} {}", name, fixed(score, 4));
  if (f.round < f.rounds) text += fmt::format("  ETA {}", duration_text(f.seconds_left));
  return text;
}

std::string done_line(const DoneFacts& f) {
  return fmt::format(
      "DONE model_hash={} rounds={} seconds={:.1f} peak_memory_mb={:.0f} checkpoint={} output={}",
      f.model_hash, f.rounds, f.seconds, f.peak_memory_mb, f.checkpoint.string(), f.output.string());
}

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first_digit = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first_digit + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string duration_text(double seconds) {
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  constexpr double most = 1e9;  // hours and minutes say nothing of the rest
  if (!(seconds < most)) return fmt::format("{:.3g} h", seconds / 3600);
  const std::int64_t whole = std::llround(seconds);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace fedfr::run
