#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/nn/tensor_file.hpp"

/// Whether two runs have the same bits, and where and why not.
namespace fedfr::run {

/// Two models of one layout that differ.
struct ModelDifference {
  std::string file;               ///< where in both run directories: "checkpoint/round_0003.ckpt"
  std::string first;              ///< first differing tensor, in the order of the file
  std::int64_t first_values = 0;  ///< how many of its values differ
  std::int64_t tensors = 0;       ///< how many differ
  std::int64_t of_tensors = 0;    ///< of how many
  double largest = 0;             ///< absolute difference of two values, over all tensors
  /// The most float32 numbers between two values; absent if one is not finite.
  std::optional<std::int64_t> ulps{};
};

/// @returns nothing if all tensors have the same bits
/// @throws DataError naming `file` if the tensors have other names or shapes
std::optional<ModelDifference> compare_models(const std::string& file, const nn::TensorFile& a,
                                              const nn::TensorFile& b);

struct RunComparison {
  int rounds_a = 0;  ///< that are in the metrics
  int rounds_b = 0;
  std::optional<int> parts_at;           ///< the first round with other bits; 0: the start
  std::optional<ModelDifference> model;  ///< in the first file after that which both still have
  std::vector<std::string> other_files;  ///< personal models that differ
  std::vector<std::string> reasons;  ///< what they were made with and differs: "option lr: '0.1' and '0.2'"

  bool equal() const { return rounds_a == rounds_b && !parts_at && !model && other_files.empty(); }
};

/// Reads the metrics, the models and the records of two run directories.
/// @throws DataError naming what is missing or damaged
RunComparison compare_runs(const std::filesystem::path& a, const std::filesystem::path& b);

/// Some lines for people.
std::string report(const RunComparison& comparison);
nlohmann::json to_json(const RunComparison& comparison);

}  // namespace fedfr::run
