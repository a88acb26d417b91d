#include "program.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/version.hpp"

namespace fedfr::tool {

namespace {

int fail(const char* name, ExitCode code, const char* what) {
  fmt::print(stderr, "{}: {}\n", name, what);
  return static_cast<int>(code);
}

}  // namespace

int run_program(const char* name, int argc, char** argv, int (*run)(std::span<const std::string> words)) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (!words.empty() && words.front() == "--version") {
      fmt::print("{} {} commit {}\n", name, version(), commit());
      return 0;
    }
    return run(words);
  } catch (const Error& error) {
    return fail(name, error.code(), error.what());
  } catch (const std::exception& error) {
    return fail(name, ExitCode::data, error.what());
  }
}

}  // namespace fedfr::tool
