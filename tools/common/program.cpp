#include "program.hpp"

#include <fmt/format.h>

#include <exception>
#include <vector>

#include "fedfr/core/failure.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/core/version.hpp"

// The frame of all programs but fedfr itself. What they print is part of their result: a line that could not
// be written (a full disk, a closed pipe) is an error, which shows at the last flush.
namespace fedfr::tool {

int run_program(const char* name, int argc, char** argv, int (*run)(std::span<const std::string> words),
                std::string (*parts)()) {
  prepare_standard_streams();
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    int code = 0;
    if (!words.empty() && words.front() == "--version")
      fmt::print("{} {} commit {}{}\n", name, version(), commit(), parts != nullptr ? "\n" + parts() : "");
    else
      code = run(words);
    finish_standard_output();
    return code;
  } catch (const std::exception& error) {
    const Failure failure = failure_of(error, ExitCode::data);
    complain(fmt::format("{}: {}", name, failure.text));
    return static_cast<int>(failure.code);
  }
}

}  // namespace fedfr::tool
