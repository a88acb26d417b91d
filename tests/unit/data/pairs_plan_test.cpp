#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/data/split/pairs_draw.hpp"
#include "fedfr/data/split/pairs_lfw.hpp"
#include "support/golden.hpp"

namespace fedfr::data {
namespace {

using Counts = std::vector<std::int64_t>;
using testing::HasSubstr;

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

void expect_sound(const std::vector<DrawnPair>& pairs, const Counts& counts, std::int64_t genuine,
                  std::int64_t impostor, int folds) {
  std::map<std::int64_t, int> fold_of;
  std::set<std::array<std::int64_t, 4>> seen;
  std::map<std::pair<int, bool>, std::int64_t> sizes;
  for (const auto& pair : pairs) {
    for (const auto& [identity, image] : {std::pair{pair.first_identity, pair.first_image},
                                          std::pair{pair.second_identity, pair.second_image}}) {
      EXPECT_LT(image, counts.at(static_cast<std::size_t>(identity)));
      EXPECT_EQ(fold_of.emplace(identity, pair.fold).first->second, pair.fold) << "identity in two folds";
    }
    std::array<std::int64_t, 4> key{pair.first_identity, pair.first_image, pair.second_identity,
                                    pair.second_image};
    if (std::pair{key[0], key[1]} > std::pair{key[2], key[3]}) key = {key[2], key[3], key[0], key[1]};
    EXPECT_TRUE(key[0] != key[2] || key[1] != key[3]) << "an image paired with itself";
    EXPECT_TRUE(seen.insert(key).second) << "a pair twice";
    ++sizes[{pair.fold, pair.genuine()}];
  }
  EXPECT_EQ(std::ssize(pairs), genuine + impostor);
  for (int fold = 0; fold < folds; ++fold) {
    EXPECT_LE(std::abs(sizes[{fold, true}] - genuine / folds), 1);
    EXPECT_LE(std::abs(sizes[{fold, false}] - impostor / folds), 1);
  }
}

TEST(DrawPairs, AreUniqueAndFoldsShareNoIdentity) {
  Counts counts;
  for (std::int64_t i = 0; i < 90; ++i) counts.push_back(1 + i % 8);
  expect_sound(draw_pairs(counts, 300, 300, 10, 1), counts, 300, 300, 10);
  expect_sound(draw_pairs(counts, 7, 103, 3, 1), counts, 7, 103, 3);
}

TEST(DrawPairs, CanUseEveryPairThereIs) {
  const Counts counts(8, 4);  // in each of 2 folds: 4 identities, 24 genuine and 96 impostor pairs
  expect_sound(draw_pairs(counts, 48, 192, 2, 1), counts, 48, 192, 2);
  EXPECT_THAT(message_of([&] { draw_pairs(counts, 49, 1, 2, 1); }), HasSubstr("only 48 are possible"));
  EXPECT_THAT(message_of([&] { draw_pairs(counts, 1, 193, 2, 1); }), HasSubstr("only 192 are possible"));
}

TEST(DrawPairs, SpreadsGenuinePairsOverIdentities) {
  const Counts counts{30, 2, 3, 3, 30};
  std::map<std::int64_t, int> genuine;
  for (const auto& pair : draw_pairs(counts, 13, 0, 1, 1)) ++genuine[pair.first_identity];
  EXPECT_EQ(genuine[1], 1);  // all that it has
  for (const auto identity : {0, 2, 3, 4}) EXPECT_EQ(genuine[identity], 3) << identity;
}

TEST(DrawPairs, DependOnTheSeed) {
  const Counts counts(40, 5);
  const auto key = [&](std::uint64_t seed) {
    std::vector<std::int64_t> numbers;
    for (const auto& pair : draw_pairs(counts, 50, 50, 5, seed))
      numbers.insert(numbers.end(),
                     {pair.first_identity, pair.first_image, pair.second_identity, pair.second_image});
    return numbers;
  };
  EXPECT_EQ(key(1), key(1));
  EXPECT_NE(key(1), key(2));
}

TEST(DrawPairs, RefusesTheImpossible) {
  EXPECT_THROW(draw_pairs(Counts(4, 4), 1, 1, 0, 1), UsageError);
  EXPECT_THROW(draw_pairs(Counts(4, 4), -1, 1, 1, 1), UsageError);
  EXPECT_THROW(draw_pairs(Counts{}, 1, 1, 10, 1), UsageError);
  EXPECT_THROW(draw_pairs(Counts(4, 1), 1, 1, 1, 1), UsageError);  // nobody has two images
  EXPECT_THROW(draw_pairs(Counts(3, 4), 4, 4, 4, 1), UsageError);  // more folds than identities
}

TEST(LfwPairs, ReadsFoldsOfMatchedAndMismatchedPairs) {
  const auto protocol =
      parse_lfw_pairs("2\t1\nAnn\t1\t4\nAnn\t2\tBob_B\t13\n\nCy\t1\t2\r\nDi\t1\tEd\t1\n", "pairs.txt");
  ASSERT_EQ(protocol.folds, 2);
  ASSERT_EQ(protocol.pairs.size(), 4U);
  EXPECT_TRUE(protocol.pairs[0].genuine());
  EXPECT_EQ(protocol.pairs[0].second_number, 4);
  EXPECT_FALSE(protocol.pairs[1].genuine());
  EXPECT_EQ(protocol.pairs[1].second_name, "Bob_B");
  EXPECT_EQ(protocol.pairs[1].second_number, 13);
  EXPECT_EQ(protocol.pairs[2].fold, 1);
  EXPECT_EQ(protocol.pairs[3].line, 6);
}

TEST(LfwPairs, ReadsASingleFold) {
  const auto protocol = parse_lfw_pairs("1\nAnn 1 2\nAnn 1 Bob 2\n", "pairs.txt");
  EXPECT_EQ(protocol.folds, 1);
  EXPECT_EQ(protocol.pairs.size(), 2U);
}

TEST(LfwPairs, ReadsWhatEditorsMakeOfIt) {
  const std::string plain = "1 1\nA 1 2\nA 1 B 1\n";
  for (const std::string& text :
       {std::string("\xEF\xBB\xBF") + plain, std::string("1 1\r\nA 1 2\r\nA 1 B 1\r\n"),
        std::string("\n1\t1 \n\n  A 1 2\n\r\nA 1 B 1"), std::string("\xEF\xBB\xBF\r\n") + plain}) {
    const auto pairs = parse_lfw_pairs(text, "pairs.txt").pairs;
    ASSERT_EQ(pairs.size(), 2U);
    EXPECT_EQ(pairs[0].first_name, "A");
    EXPECT_EQ(pairs[1].second_name, "B");
  }
}

TEST(LfwPairs, RefusesWhatCannotBeMeasured) {
  EXPECT_THAT(message_of([] { parse_lfw_pairs("1 1\nA 2 02\nA 1 B 1\n", "p"); }),
              HasSubstr("p, line 2: a pair of an image with itself"));
  EXPECT_THAT(message_of([] { parse_lfw_pairs("70000 1\n", "p"); }),
              HasSubstr("p, line 1: there can be 4096 folds"));
  EXPECT_THAT(message_of([] { parse_lfw_pairs("\xFF\xFE\n", "p"); }), HasSubstr("\\xFF\\xFE"));
}

TEST(LfwPairs, NamesTheLineOfAMistake) {
  const auto refusal = [](const char* text) {
    return message_of([&] { parse_lfw_pairs(text, "pairs.txt"); });
  };
  EXPECT_THAT(refusal(""), HasSubstr("pairs.txt, line 1"));
  EXPECT_THAT(refusal("1 1\nAnn 1\nAnn 1 Bob 1\n"), HasSubstr("pairs.txt, line 2: expected a matched pair"));
  EXPECT_THAT(refusal("1 1\nAnn 1 2\nAnn 1 2\n"), HasSubstr("pairs.txt, line 3: expected a mismatched pair"));
  const std::string long_name(5000, 'A');
  EXPECT_THAT(refusal(("1 1\n" + long_name + " 1 2\n").c_str()), HasSubstr("line 2: a line of 5004 bytes"));
  EXPECT_THAT(refusal("1 1\nAnn 1 x\nAnn 1 Bob 1\n"), HasSubstr("line 2: expected a number"));
  EXPECT_THAT(refusal("1 1\nAnn 0 2\nAnn 1 Bob 1\n"), HasSubstr("line 2: expected a number"));
  EXPECT_THAT(refusal("1 1\nAnn 1 2\nAnn 1 Ann 2\n"), HasSubstr("line 3: a mismatched pair"));
  EXPECT_THAT(refusal("1 1\nAnn 1 2\n"), HasSubstr("fewer pairs"));
  EXPECT_THAT(refusal("1 1\nAnn 1 2\nAnn 1 Bob 1\nAnn 1 3\n"), HasSubstr("line 4: more pairs"));
}

TEST(LfwPairs, ReadsTheRealProtocol) {
  FEDFR_NEEDS_LFW();
  const auto protocol = parse_lfw_pairs(read_text(test::lfw_folder() / "pairs.txt"), "pairs.txt");
  EXPECT_EQ(protocol.folds, 10);
  EXPECT_EQ(protocol.pairs.size(), 6000U);
  std::map<std::pair<int, bool>, int> sizes;
  for (const auto& pair : protocol.pairs) ++sizes[{pair.fold, pair.genuine()}];
  for (const auto& [key, size] : sizes) EXPECT_EQ(size, 300);
}

}  // namespace
}  // namespace fedfr::data
