#pragma once
#include <memory>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/fl/client/local_trainer.hpp"
#include "support/temp_folder.hpp"
#include "support/tensors.hpp"

/// The set-up of cases h and i: datasets made of the named faces, the formula model and the hyperparameters,
/// all taken from the golden file.
namespace fedfr::fl::test_case {

class TrainingCase {
 public:
  explicit TrainingCase(const std::string& file_name);

  const test::GoldenFile& file() const { return file_; }
  int clients() const { return clients_; }
  int rounds() const { return static_cast<int>(file_.number(".", "rounds")); }
  std::uint64_t seed() const { return static_cast<std::uint64_t>(file_.number(".", "formula_seed")); }

  std::unique_ptr<GlobalModel> initial_model() const;
  LocalTrainingConfig config() const;
  Algorithm row() const;  ///< FedFR's
  ClientData client(int number) const;
  PublicData publics(const GlobalModel& global) const;  ///< with the global model's features
  PrivateState initial_state(int number, const std::string& variant) const;
  std::vector<double> rates(const std::string& client_group) const;
  LocalHooks order_of(const std::string& client_group) const;

 private:
  data::Dataset write(const std::string& name, const std::string& group) const;

  test::GoldenFile file_;
  test::TempFolder folder_;
  test::TarFile tar_;
  std::shared_ptr<const nn::Backbone> backbone_;
  int clients_;
  std::vector<data::Dataset> client_sets_;
  std::unique_ptr<data::Dataset> public_set_;
};

}  // namespace fedfr::fl::test_case
