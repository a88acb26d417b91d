#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>

#include "fedfr/core/python_random.hpp"
#include "fedfr/data/split/split_plan.hpp"
#include "support/golden.hpp"

namespace fedfr::data {
namespace {

using test::GoldenFile;
using Ints = std::vector<std::int64_t>;

constexpr const char* file_name = "l_split.h5";

std::int64_t attribute(const GoldenFile& golden, const std::string& object, const std::string& name) {
  return std::llround(golden.number(object, name));
}

/// What one file of the released split holds.
struct Content {
  Ints identities;      // source label by new label
  Ints record_labels;   // new label of each record
  Ints source_records;  // numbered from 1 through the identities in file order
};

class Split : public testing::Test {
 protected:
  void SetUp() override {
    FEDFR_NEEDS_GOLDEN(file_name);
    golden_ = std::make_unique<GoldenFile>(file_name);
    labels_ = golden_->ints("identity_label");
    counts_ = golden_->ints("identity_count");
    first_record_.assign(counts_.size(), 1);
    std::exclusive_scan(counts_.begin(), counts_.end(), first_record_.begin(), std::int64_t{1});
    seed_ = static_cast<std::uint32_t>(attribute(*golden_, "/", "python_seed"));
  }

  SplitPlan plan() const {
    ReleasedRecipe recipe;
    recipe.clients = attribute(*golden_, "/", "n_clients");
    recipe.client_identities = attribute(*golden_, "/", "n_fl_ids");
    recipe.public_identities = attribute(*golden_, "/", "n_public_ids");
    recipe.public_parts = attribute(*golden_, "/", "n_public_parts");
    recipe.test_images = attribute(*golden_, "/", "n_personal_test");
    return plan_released_split(counts_, recipe, seed_);
  }

  void append(Content& content, const AssignedIdentity& assigned, const Ints& positions) const {
    const auto identity = static_cast<std::size_t>(assigned.identity);
    for (const auto position : positions) {
      content.record_labels.push_back(std::ssize(content.identities));
      content.source_records.push_back(first_record_[identity] + position);
    }
    content.identities.push_back(labels_[identity]);
  }

  void expect_equal(const std::string& file, const Content& content, Ints header_tail) const {
    EXPECT_EQ(content.identities, golden_->ints(file + "/source_identity_of_label")) << file;
    EXPECT_EQ(content.record_labels, golden_->ints(file + "/record_label")) << file;
    EXPECT_EQ(content.source_records, golden_->ints(file + "/source_record")) << file;
    Ints header{std::ssize(content.record_labels) + 1, std::ssize(content.identities)};
    header.insert(header.end(), header_tail.begin(), header_tail.end());
    EXPECT_EQ(header, golden_->ints(file + "/header")) << file;
  }

  std::unique_ptr<GoldenFile> golden_;
  Ints labels_, counts_, first_record_;
  std::uint32_t seed_ = 0;
};

TEST_F(Split, ShufflesLikeTheReleasedProgram) {
  Ints shuffled;
  for (const auto i : released_order(std::ssize(labels_), seed_))
    shuffled.push_back(labels_[static_cast<std::size_t>(i)]);
  EXPECT_EQ(shuffled, golden_->ints("shuffled_identity_labels"));
}

TEST_F(Split, GivesEveryClientTheReleasedTrainingImages) {
  const auto clients = plan().clients;
  ASSERT_EQ(std::ssize(clients), attribute(*golden_, "/", "n_clients"));
  std::int64_t identities_before = 0;
  for (std::size_t c = 0; c < clients.size(); ++c) {
    Content content;
    for (const auto& assigned : clients[c]) append(content, assigned, assigned.train);
    expect_equal("client" + std::to_string(c), content, {identities_before});
    identities_before += std::ssize(content.identities);
  }
}

TEST_F(Split, TestAndGalleryAreThoseOfAllClients) {
  Content test, gallery;
  for (const auto& client : plan().clients) {
    for (const auto& assigned : client) {
      append(test, assigned, assigned.test);
      append(gallery, assigned, assigned.train);
    }
  }
  expect_equal("personal_test", test, {});
  expect_equal("personal_gallery", gallery, {});
}

TEST_F(Split, WritesTheReleasedPublicParts) {
  const auto parts = plan().public_parts;
  ASSERT_EQ(std::ssize(parts), attribute(*golden_, "/", "n_public_parts"));
  for (std::size_t p = 0; p < parts.size(); ++p) {
    Content content;
    for (const auto& assigned : parts[p]) append(content, assigned, assigned.train);
    expect_equal("public" + std::to_string(p), content, {});
  }
}

TEST(PythonRandomGolden, DrawsTheSameNumbers) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile golden(file_name);
  const std::string group = "python_random_seed100/";
  PythonRandom bits(100);
  for (const auto expected : golden.ints(group + "getrandbits32")) EXPECT_EQ(bits.bits32(), expected);
  PythonRandom below(100);
  for (const auto expected : golden.ints(group + "randbelow_of_10")) EXPECT_EQ(below.below(10), expected);
  for (const auto* name : {"shuffle_of_10", "shuffle_of_61"}) {
    const auto expected = golden.ints(group + name);
    Ints items(expected.size());
    std::iota(items.begin(), items.end(), 0);
    PythonRandom(100).shuffle(std::span(items));
    EXPECT_EQ(items, expected) << name;
  }
}

TEST(PythonRandomGolden, SamplesTheSameCohorts) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile golden(file_name);
  for (const auto& name : golden.children("client_sampling_seed100")) {
    const std::string group = "client_sampling_seed100/" + name;
    const auto shape = golden.shape(group + "/rounds");
    const auto expected = golden.ints(group + "/rounds");
    const std::int64_t clients = attribute(golden, group, "n_clients");
    PythonRandom random(100);
    Ints drawn;
    for (std::int64_t round = 0; round < shape.at(0); ++round) {
      auto cohort = random.sample(clients, shape.at(1));
      std::ranges::sort(cohort);
      drawn.insert(drawn.end(), cohort.begin(), cohort.end());
    }
    EXPECT_EQ(drawn, expected) << name;
  }
}

}  // namespace
}  // namespace fedfr::data
