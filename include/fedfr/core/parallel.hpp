#pragma once
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "fedfr/core/processors.hpp"

namespace fedfr {

/// @throws PeerError that says what limits threads, where the system refuses one more
template <class Work>
std::jthread start_thread(Work&& work) {
  try {
    return std::jthread(std::forward<Work>(work));
  } catch (const std::system_error& error) {
    throw_no_thread(error);
  }
}

/// Calls work(i) for every i in [0, count) on `threads` threads, the caller's among them.
/// @throws what a call threw (one of them, if several did), or PeerError if a thread cannot be started; after
/// all threads have ended
template <class Work>
void parallel_for(std::size_t count, int threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto take_turns = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  {
    // Joined at the end of this scope: only then is `failure` read, and what the threads refer to still
    // lives.
    std::vector<std::jthread> helpers;
    try {
      for (int thread = 1; thread < threads; ++thread) helpers.push_back(start_thread(take_turns));
    } catch (...) {
      next = count;  // those that have started need not do all the work before anybody hears of it
      throw;
    }
    take_turns();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace fedfr
