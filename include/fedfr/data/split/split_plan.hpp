#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Which identity goes where. Planning needs only the number of images of each identity, so it can be tested
/// and reproduced without pixels.
namespace fedfr::data {

/// One identity's images in its new place, as ascending positions among all its images (0 is its first).
struct AssignedIdentity {
  std::int64_t identity = 0;  ///< index into image_counts; its index in the assignment is its new label
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> test;
  std::int64_t images() const { return std::ssize(train) + std::ssize(test); }
  bool operator==(const AssignedIdentity&) const = default;
};
using Assignment = std::vector<AssignedIdentity>;

/// Images that go nowhere, and why.
struct Dropped {
  std::string reason;
  std::int64_t identities = 0;  ///< that lose all their images
  std::int64_t images = 0;
};

struct SplitPlan {
  std::vector<Assignment> clients;
  std::vector<Assignment> public_parts;
  Assignment heldout;
  std::vector<Dropped> dropped;
};

/// Clients of equal or skewed size, a held-out set for verification and the public set.
struct SplitRecipe {
  std::int64_t clients = 8;
  std::int64_t identities_per_client = 10;                       ///< the mean, when alpha_identities skews it
  std::optional<std::int64_t> public_identities = std::nullopt;  ///< nothing: all that are left
  std::int64_t heldout_identities = 0;
  /// Of each client identity; nothing: test_share of them.
  std::optional<std::int64_t> test_images = std::nullopt;
  double test_share = 0.2;      ///< in [0, 1)
  std::int64_t min_images = 2;  ///< bounds for client identities, inclusive
  std::optional<std::int64_t> max_images = std::nullopt;
  std::int64_t public_min_images = 1;  ///< bounds for public identities, inclusive
  std::optional<std::int64_t> public_max_images = std::nullopt;
  std::int64_t heldout_min_images = 2;  ///< bounds for held-out identities, inclusive
  std::optional<std::int64_t> heldout_max_images = std::nullopt;
  std::optional<double> alpha_identities = std::nullopt;  ///< Dirichlet skew of identities over clients, > 0
  /// Dirichlet skew of images over the identities of a client, > 0.
  std::optional<double> alpha_images = std::nullopt;
};

/// Every client gets at least one identity (two where there are enough), every client identity at least one
/// training image; test images are drawn at random. Deterministic in the arguments.
/// @param image_counts  [I] images of each identity, in the order of their first image
/// @throws UsageError if the recipe is impossible, saying how many identities are eligible
SplitPlan plan_split(std::span<const std::int64_t> image_counts, const SplitRecipe& recipe,
                     std::uint64_t seed);

/// The split of the method's released program (all bounds exclusive). Identities in the order of their first
/// image are shuffled by Python's random.seed(seed); the first half (rounded down) supplies client
/// identities, the other half public ones, each in shuffled order; the first `test_images` images of a client
/// identity are its test images.
struct ReleasedRecipe {
  std::int64_t clients = 40;
  std::int64_t client_identities = 4000;
  std::int64_t public_identities = 6000;
  std::int64_t public_parts = 1;  ///< equal; the first ones get what remains
  std::int64_t test_images = 40;
  std::int64_t client_above = 100, client_below = 110;
  std::int64_t public_above = 60, public_below = 80;
};

/// @throws UsageError if there are fewer identities within the bounds than asked for
SplitPlan plan_released_split(std::span<const std::int64_t> image_counts, const ReleasedRecipe& recipe,
                              std::uint32_t seed);

/// 0..identities-1 in the shuffled order of the released program.
std::vector<std::int64_t> released_order(std::int64_t identities, std::uint32_t seed);

}  // namespace fedfr::data
