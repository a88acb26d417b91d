// What is being done changes seldom and is several words: a mutex. That it goes on is told from inner loops,
// while data are copied or read: a counter without one.
#include "fedfr/core/activity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>

namespace fedfr {

namespace {

struct Record {
  std::mutex mutex;
  Activity activity;
  std::atomic<std::uint64_t> signs{0};
  std::atomic<int> waits{0};
};

Record& record() {
  static Record the_record;
  return the_record;
}

void set(const Activity& activity) {
  {
    const std::lock_guard lock(record().mutex);
    record().activity = activity;
  }
  sign_of_life();
}

}  // namespace

std::string describe(const Activity& activity) {
  std::string text = activity.phase.data();
  if (text.empty()) text = "starting";
  if (activity.round > 0) text += fmt::format(", round {}", activity.round);
  if (activity.client >= 0) text += fmt::format(", client {}", activity.client);
  if (activity.step > 0) text += fmt::format(", step {} of {}", activity.step, activity.steps);
  return text;
}

Activity current_activity() {
  const std::lock_guard lock(record().mutex);
  return record().activity;
}

ActivityScope::ActivityScope(const Activity& activity)
    : before_(current_activity()), exceptions_(std::uncaught_exceptions()) {
  set(activity);
}

ActivityScope::~ActivityScope() {
  if (std::uncaught_exceptions() == exceptions_) set(before_);
}

ActivityScope doing(std::string_view phase) {
  Activity activity = current_activity();
  activity.phase = {};
  std::copy_n(phase.begin(), std::min(phase.size(), activity.phase.size() - 1), activity.phase.begin());
  return ActivityScope(activity);
}

ActivityScope in_round(int round) {
  Activity activity = current_activity();
  activity.round = round;
  return ActivityScope(activity);
}

ActivityScope with_client(ClientId client) {
  Activity activity = current_activity();
  activity.client = value(client);
  return ActivityScope(activity);
}

void at_step(std::int64_t step, std::int64_t steps) {
  Activity activity = current_activity();
  activity.step = step;
  activity.steps = steps;
  set(activity);
}

// Relaxed, here and below: the numbers are only compared with what they were, no other memory is published by
// them, and this stands in inner loops.
void sign_of_life() noexcept { record().signs.fetch_add(1, std::memory_order_relaxed); }

std::uint64_t signs_of_life() noexcept { return record().signs.load(std::memory_order_relaxed); }

WaitScope::WaitScope() noexcept { record().waits.fetch_add(1, std::memory_order_relaxed); }

WaitScope::~WaitScope() {
  // With a sign: whoever looks only before and after a short wait must not take the two for one stretch of
  // work.
  record().waits.fetch_sub(1, std::memory_order_relaxed);
  sign_of_life();
}

bool is_waiting() noexcept { return record().waits.load(std::memory_order_relaxed) > 0; }

}  // namespace fedfr
