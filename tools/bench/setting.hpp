#pragma once
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/run/experiment.hpp"
#include "report.hpp"

namespace fedfr::bench {

/// A number of things of which a benchmark needs at least one: the option of this name, whose default is
/// `value`.
template <class T>
boost::program_options::typed_value<T>* count_option(T& value, const char* name) {
  return boost::program_options::value(&value)->default_value(value)->notifier([name](const T& count) {
    constexpr T most = 1'000'000'000;
    if (count < 1) throw UsageError("--{} is {}, but must be at least 1", name, count);
    if (count > most) throw UsageError("--{} is {}, but may be at most {}", name, count, most);
  });
}

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
