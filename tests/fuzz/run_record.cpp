// data.json and numerics.json of a run, whichever the first byte says.
#include <unistd.h>

#include <filesystem>

#include "changed_file.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/run/record/data_record.hpp"
#include "fedfr/run/record/numerics.hpp"
#include "support.hpp"

using namespace fedfr;
namespace fs = std::filesystem;

namespace {

/// A file in memory.
struct File {
  ~File() { fs::remove(path); }
  fs::path path = fs::path("/dev/shm") / ("fedfr_fuzz_record_" + std::to_string(::getpid()));
};

void read_data(const fs::path& path) {
  const auto data = run::load_data_record(path);
  fuzz::require(data && run::differences(*data, *data).empty(), "a record does not differ from itself");
  fuzz::require(run::with_names_of(*data, data->benchmarks).size() == data->benchmarks.size(),
                "as many benchmarks");
}

void read_numerics(const fs::path& path) {
  for (const auto& period : run::load_numerics(path)) {
    fuzz::require(run::differences(period.numerics, period.numerics).empty(), "numerics are themselves");
    for (const auto& difference : run::differences(period.numerics, {}))
      fuzz::require(!run::describe(difference).empty(), "a difference can be told");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const File file;
  if (size < 1) return 0;
  fuzz::write(file.path, std::string(fuzz::text_of(data + 1, size - 1)));
  try {
    const fuzz::BoundedMemory bounded(size + 1024, 200);  // a file is read in blocks
    data[0] % 2U == 0 ? read_data(file.path) : read_numerics(file.path);
  } catch (const Error&) {
  }
  return 0;
}
