#include "fedfr/run/record/profile_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fedfr/core/number_text.hpp"
#include "fedfr/nn/kernels/kernel_spans.hpp"
#include "fedfr/run/record/console.hpp"

// From the spans of each rank to the table of all: a tree of phases, merged by name and place. Parts add up
// to their whole, since what lies in no part gets a line of its own.
namespace fedfr::run {

namespace {

constexpr double smallest_rest = 0.0005;     // of the run: a smaller rest has no line
constexpr std::size_t most_idle_lines = 16;  // ranks

double sum_of(const std::vector<ProfilePhase>& parts) {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const ProfilePhase& part) { return sum + part.seconds; });
}

ProfilePhase phase_at(const TracedThread& thread, int index) {
  const TracedPhase& traced = thread.phases[static_cast<std::size_t>(index)];
  ProfilePhase phase{.name = traced.name, .count = traced.count, .parts = {}};
  phase.seconds = phase.slowest = static_cast<double>(traced.nanoseconds) * 1e-9;
  std::int64_t rest = traced.nanoseconds;
  // Parents come before their children.
  for (int other = index + 1; other < std::ssize(thread.phases); ++other) {
    const TracedPhase& part = thread.phases[static_cast<std::size_t>(other)];
    if (part.parent != index) continue;
    phase.parts.push_back(phase_at(thread, other));
    rest -= part.nanoseconds;
  }
  if (phase.parts.empty()) return phase;
  const double seconds = static_cast<double>(rest) * 1e-9;
  phase.parts.push_back({rest_phase, traced.count, seconds, seconds, {}});
  return phase;
}

void merge(std::vector<ProfilePhase>& into, const std::vector<ProfilePhase>& more) {
  for (const auto& phase : more) {
    auto same = std::ranges::find(into, phase.name, &ProfilePhase::name);
    if (same == into.end()) {
      // The rest stays the last.
      const auto end = std::ranges::find(into, rest_phase, &ProfilePhase::name);
      same = into.insert(end, {.name = phase.name, .parts = {}});
    }
    same->count += phase.count;
    same->seconds += phase.seconds;
    same->slowest = std::max(same->slowest, phase.slowest);
    merge(same->parts, phase.parts);
  }
}

/// Seconds of all ranks, and those in convolutions and matrix products.
struct KernelTime {
  double whole = 0;
  double forward = 0;
  double backward = 0;
};

void add_kernels(const ProfilePhase& phase, bool in_backward, KernelTime& time) {
  if (nn::is_kernel(phase.name)) {
    (in_backward ? time.backward : time.forward) += phase.seconds;
    return;
  }
  for (const auto& part : phase.parts) add_kernels(part, in_backward || part.name == "backward", time);
}

/// Of all phases of that name.
void add_time_of(const std::string& name, const std::vector<ProfilePhase>& phases, KernelTime& time) {
  for (const auto& phase : phases) {
    if (phase.name != name) {
      add_time_of(name, phase.parts, time);
      continue;
    }
    time.whole += phase.seconds;
    add_kernels(phase, false, time);
  }
}

double percent(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

/// Empty where no kernel was measured.
std::string kernel_line(const std::vector<ProfilePhase>& threads) {
  KernelTime training, frozen;
  add_time_of("training steps", threads, training);
  add_time_of("frozen features", threads, frozen);
  if (training.forward + training.backward + frozen.forward <= 0) return {};
  std::string line = fmt::format(
      "convolutions and matrix products: {:.1f} % of training steps (forward {:.1f}, backward {:.1f})",
      percent(training.forward + training.backward, training.whole),
      percent(training.forward, training.whole), percent(training.backward, training.whole));
  if (frozen.whole > 0)
    line += fmt::format(", {:.1f} % of frozen features", percent(frozen.forward, frozen.whole));
  return line + "\n";
}

double waiting_seconds(const std::vector<ProfilePhase>& phases) {
  double seconds = 0;
  for (const auto& phase : phases)
    seconds += phase.name == waiting_phase ? phase.seconds : waiting_seconds(phase.parts);
  return seconds;
}

std::string idle_lines(const std::vector<RankProfile>& ranks) {
  std::vector<std::pair<double, std::string>> lines;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const double waits = waiting_seconds(ranks[rank].threads);
    const double whole = ranks[rank].threads.empty() ? 0 : ranks[rank].threads[0].seconds;
    lines.emplace_back(waits, fmt::format("  rank {} ({})  {:.3f} s, {:.1f} % of its run\n", rank,
                                          ranks[rank].host, waits, percent(waits, whole)));
  }
  std::string text = "idle, waiting for other ranks:\n";
  // Who waits least is who the others wait for.
  if (lines.size() > most_idle_lines) {
    text = fmt::format("idle, waiting for other ranks, the {} of {} ranks that wait least:\n",
                       most_idle_lines, lines.size());
    std::ranges::stable_sort(lines, {}, &std::pair<double, std::string>::first);
    lines.resize(most_idle_lines);
  }
  for (const auto& [seconds, line] : lines) text += line;
  return text;
}

/// What the lines of the table are relative to.
struct Scale {
  double ranks = 1;
  double run = 0;    // seconds, over ranks
  double least = 0;  // seconds, over ranks, that a line needs
};

void add_lines(const std::vector<ProfilePhase>& phases, std::size_t depth, const Scale& scale,
               std::string& text) {
  for (const auto& phase : phases) {
    if (phase.seconds < scale.least) continue;
    if (phase.name == rest_phase && phase.seconds < smallest_rest * scale.run) continue;
    const double each = phase.count > 0 ? 1e3 * phase.seconds / static_cast<double>(phase.count) : 0;
    text += fmt::format("{:<42} {:>9} {:>10} {:>10} {:>6} {:>12}\n", std::string(2 * depth, ' ') + phase.name,
                        phase.count, fixed(phase.seconds / scale.ranks, 3), fixed(phase.slowest, 3),
                        fixed(percent(phase.seconds, scale.run), 1), fixed(each, 3));
    add_lines(phase.parts, depth + 1, scale, text);
  }
}

void phase_to_json(nlohmann::json& json, const ProfilePhase& phase) {
  json = {{"name", phase.name}, {"count", phase.count}, {"seconds", phase.seconds}};
  json["parts"] = nlohmann::json::array();
  for (const auto& part : phase.parts) phase_to_json(json["parts"].emplace_back(), part);
}

ProfilePhase phase_from_json(const nlohmann::json& json) {
  ProfilePhase phase{.name = json.at("name"), .count = json.at("count"), .parts = {}};
  phase.seconds = phase.slowest = json.at("seconds");
  for (const auto& part : json.at("parts")) phase.parts.push_back(phase_from_json(part));
  return phase;
}

}  // namespace

RankProfile profile_of(const Trace& trace, const std::string& host) {
  RankProfile profile{.host = host, .wall_start = trace.wall_start, .cut = trace.cut, .threads = {}};
  for (const auto& traced : trace.threads) {
    ProfilePhase thread{.name = traced.name, .count = 1, .parts = {}};
    for (int i = 0; i < std::ssize(traced.phases); ++i)
      if (traced.phases[static_cast<std::size_t>(i)].parent < 0) thread.parts.push_back(phase_at(traced, i));
    thread.seconds = thread.slowest = sum_of(thread.parts);
    profile.threads.push_back(std::move(thread));
  }
  return profile;
}

std::vector<ProfilePhase> merged(const std::vector<RankProfile>& ranks) {
  std::vector<ProfilePhase> all;
  for (const auto& rank : ranks) merge(all, rank.threads);
  return all;
}

std::string profile_table(const std::vector<RankProfile>& ranks, double least_share) {
  const auto threads = merged(ranks);
  if (threads.empty()) return {};
  const double run = threads[0].seconds;
  const Scale scale{static_cast<double>(ranks.size()), run, least_share * run};
  std::string text =
      fmt::format("{:<42} {:>9} {:>10} {:>10} {:>6} {:>12}\n",
                  fmt::format("Where the time goes, {} rank{}", ranks.size(), ranks.size() == 1 ? "" : "s"),
                  "count", "mean s", "slowest s", "%", "ms a call");
  add_lines(threads[0].parts, 0, scale, text);
  for (const auto& thread : std::span(threads).subspan(1)) {
    text += fmt::format("meanwhile, thread {}\n", thread.name);
    add_lines(thread.parts, 1, scale, text);
  }
  text += kernel_line(threads);
  if (ranks.size() > 1) text += idle_lines(ranks);
  std::int64_t cut = 0;
  for (const auto& rank : ranks) cut += rank.cut;
  if (cut > 0)
    text += fmt::format(
        "the trace is cut: {} later spans of frequent phases are not in it; the times above have them\n",
        with_commas(cut));
  return text;
}

void to_json(nlohmann::json& json, const RankProfile& profile) {
  json = {{"host", profile.host}, {"wall_start", profile.wall_start}, {"cut", profile.cut}};
  json["threads"] = nlohmann::json::array();
  for (const auto& thread : profile.threads) phase_to_json(json["threads"].emplace_back(), thread);
}

void from_json(const nlohmann::json& json, RankProfile& profile) {
  profile = {
      .host = json.at("host"), .wall_start = json.at("wall_start"), .cut = json.at("cut"), .threads = {}};
  for (const auto& thread : json.at("threads")) profile.threads.push_back(phase_from_json(thread));
}

}  // namespace fedfr::run
