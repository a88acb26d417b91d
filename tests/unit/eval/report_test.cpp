#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/eval/report_json.hpp"
#include "fedfr/eval/tables.hpp"

namespace fedfr::eval {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

ClientScores client_scores(std::int64_t id, double tar) {
  ClientScores client{.client = ClientId{id}, .scores = {}};
  client.scores.own_probes = 40;
  client.scores.tar_at_far = {
      {.target = 1e-2, .true_rate = tar, .false_rate = 0.01, .threshold = 0.3, .impostors = 600},
      {.target = 1e-4, .true_rate = tar / 2, .impostors = 600}};
  client.scores.rank1 = 0.5 + tar / 2;
  client.scores.cumulative_match = {0.75, 1};
  client.scores.tpir_at_fpir = {{.target = 0.1, .true_rate = tar, .impostors = 50}};
  return client;
}

TEST(ReportJson, ClientScoresSurviveARoundTrip) {
  std::vector before{client_scores(12, 0.7), client_scores(13, 0.6)};
  before[1].scores.rank1 = kUndefined;
  const auto text = nlohmann::json(before).dump();
  const auto after = nlohmann::json::parse(text).get<std::vector<ClientScores>>();
  EXPECT_EQ(nlohmann::json(after).dump(), text);
  EXPECT_EQ(after[0].client, ClientId{12});
  EXPECT_EQ(after[0].scores.rank1, 0.85);
  EXPECT_TRUE(std::isnan(after[1].scores.rank1));
  EXPECT_EQ(after[0].scores.tar_at_far[0].threshold, 0.3);
}

TEST(ReportJson, WhatNobodyCanHaveMeasuredIsRefused) {
  const nlohmann::json usual = client_scores(12, 0.7);
  const auto refuse = [&](const char* where, const nlohmann::json& value) {
    nlohmann::json changed = usual;
    changed[nlohmann::json::json_pointer(where)] = value;
    EXPECT_THROW(changed.get<ClientScores>(), nlohmann::json::exception) << where << value;
  };
  for (const double target : {0.0, -0.1, 1.5}) refuse("/tar_at_far/0/target", target);
  refuse("/tar_at_far/0/impostors", 1e300);
  refuse("/client", 0.5);
  refuse("/own_probes", "40");
  EXPECT_EQ(impostors_needed(1e-300), 1'000'000'000'000'000'000) << "and no overflow";
}

TEST(ReportJson, SaysWhichRatesAreNotResolved) {
  const auto json = nlohmann::json::parse(nlohmann::json(client_scores(0, 0.7)).dump());
  EXPECT_TRUE(json["tar_at_far"][0]["resolvable"].get<bool>());
  EXPECT_FALSE(json["tar_at_far"][1]["resolvable"].get<bool>());
  EXPECT_TRUE(json["tar_at_far"][1]["achieved"].is_null());
}

TEST(ReportJson, SummaryNamesClients) {
  const std::vector clients{client_scores(3, 0.7), client_scores(8, 0.9)};
  const nlohmann::json json = summarise(clients);
  EXPECT_EQ(json["tar_at_far"][0]["worst_client"], 3);
  EXPECT_EQ(json["rank1"]["best_client"], 8);
  EXPECT_EQ(json["tpir_at_fpir"][0]["fewest_impostors"], 50);
}

TEST(ReportJson, ASummarySurvivesARoundTrip) {
  std::vector clients{client_scores(3, 0.7), client_scores(8, 0.9)};
  clients[0].scores.tpir_at_fpir[0].true_rate = clients[1].scores.tpir_at_fpir[0].true_rate = kUndefined;
  const auto text = nlohmann::json(summarise(clients)).dump();
  const auto after = nlohmann::json::parse(text).get<PersonalisedSummary>();
  EXPECT_EQ(nlohmann::json(after).dump(), text);
  EXPECT_EQ(after.tar_at_far[0].rate.worst_client, ClientId{3});
  EXPECT_TRUE(std::isnan(after.tpir_at_fpir[0].rate.mean));
}

VerificationScores lfw_scores() {
  VerificationScores scores;
  scores.genuine_pairs = scores.impostor_pairs = 3000;
  scores.accuracy = 0.98533;
  scores.accuracy_deviation = 0.0042;
  scores.accuracy_interval = {.low = 0.9822, .high = 0.9884};
  for (const double far : {1e-1, 1e-2, 1e-3, 1e-4})
    scores.tar_at_far.push_back({.target = far, .true_rate = 0.9, .impostors = 3000});
  return scores;
}

void expect_narrow(const std::string& table) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 104U) << line;  // bytes; ± has two
}

TEST(GenericTable, AlignsColumnsAndExplainsWhatIsMissing) {
  const auto scores = lfw_scores();
  const auto table =
      generic_table(std::vector<GenericRow>{{"lfw before", &scores}, {"lfw round 20", &scores}});
  EXPECT_EQ(table,
            "Verification, %      accuracy  95 % interval  TAR@1e-1  TAR@1e-2  TAR@1e-3  TAR@1e-4\n"
            "lfw before       98.53 ± 0.42  98.22 - 98.84     90.00     90.00     90.00       n/a\n"
            "lfw round 20     98.53 ± 0.42  98.22 - 98.84     90.00     90.00     90.00       n/a\n"
            "lfw before: FAR=1e-4 needs 10,000 impostor pairs, has 3,000\n"
            "lfw round 20: FAR=1e-4 needs 10,000 impostor pairs, has 3,000\n");
  expect_narrow(
      generic_table(std::vector<GenericRow>{{"a benchmark with a very long name indeed", &scores}}));
  EXPECT_EQ(generic_table({}), "");
}

TEST(GenericTable, CutsLongNamesBetweenCharacters) {
  const VerificationScores scores;
  const std::string name = "a-benchmark-of-M\u00fcller-and-\u00e4\u00f6\u00fc";
  for (std::size_t skipped = 0; skipped < 12; ++skipped) {
    const std::string table = generic_table(std::vector<GenericRow>{{name.substr(skipped), &scores}});
    EXPECT_TRUE(is_utf8(table)) << table;
  }
}

TEST(GenericTable, MarksAThresholdThatWasChosenOnTheSamePairs) {
  auto scores = lfw_scores();
  scores.one_fold = true;
  scores.accuracy_interval = {};
  scores.tar_at_far.clear();
  EXPECT_EQ(generic_table(std::vector<GenericRow>{{"own", &scores}}),
            "Verification, %  accuracy  95 % interval\n"
            "own               98.53 *            n/a\n"
            "* own: one fold, its threshold chosen on the same pairs\n");
  EXPECT_EQ(nlohmann::json(scores).at("one_fold"), true);
  EXPECT_FALSE(nlohmann::json(lfw_scores()).contains("one_fold"));
}

TEST(GenericTable, LongNamesStayDifferentAndWhole) {
  const auto scores = lfw_scores();
  const auto first_words = [&](const std::string& a, const std::string& b) {
    std::istringstream lines(generic_table(std::vector<GenericRow>{{a, &scores}, {b, &scores}}));
    std::string header, first, second;
    std::getline(lines, header) && std::getline(lines, first) && std::getline(lines, second);
    return std::pair(first.substr(0, first.find("  ")), second.substr(0, second.find("  ")));
  };
  const std::string name = "a-benchmark-with-a-long-name";
  EXPECT_EQ(first_words(name + ", start", name + ", round 20"),
            std::pair("a-benchmar..-name, start"s, "a-benchmar..me, round 20"s));
  EXPECT_EQ(first_words("some/folder/" + name, "some/folder2/" + name),
            std::pair("some/folder/" + name, "some/folder2/" + name))
      << "shortened they would be one";
  std::string accents;
  for (int i = 0; i < 30; ++i) accents += "\xc3\xa9";
  const auto [shown, other] = first_words(accents, "x");
  EXPECT_EQ(shown, accents.substr(0, 20) + ".." + accents.substr(0, 24));
}

TEST(Describe, ShowsARateOrWhatItNeeds) {
  EXPECT_EQ(describe(OperatingPoint{.target = 1e-2, .true_rate = 0.93414, .impostors = 100}), "93.41");
  EXPECT_EQ(describe(OperatingPoint{.target = 1e-4, .true_rate = 0.9, .impostors = 3000}),
            "n/a (needs 10,000 impostors, has 3,000)");
  EXPECT_EQ(describe(PairedDifference{.difference = 0.0083,
                                      .interval = {.low = 0.0041, .high = 0.0125},
                                      .only_before = 11,
                                      .only_after = 1061}),
            "accuracy +0.83 points (95 % interval +0.41 to +1.25): 1,061 pairs gained, 11 lost");
}

TEST(PersonalisedTable, ShowsMeanWorstBestAndGain) {
  const auto global = summarise(std::vector{client_scores(0, 0.6), client_scores(10123, 0.8)});
  const auto own = summarise(std::vector{client_scores(0, 0.7), client_scores(10123, 1.0)});
  const auto table = personalised_table(global, own);
  EXPECT_THAT(table, HasSubstr("2 clients, %"));
  EXPECT_THAT(table,
              testing::ContainsRegex("TAR@FAR=1e-2 +70.00 +60.00 .c0. +80.00 .c10123. +85.00 +70.00 .c0. "
                                     "+100.00 .c10123. +\\+15.00\n"));
  EXPECT_THAT(table, testing::ContainsRegex("TAR@FAR=1e-4 +n/a +n/a +n/a +n/a +n/a +n/a +n/a\n"));
  EXPECT_THAT(
      table,
      HasSubstr("TAR@FAR=1e-4 needs 10,000 impostor pairs a client; the fewest that a client has are 600\n"));
  expect_narrow(table);
}

TEST(PersonalisedTable, ShowsHowUnequalClientsAre) {
  const auto global = summarise(std::vector{client_scores(0, 0.6), client_scores(1, 0.8)});
  const auto own = summarise(std::vector{client_scores(0, 0.0), client_scores(1, 1.0)});
  const auto table = personalised_table(global, own);
  EXPECT_THAT(table, HasSubstr("global: worst 10 %"));
  // (0.6, 0.8): mean of the worst tenth 0.6, deviation 0.1, Gini 2 * 0.2 / (2 * 4 * 0.7)
  EXPECT_THAT(table, testing::ContainsRegex("TAR@FAR=1e-2 +60.00 +10.00 +0.071 +0.00 +50.00 +0.500\n"));
  EXPECT_THAT(table, testing::ContainsRegex("TAR@FAR=1e-4 +n/a +n/a +n/a +n/a +n/a +n/a\n"));
  expect_narrow(table);
}

TEST(Summary, TakesTheWorstTenthRoundedUp) {
  std::vector<ClientScores> clients;
  for (int i = 0; i < 21; ++i) clients.push_back(client_scores(i, 0.9 - 0.01 * i));
  const auto rate = summarise(clients).tar_at_far[0].rate;
  EXPECT_NEAR(rate.worst_decile, (0.70 + 0.71 + 0.72) / 3, 1e-12) << "3 of 21";
  double gini = 0;
  for (const auto& a : clients)
    for (const auto& b : clients)
      gini += std::abs(a.scores.tar_at_far[0].true_rate - b.scores.tar_at_far[0].true_rate);
  EXPECT_NEAR(rate.gini, gini / (2 * 21 * 21 * 0.8), 1e-12);
  for (auto& client : clients) client.scores.tar_at_far[0].true_rate = 0;
  EXPECT_TRUE(std::isnan(summarise(clients).tar_at_far[0].rate.gini)) << "nothing to share";
}

TEST(PersonalisedTable, RefusesDifferentTargets) {
  const auto global = summarise(std::vector{client_scores(0, 0.6)});
  auto own = global;
  own.tpir_at_fpir.pop_back();
  EXPECT_THROW(personalised_table(global, own), UsageError);
}

}  // namespace
}  // namespace fedfr::eval
