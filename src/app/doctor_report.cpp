#include "doctor_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/version.hpp"

// Collects findings and prints each when it is there: a later check may hang, and then the last line tells
// which.
namespace fedfr::app {

namespace {

const char* word(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warn:
      return "warn";
    case Verdict::fail:
      return "fail";
  }
  return "";
}

}  // namespace

bool DoctorReport::check(const std::string& name, const std::function<Finding()>& work) {
  Finding finding;
  try {
    finding = work();
  } catch (const Error& error) {
    // What only this rank knows of leaves the others waiting: there is no report to go on with.
    if (comm_.size() > 1 && dynamic_cast<const comm::AgreedError*>(&error) == nullptr) throw;
    finding = {Verdict::fail, error.what(), "", error.code()};
  }
  if (comm_.rank() == 0) {
    fmt::print("{:4}  {:10}  {}\n", word(finding.verdict), name, finding.text);
    if (!finding.advice.empty()) fmt::print("{:18}-> {}\n", "", finding.advice);
    std::fflush(stdout);
  }
  entries_.push_back({name, std::move(finding)});
  return entries_.back().finding.verdict != Verdict::fail;
}

std::ptrdiff_t DoctorReport::count(Verdict verdict) const {
  return std::ranges::count(entries_, verdict, [](const Entry& entry) { return entry.finding.verdict; });
}

std::string DoctorReport::summary() const {
  return fmt::format("{} ok, {} warn, {} fail", count(Verdict::ok), count(Verdict::warn),
                     count(Verdict::fail));
}

ExitCode DoctorReport::outcome() const {
  const auto first =
      std::ranges::find(entries_, Verdict::fail, [](const Entry& entry) { return entry.finding.verdict; });
  return first == entries_.end() ? ExitCode::done : first->finding.code;
}

void DoctorReport::save(const std::filesystem::path& file) const {
  auto checks = nlohmann::json::array();
  for (const auto& [name, finding] : entries_)
    checks.push_back({{"check", name},
                      {"verdict", word(finding.verdict)},
                      {"text", finding.text},
                      {"advice", finding.advice}});
  const nlohmann::json all = {{"version", version()},
                              {"ranks", comm_.size()},
                              {"exit_code", static_cast<int>(outcome())},
                              {"checks", checks}};
  replace_file(file, json_text(all, 2) + "\n");
}

}  // namespace fedfr::app
