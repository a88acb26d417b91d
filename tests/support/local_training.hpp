#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/fl/client/local_trainer.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::test {

/// Images of noise around a pattern for each identity, in one block of the size of LocalTraining's.
void write_noisy_dataset(const std::filesystem::path& path, data::Role role, int identities, int images,
                         std::uint64_t seed);

/// A small client, a public set and a network with all that local training needs. The images are noise around
/// a pattern per identity: enough for arithmetic, without rendering faces.
class LocalTraining {
 public:
  static constexpr data::ImageSize image_size{16, 16};

  explicit LocalTraining(at::Device device = at::kCPU, const std::string& backbone = "mobile");

  /// FedFR's row, or some parts of it.
  static fl::Algorithm row_of(bool hard_negatives, bool dfc, bool contrastive);

  fl::LocalResult train(int round = 0, const fl::PrivateState* state = nullptr,
                        const fl::LocalHooks& hooks = {});

 protected:
  at::Tensor see_publics(bool mirrored);

  TempFolder folder_;
  std::unique_ptr<data::Dataset> clients_, public_set_;
  std::unique_ptr<fl::GlobalModel> model_;
  fl::Algorithm row_;  // FedFR's
  fl::LocalTrainingConfig config_;
  nn::FeatureMemory memory_;
  nn::GpuGraph graph_;
  comm::LocalCommunicator alone_;
  fl::PublicData publics_;
};

}  // namespace fedfr::test
