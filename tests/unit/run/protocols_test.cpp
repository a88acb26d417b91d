#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "fedfr/data/templates/template_tables.hpp"
#include "fedfr/run/protocols/identification.hpp"
#include "fedfr/run/protocols/templates.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

/// A collection of people whose pictures are noise around a pattern of their own, which even a random network
/// tells apart, and tables that make templates of them: of each person one for the gallery, of two pictures,
/// and one to look for, of two frames of one video.
class TemplateBenchmark : public testing::Test {
 protected:
  static constexpr int people = 12;
  static constexpr int pictures = 4;
  static constexpr int side = 16;

  TemplateBenchmark() {
    data::DatasetWriter writer(path(), {.role = data::Role::collection, .size = {side, side}});
    std::vector<std::string> names;
    std::string faces, images, pairs, probes = "TEMPLATE_ID,SUBJECT_ID\n";
    std::array<std::string, 2> galleries{probes, probes};
    for (int person = 0; person < people; ++person) {
      names.push_back(fmt::format("subject {}", person));
      writer.begin_client(names.back(), pictures);
      for (int number = 0; number < pictures; ++number) {
        const auto name = fmt::format("{}_{}.jpg", person, number);
        writer.add({.pixels = picture(person, number), .label = person, .source_name = name});
        faces += name + " 1 2 3 4 5 6 7 8 9 10 0.9\n";
        const bool is_probe = number >= 2;
        images += fmt::format("{} {} {}\n", name, 100 * (is_probe ? 2 : 1) + person, is_probe ? 7 : number);
      }
      probes += fmt::format("{},{}\n", 200 + person, person);
      galleries[static_cast<std::size_t>(person % 2)] += fmt::format("{},{}\n", 100 + person, person);
      for (int other = 0; other < people; ++other)
        pairs += fmt::format("{} {} {}\n", 100 + person, 200 + other, person == other ? 1 : 0);
    }
    writer.set_identities(names);
    const std::filesystem::path folder = "templates";
    writer.add_file(folder / data::template_files::faces, faces);
    writer.add_file(folder / data::template_files::images, images);
    writer.add_file(folder / data::template_files::pairs, pairs);
    writer.add_file(folder / data::template_files::probes, probes);
    for (std::size_t g = 0; g < 2; ++g)
      writer.add_file(folder / data::template_files::galleries[g], galleries[g]);
    writer.finish();
  }

  static std::vector<std::uint8_t> picture(int person, int number) {
    RngStream pattern(
        {.seed = 1, .purpose = Purpose::synth_identity, .client = static_cast<std::uint64_t>(person)});
    RngStream noise({.seed = static_cast<std::uint64_t>(number),
                     .purpose = Purpose::synth_image,
                     .client = static_cast<std::uint64_t>(person)});
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < 3 * side * side; ++i)
      pixels.push_back(static_cast<std::uint8_t>(pattern.below(200) + noise.below(40)));
    return pixels;
  }

  std::filesystem::path path() const { return folder_ / "templates-of-12"; }

  /// The experiment whose only dataset is this one.
  std::unique_ptr<Experiment> experiment(std::vector<Setting> more = {}) const {
    for (const auto& [name, value] :
         {std::pair("public", path().string()), std::pair("backbone", std::string("mobile")),
          std::pair("width", std::string("0.25")), std::pair("embedding", std::string("16")),
          std::pair("bootstrap-draws", std::string("200")), std::pair("algorithm", std::string("fedavg"))})
      more.push_back({name, value, "here"});
    return std::make_unique<Experiment>(resolve({}, more).options, at::kCPU, Numerics{});
  }

  test::TempFolder folder_;
};

TEST_F(TemplateBenchmark, IsScoredByBothProtocols) {
  const auto setup = experiment();
  std::string note;
  const auto model = setup->initial_model(note);
  comm::LocalCommunicator alone;
  Evaluator evaluator(*setup, alone);
  const auto result = score_template_benchmark(evaluator, model, *setup->publics, true);
  ASSERT_TRUE(result.scores.verification && result.scores.identification);
  EXPECT_EQ(result.scores.verification->genuine_pairs, people);
  EXPECT_EQ(result.scores.verification->impostor_pairs, people * (people - 1));
  EXPECT_EQ(result.scores.verification->tar_at_far.size(), 6U) << "those of the protocol, 1e-6 to 1e-1";
  EXPECT_EQ(result.scores.verification->tar_at_far.back().target, 0.1);
  EXPECT_GE(result.scores.verification->tar_at_far.back().true_rate, 0.5);
  EXPECT_LE(result.scores.verification->tar_at_far.back().false_rate, 0.1);
  for (const auto& gallery : result.scores.identification->galleries) {
    EXPECT_EQ(gallery.entries, people / 2);
    EXPECT_EQ(gallery.mated_probes, people / 2);
    EXPECT_EQ(gallery.nonmated_probes, people / 2);
  }
  EXPECT_EQ(result.resampled.people, people);
  auto figures = eval::figures_of(result.scores);
  eval::add_intervals(figures, result.resampled.intervals(evaluator.bootstrap_plan()));
  EXPECT_EQ(figures[6].name, "rank 1");
  EXPECT_TRUE(figures[6].interval.defined());
  EXPECT_LE(figures[6].interval.low, figures[6].value);
  EXPECT_GE(figures[6].interval.high, figures[6].value);
  EXPECT_EQ(result.as_insightface.size(), 6U + 3 + 2);
  EXPECT_TRUE(score_template_benchmark(evaluator, model, *setup->publics, false).as_insightface.empty());
}

TEST_F(TemplateBenchmark, TakesTheRatesThatTheUserAsksFor) {
  const auto setup = experiment({{"fars", "0.2", "here"}, {"fpirs", "0.5", "here"}});
  std::string note;
  const auto model = setup->initial_model(note);
  comm::LocalCommunicator alone;
  Evaluator evaluator(*setup, alone);
  const auto result = score_template_benchmark(evaluator, model, *setup->publics, false);
  ASSERT_EQ(result.scores.verification->tar_at_far.size(), 1U);
  EXPECT_EQ(result.scores.verification->tar_at_far[0].target, 0.2);
  EXPECT_EQ(result.scores.identification->tpir_at_fpir[0].target, 0.5);
}

TEST_F(TemplateBenchmark, IsADatasetForIdentificationLikeAnyOther) {
  const auto setup = experiment();
  std::string note;
  const auto model = setup->initial_model(note);
  comm::LocalCommunicator alone;
  Evaluator evaluator(*setup, alone);
  const auto result =
      identify_people(evaluator, model, *setup->publics, {.images = 1, .strangers = people / 3});
  EXPECT_EQ(result.scores.entries, people - people / 3);
  EXPECT_EQ(result.scores.mated_probes, (people - people / 3) * (pictures - 1));
  EXPECT_EQ(result.scores.nonmated_probes, people / 3 * pictures);
  EXPECT_GT(result.scores.rank1, 0.5);
  EXPECT_EQ(result.resampled.people, people);
  EXPECT_THROW(identify_people(evaluator, model, *setup->publics, {.images = pictures, .strangers = 0}),
               UsageError);
}

}  // namespace
}  // namespace fedfr::run
