#pragma once
#include <memory>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/fl/client/local_trainer.hpp"
#include "fedfr/fl/client/round_views.hpp"
#include "random_faces.hpp"
#include "setting.hpp"

namespace fedfr::bench {

/// A client with so many steps an epoch and 100 public identities, set up as by the real program.
class Trainee {
 public:
  Trainee(const Setting& setting, const NetworkSetting& network, int steps);

  at::Device device() const { return experiment_->device; }

  /// One epoch with the whole objective, but no public images among the client's.
  fl::LocalStatistics train(bool contrastive);

  /// A frozen pass over the client's images.
  void embed();

 private:
  TemporaryFolder folder_;
  std::unique_ptr<run::Experiment> experiment_;
  std::unique_ptr<fl::GlobalModel> model_;
  nn::FeatureMemory features_;
  nn::GpuGraph graph_;
  comm::LocalCommunicator alone_;
};

/// Adds the rate of multiplications and additions beside that of a large matrix product in this precision.
void add_arithmetic(Report& report, at::Device device, const NetworkSetting& network, double rate);

/// Seconds of the bare convolutions and matrix products of one image in training (forward and backward) and
/// in a frozen network (forward), at this setting's threads.
struct KernelSeconds {
  double training = 0;
  double frozen = 0;
};
KernelSeconds kernel_seconds(const Setting& setting, const NetworkSetting& network);

}  // namespace fedfr::bench
