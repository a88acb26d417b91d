// The sample is read by one rank for all: to find it takes the labels of the whole dataset, which no other
// rank needs, and a file system is not to be asked the same by all ranks of a job at its start.
#include "input_check.hpp"

#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/eval/probe/input_probe.hpp"

namespace fedfr::app {

namespace {

/// What rank 0 has, on every rank. Collective.
template <class T>
void share(comm::Communicator& comm, std::vector<T>& values) {
  const auto mine = comm.rank() == 0 ? std::as_bytes(std::span(values)) : std::span<const std::byte>();
  const auto of_rank_0 = std::move(comm.allgather_bytes(mine).front());
  values.resize(of_rank_0.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), of_rank_0.data(), of_rank_0.size());
}

}  // namespace

std::optional<eval::InputReport> check_input(const Startup& startup, const fl::GlobalModel& model,
                                             const data::Dataset& dataset) {
  const auto& experiment = *startup.experiment;
  data::PeopleSample sample;
  comm::on_every_rank(*startup.comm, "reading a sample of the images", [&] {
    if (startup.comm->rank() == 0) sample = data::sample_people(dataset, experiment.options.probe_people);
  });
  sample.size = dataset.image_size();
  share(*startup.comm, sample.people);
  share(*startup.comm, sample.pixels);
  if (sample.persons() < 2) return std::nullopt;
  return eval::probe_input(*startup.comm, model.backbone(), model.parameters(), sample,
                           experiment.training.embed);
}

void check_input_of_run(const Startup& startup, const fl::GlobalModel& start, run::Console& console) {
  const auto& experiment = *startup.experiment;
  if (experiment.options.init.empty() || experiment.options.probe_people == 0) return;
  for (const auto& dataset : {experiment.clients, experiment.publics}) {
    if (!dataset) continue;
    const auto report = check_input(startup, start, *dataset);
    if (!report || startup.comm->rank() != 0) continue;
    const auto text = eval::sentence_of(*report, dataset->path().string());
    if (report->clearly_better() != nullptr)
      console.warning(text);
    else
      console.info("# " + text);
  }
}

}  // namespace fedfr::app
