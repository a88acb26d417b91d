#include "setting.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "fedfr/nn/precision.hpp"
#include "fedfr/run/options/options.hpp"

// Options that benchmarks share. Those of a network go through the real parser of `fedfr train`, so that a
// benchmark trains what a job file with the same words would train.
namespace fedfr::bench {

namespace po = boost::program_options;

void Setting::add_to(po::options_description& options) {
  options.add_options()                                                                                 //
      ("runs", count_option(runs, "runs"), "repetitions; medians are shown")                            //
      ("threads", po::value(&threads)->default_value(threads), "of a rank; 0: all allowed processors")  //
      ("json", po::value(&json), "also write the table to this file")                                   //
      ("folder", po::value(&folder), "where the random faces lie for a while; default: $TMPDIR or /tmp");
}

void Setting::apply() const {
  if (!json.empty()) check_output(json);
  if (threads != 0) check_threads(threads, "--threads");
  if (threads > 0) at::set_num_threads(threads);
}

int Setting::threads_used() const { return threads > 0 ? threads : at::get_num_threads(); }

void Setting::publish(const Report& report) const {
  if (json.empty() || !is_standard_output(json)) fmt::print("{}", report.table());
  if (!json.empty()) replace_file(json, json_text(report.json(), 1) + "\n");
}

void NetworkSetting::add_to(po::options_description& options) {
  options.add_options()                                                                                   //
      ("backbone", po::value(&backbone)->default_value(backbone), "as in a job file")                     //
      ("width", po::value(&width)->default_value(width, fmt::format("{:g}", width)), "as in a job file")  //
      ("embedding", count_option(embedding, "embedding"), "as in a job file")                             //
      ("size", count_option(size, "size"), "height and width of the images")                              //
      ("batch", count_option(batch, "batch"), "images of a step")                                         //
      ("precision", po::value(&precision)->default_value(precision), "fp32 or bf16")                      //
      ("memory-format", po::value(&format)->default_value(format), "as in a job file")                    //
      ("device", po::value(&device)->default_value(device), "cpu or cuda");
}

void NetworkSetting::describe(Report& report) const {
  report.setting("backbone", fmt::format("{} x{:g}", backbone, width));
  report.setting("images", fmt::format("3x{}x{}", size, size));
  report.setting("batch", batch);
  report.setting("device", device == "cuda" ? comm::gpu_model() : device);
  report.setting("precision", precision);
  report.setting("memory-format", format);
}

std::vector<std::string> NetworkSetting::words() const {
  return {"--backbone",      backbone,
          "--width",         fmt::format("{}", width),
          "--embedding",     std::to_string(embedding),
          "--batch",         std::to_string(batch),
          "--memory-format", format,
          "--precision",     precision,
          "--device",        device};
}

std::unique_ptr<run::Experiment> make_experiment(const std::vector<std::string>& words) {
  auto all = words;
  // A run must have a folder by its options; none is made here.
  all.insert(all.end(), {"--output", "unused"});
  const auto configuration = run::resolve({}, run::parse_command_line(all).settings);
  run::validate(configuration);
  at::Device device = at::kCPU;
  if (configuration.options.device == "cuda") {
    comm::select_gpu(0);
    device = at::Device(at::kCUDA, 0);
    nn::leave_default_stream(device);
  }
  nn::use_exact_kernels(configuration.options.allow_tf32);
  return std::make_unique<run::Experiment>(configuration.options, device, run::Numerics{});
}

}  // namespace fedfr::bench
