#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/eval/embedding_view.hpp"
#include "fedfr/eval/identification.hpp"
#include "fedfr/eval/intervals/resampled_protocols.hpp"
#include "fedfr/eval/verification.hpp"
#include "fedfr/run/experiment.hpp"
#include "fedfr/run/personal_models.hpp"
#include "fedfr/run/record/evaluation.hpp"

namespace fedfr::run {

struct VerificationResult {
  eval::VerificationScores scores;
  eval::Resampled resampled;
};

/// Does not own the features.
eval::EmbeddingView view_of(const at::Tensor& features);

/// Applies the evaluation protocols to models of one experiment.
class Evaluator {
 public:
  Evaluator(const Experiment& experiment, comm::Communicator& comm);

  /// Verification on every benchmark of the experiment. Collective.
  std::vector<BenchmarkScores> generic(const fl::GlobalModel& model);

  /// Verification on one benchmark, still without intervals over people. Collective.
  VerificationResult verify(const fl::GlobalModel& model, const data::Dataset& benchmark);

  /// What evaluation compares, checked: of the image, or of the sum of both views where the options say so.
  /// Collective.
  /// @param which  [n] indices into `images`
  /// @returns      [n,D] float32, rows of unit length
  at::Tensor features(const fl::GlobalModel& model, const data::ImageSet& images,
                      std::span<const std::int64_t> which);
  /// The same before it is brought to unit length, for templates, in which lengths count. Collective.
  at::Tensor raw_features(const fl::GlobalModel& model, const data::ImageSet& images,
                          std::span<const std::int64_t> which);

  const Options& options() const { return experiment_.options; }
  eval::BootstrapPlan bootstrap_plan() const;

  /// The personalised protocol with the global model for every client, in the order of their ids. Collective.
  std::vector<eval::ClientScores> global_for_clients(const fl::GlobalModel& model);

  /// The personalised protocol with a client's own model; this rank alone.
  eval::ClientScores own_for_client(ClientId client, const PersonalModel& model) const;

  bool has_personalised_protocol() const { return experiment_.clients && experiment_.options.personalised; }

 private:
  at::Tensor own_features(const nn::ParameterSet& backbone, const nn::ParameterSet& head,
                          const data::ImageSet& images, std::span<const std::int64_t> which) const;
  /// What a client's models are tried with: rows of `probes_`, ascending, its own ones among them.
  struct Trial {
    std::vector<std::int64_t> rows;
    std::int64_t own_begin = 0;  // in `rows`
    std::int64_t own_end = 0;
  };
  Trial trial(ClientId client) const;
  eval::ClientScores score(ClientId client, const Trial& trial, const at::Tensor& probes,
                           const at::Tensor& gallery) const;
  std::vector<std::int64_t> gallery_indices(ClientId client) const;

  const Experiment& experiment_;
  comm::Communicator& comm_;
  std::vector<std::int64_t> probes_;       // test images of all clients, indices into all images
  std::vector<std::int64_t> probe_begin_;  // [C+1] by client
  std::vector<std::int32_t> probe_labels_;
};

/// The scores that each rank has, from all ranks, in the order of client ids. Collective.
std::vector<eval::ClientScores> gather_scores(comm::Communicator& comm,
                                              const std::vector<eval::ClientScores>& mine);

}  // namespace fedfr::run
