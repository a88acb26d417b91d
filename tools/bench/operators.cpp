#include "operators.hpp"

#include <ATen/record_function.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "fedfr/core/clock.hpp"

// A profile by operator, through LibTorch's observer. Operators call operators: the stack of open ones tells
// how much of each belongs to those within it, so that no time counts twice.
namespace fedfr::bench {

namespace {

struct Total {
  double seconds = 0;
  int calls = 0;
};

struct Open {
  Stopwatch watch;
  double inner = 0;  // seconds of operators that this one has called
};

struct Trace {
  std::map<std::string, Total> totals;
  std::vector<Open> open;
};
thread_local Trace* trace = nullptr;

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& /*function*/) {
  trace->open.emplace_back();
  return nullptr;
}

void end(const at::RecordFunction& function, at::ObserverContext* /*none*/) {
  const Open done = trace->open.back();
  trace->open.pop_back();
  const double seconds = done.watch.seconds();
  if (!trace->open.empty()) trace->open.back().inner += seconds;
  Total& total = trace->totals[function.name()];
  total.seconds += seconds - done.inner;
  ++total.calls;
}

}  // namespace

std::string operator_times(const std::function<void()>& work) {
  Trace mine;
  trace = &mine;
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end));
  const Stopwatch watch;
  work();
  const double whole = watch.seconds();
  at::removeCallback(handle);
  trace = nullptr;
  std::vector<std::pair<std::string, Total>> sorted(mine.totals.begin(), mine.totals.end());
  std::ranges::sort(sorted, std::greater{}, [](const auto& entry) { return entry.second.seconds; });
  constexpr std::size_t longest = 25;
  sorted.resize(std::min(sorted.size(), longest));
  std::string text = fmt::format("{:<48} {:>7} {:>10} {:>7}\n", "operator", "calls", "ms", "share");
  for (const auto& [name, total] : sorted)
    text += fmt::format("{:<48} {:>7} {:>10.2f} {:>6.1f}%\n", name, total.calls, total.seconds * 1e3,
                        100 * total.seconds / whole);
  return text;
}

}  // namespace fedfr::bench
