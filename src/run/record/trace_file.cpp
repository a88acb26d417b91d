#include "fedfr/run/record/trace_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>

#include "fedfr/core/json.hpp"

// A trace as a file for viewers. Each rank makes the text of its own events, so that rank 0 only has to
// write; the clocks of the ranks meet at the wall time at which each trace began.
namespace fedfr::run {

namespace {

using Json = nlohmann::json;

/// A line about the rank, or about one of its threads.
std::string metadata(const char* kind, int rank, std::size_t thread, const Json& args) {
  return json_text(Json{{"name", kind}, {"ph", "M"}, {"pid", rank}, {"tid", thread}, {"args", args}});
}

std::string arguments(const TracedEvent& event) {
  std::string text;
  if (event.round > 0) text += fmt::format(",\"round\":{}", event.round);
  if (event.client >= 0) text += fmt::format(",\"client\":{}", event.client);
  if (event.step > 0) text += fmt::format(",\"step\":{}", event.step);
  return text.empty() ? text : text.substr(1);
}

}  // namespace

std::string trace_file_head() { return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"; }

std::string trace_events(const Trace& trace, int rank, const std::string& host, std::int64_t zero) {
  constexpr double microseconds = 1e-3;
  std::string text = metadata("process_name", rank, 0, {{"name", fmt::format("rank {} ({})", rank, host)}}) +
                     ",\n" + metadata("process_sort_index", rank, 0, {{"sort_index", rank}});
  for (std::size_t thread = 0; thread < trace.threads.size(); ++thread) {
    text += ",\n" + metadata("thread_name", rank, thread + 1, {{"name", trace.threads[thread].name}});
    text += ",\n" + metadata("thread_sort_index", rank, thread + 1, {{"sort_index", thread}});
  }
  const std::int64_t later = trace.wall_start - zero;
  for (std::size_t thread = 0; thread < trace.threads.size(); ++thread) {
    const auto& [name, phases, events] = trace.threads[thread];
    for (const TracedEvent& event : events)
      // By hand, since there may be a million of them. Names are the program's own and need no escapes.
      fmt::format_to(std::back_inserter(text),
                     ",\n{{\"name\":\"{}\",\"ph\":\"X\",\"ts\":{:.3f},\"dur\":{:.3f},\"pid\":{},\"tid\":{},"
                     "\"args\":{{{}}}}}",
                     phases[static_cast<std::size_t>(event.phase)].name,
                     static_cast<double>(event.begin + later) * microseconds,
                     static_cast<double>(event.nanoseconds) * microseconds, rank, thread + 1,
                     arguments(event));
  }
  return text;
}

std::string trace_file_tail(std::int64_t zero, std::int64_t cut) {
  const auto seconds = static_cast<std::time_t>(zero / 1'000'000'000);
  const Json about = {{"zero", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds))},
                      {"events_cut", cut}};
  return fmt::format("\n],\"otherData\":{}}}\n", json_text(about));
}

}  // namespace fedfr::run
