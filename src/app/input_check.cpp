#include "input_check.hpp"

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/eval/probe/input_probe.hpp"

namespace fedfr::app {

std::optional<eval::InputReport> check_input(const Startup& startup, const fl::GlobalModel& model,
                                             const data::Dataset& dataset) {
  const auto& experiment = *startup.experiment;
  data::PeopleSample sample;
  comm::on_every_rank(*startup.comm, "reading a sample of the images",
                      [&] { sample = data::sample_people(dataset, experiment.options.probe_people); });
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
