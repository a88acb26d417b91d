#include "fedfr/core/failure.hpp"

#include <cstdio>
#include <filesystem>
#include <ios>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <system_error>

// One place that knows the families of exceptions of all libraries in use. The idea: the exit code is for a
// scheduler, which tries a failed peer again elsewhere and must not do so where the data are at fault; so
// everything that a file can cause is an error of data. Asked from the most special family to the most
// general, since some derive from others.
namespace fedfr {

namespace {

std::string describe(const std::filesystem::filesystem_error& error) {
  std::string text = error.path1().empty() ? "a file" : error.path1().string();
  if (!error.path2().empty()) text += " and " + error.path2().string();
  return fmt::format("cannot use {}: {}", text, error.code().message());
}

/// Of the standard library, or of LibTorch for tensors on the host.
bool is_out_of_memory(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         dynamic_cast<const std::length_error*>(&error) != nullptr ||
         std::string_view(error.what()).find("DefaultCPUAllocator") != std::string_view::npos;
}

}  // namespace

Failure failure_of(const std::exception& error, ExitCode unknown) {
  if (const auto* own = dynamic_cast<const Error*>(&error)) return {own->code(), own->what()};
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error))
    return {ExitCode::data, describe(*file)};
  if (is_out_of_memory(error))
    return {ExitCode::data, "out of memory: there is not enough, or a file asks for more than there is"};
  if (dynamic_cast<const nlohmann::json::exception*>(&error) != nullptr)
    return {ExitCode::data, fmt::format("JSON that cannot be read or written: {}", error.what())};
  if (dynamic_cast<const std::system_error*>(&error) != nullptr)  // of fmt::print, streams, threads
    // Their texts do not name standard output, so its own note of a failure is looked at.
    return {ExitCode::data, std::ferror(stdout) != 0
                                ? fmt::format("standard output is incomplete: {}", error.what())
                                : error.what()};
  // What a text or a number in a file led to, before anybody had looked at it.
  const bool by_value = dynamic_cast<const std::logic_error*>(&error) != nullptr;
  return {by_value ? ExitCode::data : unknown, fmt::format("unexpected failure: {}", error.what())};
}

}  // namespace fedfr
