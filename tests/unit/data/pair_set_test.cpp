// InsightFace's verification sets: what pickles of Python and NumPy say (tests/fuzz/corpus/pair_set has some
// of each kind, as make_corpus.py makes them), and the benchmark that becomes of one.
#include "data/import/sources/pairs/pair_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/data/export/export.hpp"
#include "fedfr/data/import/importer.hpp"
#include "pictures.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

std::string pickled(const std::string& name) {
  return read_text(fs::path(FEDFR_PICTURES_DIR) / "../../../fuzz/corpus/pair_set" / name);
}

std::string refusal(const std::string& name) {
  const auto bytes = pickled(name);
  try {
    const PairSet set(std::as_bytes(std::span(bytes)));
    for (std::int64_t i = 0; i < set.images(); ++i)
      set.is_pixels(i) ? static_cast<void>(set.pixels_of(i)) : static_cast<void>(set.bytes_of(i));
  } catch (const DataError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(PairSets, OfEveryProtocolHaveTheBytesOfTheirImages) {
  for (const std::string name : {"protocol_2", "protocol_3", "protocol_4", "protocol_5"}) {
    const auto bytes = pickled(name);
    const PairSet set(std::as_bytes(std::span(bytes)));
    ASSERT_EQ(set.images(), 2) << name;
    EXPECT_EQ(set.bytes_of(0), "\xff\xd8 image") << name;
    EXPECT_EQ(set.bytes_of(1), "\xff\xd8 image2") << name;
    EXPECT_FALSE(set.is_pixels(0));
    EXPECT_THAT(set.same(), ElementsAre(true)) << name;
  }
}

TEST(PairSets, MayHoldArrays) {
  for (const std::string name : {"array", "flags", "wide_flags"}) {
    const auto bytes = pickled(name);
    const PairSet set(std::as_bytes(std::span(bytes)));
    EXPECT_EQ(set.bytes_of(1), "\xff\xd8 i") << name;
    EXPECT_THAT(set.same(), ElementsAre(name != "wide_flags"));
  }
  for (const std::string name : {"pixels", "planar", "all_in_one"}) {
    const auto bytes = pickled(name);
    const PairSet set(std::as_bytes(std::span(bytes)));
    EXPECT_TRUE(set.is_pixels(0)) << name;
    EXPECT_EQ(set.pixels_of(0).size, (name == "all_in_one" ? ImageSize{1, 1} : ImageSize{2, 1})) << name;
  }
}

TEST(PairSets, ThatAreNoneAreRefused) {
  EXPECT_THAT(refusal("forbidden"), HasSubstr("os.system"));
  EXPECT_THAT(refusal("number"), HasSubstr("no set of pairs"));
  EXPECT_THAT(refusal("three"), HasSubstr("it holds 3 things"));
  EXPECT_THAT(refusal("one_flag_too_many"), HasSubstr("2 images and 2 flags"));
  EXPECT_THAT(refusal("wrong_shape"), HasSubstr("does not fit its bytes"));
  EXPECT_THAT(refusal("reals"), HasSubstr("neither whole numbers"));
  EXPECT_THAT(refusal("other_order"), HasSubstr("in the other order"));
  EXPECT_THAT(refusal("no_pixels"), HasSubstr("0x4 pixels"));
  EXPECT_THAT(refusal("texts"), HasSubstr("characters that are no bytes"));
  for (const std::string name : {"huge_shape", "negative", "no_state", "empty"})
    EXPECT_NE(refusal(name), "accepted") << name;
}

class ImportPairs : public testing::Test {
 protected:
  /// Pairs of images by their numbers, of people of ten images.
  Dataset benchmark(const std::vector<Pair>& pairs, Encoding encoding = Encoding::jpeg) {
    const auto out = folder_ / ("benchmark" + std::to_string(++made_));
    DatasetWriter writer(out, {.role = Role::benchmark, .size = test::stored_size, .encoding = encoding});
    for (int person = 0; person < 3; ++person) {
      writer.begin_client(std::to_string(person), 10);
      for (int i = 0; i < 10; ++i) {
        auto image = test::numbered_new_image(person * 10 + i, encoding, 3);
        image.label = person;
        writer.add(image);
      }
    }
    writer.set_identities({"ann", "bob", "cy"});
    writer.set_pairs(pairs);
    writer.finish();
    return Dataset(out);
  }
  Dataset imported(const fs::path& bin, const ImportOptions& options = {.encoding = Encoding::jpeg}) {
    const auto out = folder_ / ("imported" + std::to_string(++made_));
    report_ = import_images(std::span(&bin, 1), out, options);
    return Dataset(out);
  }

  fedfr::test::TempFolder folder_;
  ImportReport report_;
  int made_ = 0;
};

TEST_F(ImportPairs, GivesTheBenchmarkThatWasExported) {
  std::vector<Pair> pairs;
  for (int i = 0; i < 20; ++i)
    pairs.push_back({i % 7, i % 2 == 0 ? 7 + i % 3 : 10 + i % 9, i % 2 == 0, i / 2});
  for (const auto encoding : {Encoding::jpeg, Encoding::raw}) {
    const Dataset source = benchmark(pairs, encoding);
    const auto report = export_pairs(source, folder_ / "a.bin", {});
    EXPECT_THAT(report.remarks, IsEmpty());
    const Dataset made = imported(folder_ / "a.bin", {.encoding = encoding});
    EXPECT_EQ(report_.format, SourceFormat::pair_set);
    EXPECT_EQ(made.role(), Role::benchmark);
    const auto again = made.pairs();
    ASSERT_EQ(again.size(), pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(again[i].genuine, pairs[i].genuine);
      EXPECT_EQ(again[i].fold, pairs[i].fold);
      EXPECT_EQ(made.all().read_stored(again[i].first), source.all().read_stored(pairs[i].first));
      EXPECT_EQ(made.all().read_stored(again[i].second), source.all().read_stored(pairs[i].second));
    }
    EXPECT_EQ(made.images(), report.images) << "an image of several pairs is kept once";
    const auto labels = made.all().labels();
    EXPECT_EQ(labels[static_cast<std::size_t>(again[0].first)],
              labels[static_cast<std::size_t>(again[14].second)])
        << "whom genuine pairs connect is one person";
  }
}

TEST_F(ImportPairs, SaysThatASetHasGenuinePairsOnly) {
  export_pairs(benchmark({{0, 1, true, 0}, {2, 3, true, 0}}), folder_ / "a.bin", {});
  EXPECT_EQ(imported(folder_ / "a.bin").pairs().size(), 2U);
  EXPECT_EQ(report_.impostor_pairs, 0);
  EXPECT_THAT(report_.remarks, ElementsAre(HasSubstr("all pairs are genuine")));
  export_pairs(benchmark({{0, 1, true, 0}, {1, 0, false, 0}}), folder_ / "b.bin", {});
  imported(folder_ / "b.bin");
  EXPECT_THAT(report_.remarks, ElementsAre(HasSubstr("1 impostor pairs are of one image")));
}

TEST_F(ImportPairs, NamesTheImagesThatAreBad) {
  test::overwrite(folder_ / "a.bin", pickled("protocol_4"));
  const auto message = [&] {
    try {
      imported(folder_ / "a.bin");
    } catch (const DataError& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(message(),
              AllOf(HasSubstr("2 image(s)"), HasSubstr("a.bin, image 0"), HasSubstr("a.bin, image 1")));
  test::overwrite(folder_ / "a.bin", pickled("forbidden"));
  EXPECT_THAT(message(), AllOf(HasSubstr("a.bin: "), HasSubstr("os.system")));
}

}  // namespace
}  // namespace fedfr::data
