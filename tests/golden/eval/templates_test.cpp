#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "fedfr/eval/templates/insightface_rates.hpp"
#include "fedfr/eval/templates/template_protocol.hpp"
#include "support/golden.hpp"

/// Case j, templates: pooling, 1:1, 1:N with both galleries, and what InsightFace's scripts print for them.
namespace fedfr::eval {
namespace {

constexpr auto kFile = "j_evaluation.h5";
constexpr double kCounts = 1e-12;   // rates are counts: equal up to the rounding of one division
constexpr float kFeatures = 1e-6F;  // float32

auto are_near(const std::vector<double>& expected, double tolerance) {
  return testing::Pointwise(testing::DoubleNear(tolerance), expected);
}

std::vector<double> true_rates(std::span<const OperatingPoint> points) {
  std::vector<double> rates;
  for (const auto& point : points) rates.push_back(point.true_rate);
  return rates;
}

class Templates : public testing::Test {
 protected:
  void SetUp() override {
    FEDFR_NEEDS_GOLDEN(kFile);
    file_.emplace(kFile);
  }

  PooledTemplates pooled() const {
    const auto features = file_->floats("templates/image_features");
    const auto scores = file_->floats("templates/detector_score");
    const auto templates = file_->ints("templates/template_of_image");
    const auto media = file_->ints("templates/media_of_image");
    return pool_templates({.features = {features, file_->shape("templates/image_features")[1]},
                           .detector_scores = scores,
                           .templates = templates,
                           .media = media});
  }

  std::vector<TemplatePair> pairs() const {
    const auto first = file_->ints("templates/pair_template1");
    const auto second = file_->ints("templates/pair_template2");
    const auto same = file_->ints("templates/pair_is_same");
    std::vector<TemplatePair> all;
    for (std::size_t i = 0; i < first.size(); ++i)
      all.push_back({.first = static_cast<std::int32_t>(first[i]),
                     .second = static_cast<std::int32_t>(second[i]),
                     .genuine = same[i] != 0});
    return all;
  }

  std::vector<TemplateSubject> subjects(const std::string& name) const {
    const auto ids = file_->ints("templates/" + name + "_templates");
    const auto people = file_->ints("templates/" + name + "_subjects");
    std::vector<TemplateSubject> all;
    for (std::size_t i = 0; i < ids.size(); ++i) all.push_back({.id = ids[i], .subject = people[i]});
    return all;
  }

  TemplateSearch search() const {
    return {.galleries = {subjects("gallery1"), subjects("gallery2")}, .probes = subjects("probe")};
  }

  std::optional<test::GoldenFile> file_;
};

TEST_F(Templates, ArePooledByDetectorScoreMediumAndSum) {
  const auto templates = pooled();
  EXPECT_THAT(templates.ids(), testing::ElementsAreArray(file_->ints("templates/template_ids")));
  EXPECT_THAT(templates.view().values(), testing::Pointwise(testing::FloatNear(kFeatures),
                                                            file_->floats("templates/template_features")));
}

TEST_F(Templates, AreVerifiedWithoutEverExceedingTheRateAskedFor) {
  const auto templates = pooled();
  std::vector<float> scores, expected = file_->floats("templates/pair_score");
  const auto all = pairs();
  std::vector<float> genuine, impostor;
  pair_scores(templates, all)([&](std::span<const float> some, bool are_genuine) {
    auto& kind = are_genuine ? genuine : impostor;
    kind.insert(kind.end(), some.begin(), some.end());
  });
  std::size_t g = 0, i = 0;
  for (const auto& pair : all) scores.push_back(pair.genuine ? genuine[g++] : impostor[i++]);
  EXPECT_THAT(scores, testing::Pointwise(testing::FloatNear(kFeatures), expected));

  const auto targets = file_->doubles("templates/targets");
  const auto rates = verify_templates(templates, all, targets);
  EXPECT_THAT(true_rates(rates.tar_at_far), are_near(file_->doubles("templates/tpr"), kCounts));
  const auto threshold = file_->doubles("templates/tpr_threshold");
  for (std::size_t t = 0; t < targets.size(); ++t) {
    EXPECT_NEAR(rates.tar_at_far[t].threshold, threshold[t], kFeatures);
    EXPECT_LE(rates.tar_at_far[t].false_rate, targets[t]);
  }
}

TEST_F(Templates, AreVerifiedAsInsightFaceDoesOnRequest) {
  std::vector<float> genuine, impostor;
  const auto templates = pooled();
  pair_scores(templates, pairs())([&](std::span<const float> some, bool are_genuine) {
    auto& kind = are_genuine ? genuine : impostor;
    kind.insert(kind.end(), some.begin(), some.end());
  });
  EXPECT_THAT(insightface_tar_at_far(genuine, impostor, file_->doubles("templates/targets")),
              are_near(file_->doubles("templates/reference_tpr_nearest_fpr"), kCounts));
}

TEST_F(Templates, AreIdentifiedInEachGalleryAndThenInTheMean) {
  const auto found =
      identify_templates(pooled(), search(), 10, file_->doubles("templates/correct_1toN/targets"));
  std::vector<double> rank1, tpir;
  for (const auto& gallery : found.galleries) {
    rank1.push_back(gallery.rank1);
    for (const double rate : true_rates(gallery.tpir_at_fpir)) tpir.push_back(rate);
  }
  EXPECT_THAT(rank1, are_near(file_->doubles("templates/correct_1toN/rank1_per_gallery"), kCounts));
  EXPECT_THAT(tpir, are_near(file_->doubles("templates/correct_1toN/tpir_per_gallery"), kCounts));
  EXPECT_NEAR(found.rank1, file_->number("templates/correct_1toN", "rank1_mean"), kCounts);
  EXPECT_THAT(true_rates(found.tpir_at_fpir),
              are_near(file_->doubles("templates/correct_1toN/tpir_mean"), kCounts));
}

TEST_F(Templates, AreIdentifiedAsInsightFaceDoesOnRequest) {
  const auto found = insightface_identification(pooled(), search(), std::vector{0.01, 0.1});
  const auto expected = [&](const char* name) { return file_->number("templates/reference_1toN", name); };
  EXPECT_NEAR(found.top1, expected("top1"), kCounts);
  EXPECT_NEAR(found.top5, expected("top5"), kCounts);
  EXPECT_NEAR(found.top10, expected("top10"), kCounts);
  EXPECT_NEAR(found.rate_at_far[0].second, expected("rate_at_0.01"), kCounts);
  EXPECT_NEAR(found.rate_at_far[1].second, expected("rate_at_0.1"), kCounts);
}

}  // namespace
}  // namespace fedfr::eval
