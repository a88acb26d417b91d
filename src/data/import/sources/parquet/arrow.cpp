// Arrow's libraries have 70 MB, which would double the time in which a program that reads no Parquet starts,
// and without which it would not start at all. So they come with a module that is loaded when it is needed.
#include "arrow.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "fedfr/core/error.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/data/import/importer.hpp"

namespace fedfr::data {

namespace {

struct Module {
  decltype(&fedfr_open_parquet) open = nullptr;
  decltype(&fedfr_arrow_version) version = nullptr;
  std::string trouble{};
};

Module load() {
  const auto file = (own_program().parent_path() / FEDFR_MODULES / "fedfr_arrow.so").lexically_normal();
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown))
    return {.trouble = "it was built without Apache Arrow (see Installation in the README)"};
  // Stays loaded until the end: Arrow has threads and destructors of its own.
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return {.trouble = fmt::format("its module cannot be loaded: {}", ::dlerror())};
  Module module{
      .open = reinterpret_cast<decltype(&fedfr_open_parquet)>(::dlsym(handle, "fedfr_open_parquet")),
      .version = reinterpret_cast<decltype(&fedfr_arrow_version)>(::dlsym(handle, "fedfr_arrow_version"))};
  if (module.open == nullptr || module.version == nullptr)
    return {.trouble = fmt::format("{} is none of its modules: install fedfr again", file.string())};
  return module;
}

const Module& module() {
  static const Module loaded = load();
  return loaded;
}

}  // namespace

std::string parquet_support() {
  return module().trouble.empty() ? fmt::format("Parquet by Apache Arrow {}", module().version())
                                  : "no Parquet: " + module().trouble;
}

std::unique_ptr<ParquetFile> open_parquet(const ParquetBytes& bytes) {
  if (!module().trouble.empty()) throw UsageError("this fedfr cannot read Parquet: {}", module().trouble);
  return std::unique_ptr<ParquetFile>(module().open(bytes));
}

}  // namespace fedfr::data
