#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/storage/dataset.hpp"

// fedfr-data verify: lists all damage before it fails, so that one pass tells which files have to come back.
namespace fedfr::tool {

namespace po = boost::program_options;

namespace {

constexpr const char* about =
    R"(Reads all of a dataset, compares every checksum and lists what is damaged (exit code 3).

  fedfr-data verify DATASET

Example:
  fedfr-data verify parts/clients
)";

}  // namespace

int run_verify(std::span<const std::string> args) {
  std::string dataset;
  po::options_description described("options", 110);
  described.add_options()("dataset", path_option(dataset)->required(),
                          "dataset to check; the first word as well");
  if (!parse(args, described, {"dataset"}, about)) return 0;
  const auto damage = data::verify_checksums(dataset);
  for (const auto& found : damage) fmt::print("{}\n", found.what);
  const auto unreadable = std::ranges::count_if(damage, &data::Damage::unreadable);
  if (const auto damaged = std::ssize(damage) - unreadable; damaged > 0)
    throw DataError(
        "{} is damaged in {} place(s), listed above: restore these files or make the dataset anew", dataset,
        damaged);
  if (unreadable > 0)
    throw DataError(
        "{} could not be checked in {} place(s), listed above, which may be whole: see to it that they can "
        "be "
        "read, and verify it again",
        dataset, unreadable);
  fmt::print("{}: every checksum holds\n", dataset);
  return 0;
}

}  // namespace fedfr::tool
