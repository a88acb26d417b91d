#include "fedfr/data/synth/synth_dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "fedfr/data/synth/synth_render.hpp"

// A collection of procedural faces. The idea: every number that is drawn has a stream of its own, by identity
// and image, so that pictures can be rendered on any number of threads and a larger collection begins with
// the smaller one.
namespace fedfr::data::synth {

namespace {

void check(const DatasetOptions& options) {
  if (options.identities < 1)
    throw UsageError("--identities is {}, but at least 1 is needed", options.identities);
  if (options.min_images < 1 || options.max_images < options.min_images)
    throw UsageError("--images is {}:{}, but needs at least one image and the smaller number first",
                     options.min_images, options.max_images);
  if (std::min(options.size.height, options.size.width) < 8 ||
      std::max(options.size.height, options.size.width) > 4096)
    throw UsageError("--size is {}x{}, but sides must be from 8 to 4096 pixels", options.size.height,
                     options.size.width);
  if (!(options.nuisance >= 0 && options.nuisance <= 1.5F))
    throw UsageError("--nuisance is {}, but it lies between 0 and 1.5", options.nuisance);
  check_threads(options.threads, "--threads");
}

std::int64_t images_of(const DatasetOptions& options, std::uint64_t identity) {
  constexpr std::uint64_t count_stream = 1;  // beside stream 0, which draws the face
  RngStream random(
      {.seed = options.seed, .purpose = Purpose::synth_identity, .round = count_stream, .client = identity});
  const auto span = static_cast<std::uint64_t>(options.max_images - options.min_images) + 1;
  return options.min_images + static_cast<std::int64_t>(random.below(span));
}

struct Job {
  std::uint64_t identity = 0, image = 0;
};

/// Renders the jobs on several threads; results are in the order of the jobs.
std::vector<Image> render(const std::vector<Job>& jobs, const DatasetOptions& options) {
  std::vector<Image> images(jobs.size());
  parallel_for(jobs.size(), options.threads, [&](std::size_t i) {
    images[i] = synthetic_face(options.seed, jobs[i].identity, jobs[i].image, options.size, options.nuisance);
  });
  return images;
}

}  // namespace

void write_collection(const std::filesystem::path& folder, const DatasetOptions& options) {
  check(options);
  DatasetWriter writer(folder, {.role = Role::collection, .size = options.size});
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < options.identities; ++i) names.push_back(fmt::format("synth_{:05}", i));
  writer.set_identities(names);

  ProgressBar bar("synth", options.identities);
  constexpr std::size_t batch = 512;  // images in memory at once; enough for all threads
  std::vector<Job> jobs;
  std::int64_t begun = 0;  // identities
  const auto flush = [&] {
    auto images = render(jobs, options);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const auto label = static_cast<std::int32_t>(jobs[i].identity);
      if (jobs[i].image == 0) {
        writer.begin_client(names[jobs[i].identity], images_of(options, jobs[i].identity));
        bar.set(++begun);
      }
      writer.add({std::move(images[i].pixels), label, Subset::train});
    }
    jobs.clear();
  };
  for (std::uint64_t identity = 0; identity < names.size(); ++identity) {
    const auto count = static_cast<std::uint64_t>(images_of(options, identity));
    for (std::uint64_t image = 0; image < count; ++image) {
      jobs.push_back({identity, image});
      if (jobs.size() == batch) flush();
    }
  }
  flush();
  writer.finish();
}

}  // namespace fedfr::data::synth
