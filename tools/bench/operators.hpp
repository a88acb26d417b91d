#pragma once
#include <functional>
#include <string>

namespace fedfr::bench {

/// The operators of LibTorch that `work` calls on this thread, by the time in each without those that it
/// calls.
/// @returns a table of the longest, with calls, milliseconds and share
std::string operator_times(const std::function<void()>& work);

}  // namespace fedfr::bench
