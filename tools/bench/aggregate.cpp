#include <ATen/ops/randn.h>
#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/fl/server/aggregator.hpp"
#include "measure.hpp"
#include "setting.hpp"

// What the server does with updates, fl::Aggregator, beside copying memory: sums are of 64-bit integers, so
// that the work is moving bytes. Bytes are counted as a program without caches would move them.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

// Of the size of a large layer's weights; how a model is cut into tensors hardly matters here.
constexpr std::int64_t values_per_tensor = 1 << 18;

std::vector<fl::SharedTensor> layout_of(std::int64_t values) {
  std::vector<fl::SharedTensor> layout;
  for (std::int64_t begin = 0; begin < values; begin += values_per_tensor)
    layout.push_back({"tensor", begin, std::min(values_per_tensor, values - begin)});
  return layout;
}

}  // namespace

void run_aggregate(Words words) {
  Setting setting;
  std::int64_t parameters = 24'000'000;
  po::options_description options("options", 110);
  setting.add_to(options);
  options.add_options()("parameters", count_option(parameters, "parameters"), "of a model");
  if (!tool::parse(words, options, {},
                   "The exact sum of client updates. An update is read (4 bytes a value), and its sum read "
                   "and written (8 "
                   "bytes each); the bound is\nthe rate of copying memory.\n"))
    return;
  setting.apply();
  const at::Tensor update = at::randn({parameters});
  const std::span<const float> values(update.const_data_ptr<float>(), static_cast<std::size_t>(parameters));
  constexpr std::int64_t weight = 100;
  // More samples than the updates of a usual measurement add up to; the sums' fixed point leaves room for so
  // many.
  constexpr std::int64_t many = 1'000'000;
  fl::Aggregator aggregator(layout_of(parameters), values, {.weight = many});
  comm::LocalCommunicator alone;
  const auto timings = measure_in_turn(
      setting.runs,
      {[&] {
         aggregator.add({.client = ClientId{0}, .sample_weight = weight, .shared = update, .sums = {}});
       },
       [&] { aggregator.finish(alone); }});
  const double rate = memory_rate();
  const auto gigabytes = [&](double bytes_a_value, double seconds) {
    return bytes_a_value * static_cast<double>(parameters) / seconds / 1e9;
  };
  Report report("aggregate");
  report.setting("parameters", parameters);
  report.setting("threads", setting.threads_used());
  report.add({.what = "add an update",
              // The update (4 bytes) and the sum (8 bytes) are read, the sum is written.
              .value = gigabytes(20, timings[0].median),
              .unit = "GB/s",
              .bound = "memory copy, one thread",
              .limit = rate / 1e9,
              .note = fmt::format("{:.2f} ms a client", timings[0].median * 1e3)});
  report.add({.what = "mean of the sums",
              // The sum is read, the mean written as a float.
              .value = gigabytes(12, timings[1].median),
              .unit = "GB/s",
              .bound = "memory copy, one thread",
              .limit = rate / 1e9,
              .note = fmt::format("{:.2f} ms a round", timings[1].median * 1e3)});
  setting.publish(report);
}

}  // namespace fedfr::bench
