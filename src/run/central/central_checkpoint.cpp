#include "fedfr/run/central/central_checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/run/checkpoint.hpp"
#include "fedfr/run/record/checkpoint_files.hpp"

// What makes a checkpoint valid is its main file, which appears under its name as a whole and says which step
// it is of. Blocks carry the step in their names: those of a checkpoint that was never finished are simply
// other files, and those that no main file needs any more are removed.
namespace fedfr::run {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr const char* place_key = "central_place";
constexpr std::string_view optimiser_prefix = "optimiser.";
constexpr const char* centres = "centres";
constexpr const char* momentum = "momentum";

std::string to_text(const CentralPlace& place, std::int64_t classes) {
  return json_text(Json{{"completed_rounds", place.completed_rounds},
                        {"step", place.step},
                        {"loss", place.loss},
                        {"images", place.images},
                        {"best_accuracy", place.best_accuracy},
                        {"evaluations_since", place.evaluations_since},
                        {"stopped_early", place.stopped_early},
                        {"classes", classes}});
}

/// @throws DataError, nlohmann::json::exception
CentralPlace place_from(const std::string& text, std::int64_t classes) {
  const Json json = parse_json(text);
  if (whole_number<std::int64_t>(json.at("classes")) != classes)
    throw DataError("it is of {} classes, not {}", json.at("classes").dump(), classes);
  return {.completed_rounds = whole_number<int>(json.at("completed_rounds")),
          .step = whole_number<std::int64_t>(json.at("step")),
          .loss = json.at("loss").get<double>(),
          .images = whole_number<std::int64_t>(json.at("images")),
          .best_accuracy = json.at("best_accuracy").get<double>(),
          .evaluations_since = whole_number<int>(json.at("evaluations_since")),
          .stopped_early = json.at("stopped_early").get<bool>()};
}

/// A checkpoint as this rank has read it.
struct Loaded {
  nn::TensorFile main;
  CentralPlace place;
  std::vector<nn::TensorFile> blocks;  // of this rank
};

void check_tensor(const nn::TensorFile& file, const fs::path& path, const std::string& name,
                  at::IntArrayRef shape) {
  if (!file.has(name) || file.at(name).sizes() != shape || file.at(name).scalar_type() != at::kFloat)
    throw DataError("{} lacks {} of the shape [{}]", path.string(), name, fmt::join(shape, ","));
}

fl::NamedTensors optimiser_of(const nn::TensorFile& file) {
  fl::NamedTensors state;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(optimiser_prefix)) state[name.substr(optimiser_prefix.size())] = tensor;
  return state;
}

}  // namespace

CentralCheckpoints::CentralCheckpoints(fs::path folder, int keep, Fingerprints data)
    : folder_(std::move(folder)), keep_(keep), data_(std::move(data)) {}

fs::path CentralCheckpoints::path(int completed_rounds) const {
  return checkpoint_path(folder_, completed_rounds);
}

fs::path CentralCheckpoints::block_path(const CentralPlace& place, std::size_t block) const {
  fs::path path = this->path(place.completed_rounds);
  return path.replace_extension(fmt::format("step_{:08}.classes_{:02}.ckpt", place.step, block));
}

void CentralCheckpoints::save(const fl::GlobalModel& model, const fl::CentralTrainer& trainer,
                              const CentralPlace& place, comm::Communicator& comm) const {
  comm::on_every_rank(comm, "saving the class centres", [&] {
    for (const auto& slice : trainer.classes().mine())
      nn::save(block_path(place, slice.number),
               {.tensors = {{centres, slice.centres.detach()}, {momentum, slice.momentum}}, .metadata = {}});
  });
  comm::on_every_rank(comm, "saving a checkpoint", [&] {
    if (comm.rank() != 0) return;
    nn::TensorFile file = model_file(model, place.completed_rounds, data_);
    file.metadata[place_key] = to_text(place, trainer.classes().classes());
    for (const auto& [name, tensor] : trainer.optimiser_state())
      file.tensors.emplace_back(std::string(optimiser_prefix) + name, tensor);
    nn::save(path(place.completed_rounds), file);
    forget_older(place);
  });
}

/// Of the rounds before this one the newest stay, with their blocks; of this one the blocks of this step.
void CentralCheckpoints::forget_older(const CentralPlace& place) const {
  std::error_code ignored;
  std::vector<std::string> keep;
  int kept = 0;
  for (const int round : checkpoint_rounds(folder_)) {
    if (round <= place.completed_rounds && kept++ < keep_)
      keep.push_back(path(round).stem().string());
    else
      fs::remove(path(round), ignored);
  }
  const std::string now = block_path(place, 0).stem().stem().string();
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".classes_") == std::string::npos) continue;
    const std::string round = name.substr(0, name.find('.'));
    const bool of_now = round == path(place.completed_rounds).stem();
    const bool needed = of_now ? name.starts_with(now) : std::ranges::find(keep, round) != keep.end();
    if (!needed) old.push_back(entry.path());
  }
  for (const auto& file : old) fs::remove(file, ignored);
}

std::optional<CentralPlace> CentralCheckpoints::load_newest(fl::GlobalModel& model,
                                                            fl::CentralTrainer& trainer,
                                                            comm::Communicator& comm,
                                                            std::string& warnings) const {
  const auto load = [&](int round) {
    Loaded loaded{.main = nn::load(path(round)), .place = {}, .blocks = {}};
    if (!loaded.main.metadata.contains(place_key))
      throw UsageError("{} is no checkpoint of centralized training by this fedfr: choose another --output",
                       path(round).string());
    check_checkpoint_data(path(round), loaded.main, data_);
    try {
      loaded.place = place_from(loaded.main.text(place_key), trainer.classes().classes());
    } catch (const Json::exception& e) {
      throw DataError("{} is damaged: {}", path(round).string(), e.what());
    }
    for (const auto& slice : trainer.classes().mine()) {
      const fs::path block = block_path(loaded.place, slice.number);
      loaded.blocks.push_back(nn::load(block));
      for (const char* name : {centres, momentum})
        check_tensor(loaded.blocks.back(), block, name, slice.centres.sizes());
    }
    return loaded;
  };
  std::vector<std::string> damages;
  std::vector<int> rounds;
  comm::on_every_rank(comm, "looking for checkpoints", [&] { rounds = checkpoint_rounds(folder_); });
  for (const int round : rounds) {
    std::optional<Loaded> loaded;
    std::string damage;
    comm::on_every_rank(comm, "loading the newest checkpoint", [&] {
      try {
        loaded = load(round);
      } catch (const AccessError&) {
        throw;
      } catch (const DataError& e) {
        damage = e.what();
      }
    });
    std::array<double, 1> is_damaged{loaded ? 0.0 : 1.0};
    comm.allreduce_max(is_damaged);
    if (is_damaged[0] != 0) {
      damages.push_back(damage.empty() ? path(round).string() + " is damaged for another rank" : damage);
      continue;
    }
    comm::on_every_rank(comm, "taking over a checkpoint", [&] {
      model.take(loaded->main, path(round), data_.publics);
      try {
        trainer.restore(model.parameters().flat(), optimiser_of(loaded->main));
      } catch (const DataError& e) {
        throw DataError("{}: {}", path(round).string(), e.what());
      }
      for (std::size_t i = 0; i < loaded->blocks.size(); ++i) {
        trainer.classes().mine()[i].centres.copy_(loaded->blocks[i].at(centres));
        trainer.classes().mine()[i].momentum.copy_(loaded->blocks[i].at(momentum));
      }
    });
    for (const std::string& each : damages) warnings += each + "; falling back to the checkpoint before it\n";
    return loaded->place;
  }
  comm::on_every_rank(comm, "loading the newest checkpoint", [&] {
    if (!rounds.empty() && rounds.front() > 0)
      throw DataError(
          "no checkpoint in {} can be used: restore one, or remove them to train from the start again\n{}",
          folder_.string(), fmt::join(damages, "\n"));
  });
  for (const std::string& each : damages) warnings += each + "; the start is made again\n";
  return std::nullopt;
}

}  // namespace fedfr::run
