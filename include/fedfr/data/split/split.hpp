#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fedfr/data/split/split_plan.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// What one written dataset holds, counted on what was written.
struct SplitPart {
  std::string name;  ///< of the folder: "clients", "public" (or "public_0", ...), "heldout"
  std::int64_t clients = 0;
  std::int64_t identities = 0;
  std::int64_t train_images = 0;
  std::int64_t test_images = 0;
};

struct SplitReport {
  std::int64_t input_identities = 0;
  std::int64_t input_images = 0;
  std::vector<SplitPart> parts;
  std::vector<Dropped> dropped;
};

/// Writes the parts of a plan as datasets below `folder`, which appears complete or not at all, then opens
/// them again and proves that no identity lies in two places (clients of one set included) and that all
/// images are accounted for.
/// @param plan      made from index_collection(collection).counts()
/// @param complete  called with the folder while it still has a temporary name: what it adds there appears
///                  with the parts
/// @throws DataError if the folder exists, or the proof fails (naming identity and places)
SplitReport write_split(
    const Dataset& collection, const SplitPlan& plan, const std::filesystem::path& folder,
    const std::function<void(const std::filesystem::path&, const SplitReport&)>& complete = {});

/// The report as a table, with the proof in words.
std::string describe(const SplitReport& report);

}  // namespace fedfr::data
