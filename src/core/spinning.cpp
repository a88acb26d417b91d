#include "fedfr/core/spinning.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

// OpenMP knows no call that says how long a waiting thread spins; there are only variables, one a library,
// read when it is loaded. So this sets the environment for a program that is started afterwards, and never
// overrules a user who has set any of them.
namespace fedfr {

namespace {

struct Setting {
  const char* variable;
  const char* value;
};
// The library of GCC, which comes with LibTorch, counts looks, of 15 to 60 ns each; the one of LLVM and
// Intel, which other builds of LibTorch use, milliseconds.
constexpr Setting ours[] = {{"GOMP_SPINCOUNT", "1000"}, {"KMP_BLOCKTIME", "1"}};
constexpr const char* standard = "OMP_WAIT_POLICY";  // of OpenMP: active or passive

}  // namespace

bool limit_spinning() {
  if (std::getenv(standard) != nullptr) return false;
  for (const auto& [variable, value] : ours)
    if (std::getenv(variable) != nullptr) return false;
  for (const auto& [variable, value] : ours) setenv(variable, value, /*overwrite=*/0);
  return true;
}

std::string describe_spinning() {
  std::string settings;
  bool all_ours = true;
  for (const char* variable : {standard, ours[0].variable, ours[1].variable}) {
    const char* value = std::getenv(variable);
    if (value != nullptr) settings += fmt::format("{}{}={}", settings.empty() ? "" : " ", variable, value);
  }
  for (const auto& [variable, value] : ours) {
    const char* set = std::getenv(variable);
    all_ours = all_ours && set != nullptr && std::string_view(set) == value;
  }
  if (settings.empty()) return "spin for long";
  if (all_ours && std::getenv(standard) == nullptr)
    return fmt::format("spin briefly, then sleep ({})", settings);
  return fmt::format("as the environment says ({})", settings);
}

}  // namespace fedfr
