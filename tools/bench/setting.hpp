#pragma once
#include <boost/program_options/options_description.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fedfr/run/experiment.hpp"
#include "report.hpp"

namespace fedfr::bench {

/// What every benchmark can be told.
struct Setting {
  int runs = 5;
  int threads = 0;  ///< of LibTorch; 0: what it takes by itself
  std::string json;
  std::string folder;

  void add_to(boost::program_options::options_description& options);
  void apply() const;  ///< @throws UsageError for what cannot be
  int threads_used() const;
  /// Prints the report, and writes it where --json says.
  void publish(const Report& report) const;
};

/// The network of those that have one.
struct NetworkSetting {
  std::string backbone = "sphere20";
  double width = 1;
  int embedding = 512;
  int size = 112;
  int batch = 16;
  std::string precision = "fp32";
  std::string format = "auto";
  std::string device = "cpu";

  void add_to(boost::program_options::options_description& options);
  void describe(Report& report) const;
  data::ImageSize image_size() const { return {size, size}; }
  /// As options of `fedfr train`.
  std::vector<std::string> words() const;
};

/// A run that is set up as by `fedfr train` with these words: on the first GPU, or on this processor.
/// @throws PeerError if there is no GPU
std::unique_ptr<run::Experiment> make_experiment(const std::vector<std::string>& words);

}  // namespace fedfr::bench
