#pragma once
#include <filesystem>
#include <vector>

/// The names of a run's checkpoints. They are ordered by their numbers, not as texts: round_10000.ckpt is
/// newer than round_9999.ckpt.
namespace fedfr::run {

std::filesystem::path checkpoint_path(const std::filesystem::path& folder, int completed_rounds);

/// The rounds of the checkpoints in a folder, newest first; none where there is no folder. Whatever else lies
/// there is passed over.
/// @throws AccessError naming the folder if it is there but cannot be read
std::vector<int> checkpoint_rounds(const std::filesystem::path& folder);

}  // namespace fedfr::run
