#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/core/ids.hpp"
#include "fedfr/eval/embedding_view.hpp"
#include "fedfr/eval/roc.hpp"

/// The personalised protocol of FedFR (Liu et al., AAAI 2022, section 4.1): every client recognises its own
/// identities, with its own features, among the probes of all clients.
namespace fedfr::eval {

/// What one client is tested on; all features are of the same network and of unit length.
struct ClientTrial {
  EmbeddingView probes{};      ///< [P, dimension] test images of all clients
  std::int64_t own_begin = 0;  ///< rows [own_begin, own_end) of `probes` are the client's own
  std::int64_t own_end = 0;
  std::span<const std::int32_t> own_labels{};      ///< [own_end - own_begin] identities within the client
  EmbeddingView gallery{};                         ///< [G, dimension] the client's training images
  std::span<const std::int32_t> gallery_labels{};  ///< [G]
};

struct PersonalisedTargets {
  std::vector<double> fars = {1e-1, 1e-2, 1e-3, 1e-4};
  std::vector<double> fpirs = {1e-1, 1e-2, 1e-3};
  /// Reproduces the released program: 1:1 scores in bins of 0.001 and linear interpolation between them; 1:N
  /// with gallery means that are not of unit length, the threshold at the ceil(FPIR * probes)-th largest of
  /// all wrong-entry scores, no rank asked for, and 40 probes an identity assumed.
  bool reference_semantics = false;
};

struct PersonalisedScores {
  std::int64_t own_probes = 0;
  std::int64_t other_probes = 0;
  std::int64_t identities = 0;  ///< gallery entries
  std::int64_t genuine_pairs = 0;
  std::int64_t impostor_pairs = 0;
  std::vector<OperatingPoint> tar_at_far;    ///< 1:1
  std::vector<OperatingPoint> roc;           ///< 1:1 at the FARs of kCurveRates that can be resolved
  double rank1 = kUndefined;                 ///< share of own probes whose first gallery entry is right
  std::vector<double> cumulative_match;      ///< ranks 1 to at most 10
  std::vector<OperatingPoint> tpir_at_fpir;  ///< 1:N
};

/// 1:1: pairs (i < j) of probes, i an own one and the own ones placed first. 1:N: own probes are mated, those
/// of the other clients are not; a gallery entry is the unit-length mean of an identity's features; the first
/// of equal scores wins.
/// @throws UsageError if counts of rows and labels differ or a target is not in (0, 1)
/// @throws DataError if a feature is not of unit length, or an own probe's identity has no gallery image
PersonalisedScores score_client(const ClientTrial& trial, const PersonalisedTargets& targets);

/// The FARs of the curve: 1e-6 to 0.1, ten a decade.
std::vector<double> curve_rates();

/// One figure over the clients for which it is defined.
struct Aggregate {
  double mean = kUndefined;
  double worst = kUndefined;
  double best = kUndefined;
  double worst_decile =
      kUndefined;  ///< mean of the worst tenth of the clients, rounded up (Li et al., ICLR 2020)
  double deviation = kUndefined;  ///< population standard deviation
  double gini = kUndefined;       ///< mean |x - y| over all pairs, over twice the mean; 0: all alike
  ClientId worst_client{};
  ClientId best_client{};
  std::int64_t clients = 0;
};

/// The same for a rate at a target.
struct RateAggregate {
  double target = 0;
  Aggregate rate{};
  std::int64_t fewest_impostors = 0;  ///< of any client
  bool resolvable = false;            ///< for every client
};

struct ClientScores {
  ClientId client{};
  PersonalisedScores scores;
};

struct PersonalisedSummary {
  std::int64_t clients = 0;
  std::vector<RateAggregate> tar_at_far;
  Aggregate rank1;
  std::vector<RateAggregate> tpir_at_fpir;
};

/// @param clients  all scored at the same targets
/// @throws UsageError if they were not
PersonalisedSummary summarise(std::span<const ClientScores> clients);

/// Mean of the clients' curves at each FAR that all of them can resolve, ascending.
std::vector<OperatingPoint> mean_roc(std::span<const ClientScores> clients);

}  // namespace fedfr::eval
