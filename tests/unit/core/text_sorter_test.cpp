#include "fedfr/core/text_sorter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "fedfr/core/long_list.hpp"
#include "support/temp_folder.hpp"

namespace fedfr {
namespace {

using testing::ElementsAre;

std::vector<std::string> all_of(TextSorter& sorter) {
  std::vector<std::string> all;
  for (std::string_view text; sorter.next(text);) all.emplace_back(text);
  return all;
}

/// Of many lengths, with zeros and bytes beyond 127, some twice, some longer than a buffer.
std::vector<std::string> many_texts() {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    std::string text(i % 500 == 0 ? 9000 : i * 7919 % 23, '\xC3');
    for (std::size_t at = 0; at < text.size(); at += 2)
      text[at] = static_cast<char>(i * 2654435761U >> at % 24U);
    texts.push_back(text);
    if (i % 10 == 0) texts.push_back(text);
  }
  return texts;
}

TEST(TextSorter, GivesTheOrderOfBytesHoweverLittleMemoryItHas) {
  auto expected = many_texts();
  std::ranges::sort(expected);  // of std::string: as unsigned
  const test::TempFolder folder;
  for (const std::size_t memory : {std::size_t{64}, std::size_t{20000}, TextSorter::usual_memory}) {
    TextSorter sorter(folder.path(), memory);
    for (const auto& text : many_texts()) sorter.add(text);
    EXPECT_EQ(sorter.size(), std::ssize(expected));
    EXPECT_TRUE(all_of(sorter) == expected) << memory;
    std::string_view text;
    EXPECT_FALSE(sorter.next(text)) << "the end stays the end";
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "its file has no name";
}

TEST(TextSorter, CanBeMovedWhileItIsRead) {
  TextSorter sorter({}, 64);
  for (const char* text : {"one text", "another", "and then one more", "0"}) sorter.add(text);
  std::string_view first;
  ASSERT_TRUE(sorter.next(first));
  EXPECT_EQ(first, "0");
  TextSorter moved = std::move(sorter);
  EXPECT_THAT(all_of(moved), ElementsAre("and then one more", "another", "one text"));
}

TEST(TextSorter, OfNothingIsEmpty) {
  TextSorter sorter;
  EXPECT_THAT(all_of(sorter), testing::IsEmpty());
}

TEST(OrderedBytes, AreSortedAsTheirNumbersAre) {
  std::vector<std::uint64_t> numbers{0, 1, 255, 256, 65536, std::uint64_t{1} << 63U, ~std::uint64_t{0}};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(number_of_ordered<std::uint64_t>(ordered_bytes(numbers[i]) + "more"), numbers[i]);
    const auto before = i > 0 ? ordered_bytes(numbers[i - 1]) : "";
    EXPECT_LT(before, ordered_bytes(numbers[i]));
  }
  EXPECT_EQ(ordered_bytes(std::uint32_t{0x01020304}), "\x01\x02\x03\x04");
}

TEST(LongList, GivesBackWhatWasAddedSeveralTimes) {
  const auto texts = many_texts();
  const test::TempFolder folder;
  LongList list(folder.path());
  for (int i = 0; i < 20; ++i)  // a megabyte
    for (const auto& text : texts) list.add(text);
  EXPECT_EQ(list.size(), 20 * std::ssize(texts));
  for (int reading = 0; reading < 2; ++reading) {
    std::size_t at = 0, wrong = 0;
    list.for_each([&](std::string_view text) { wrong += text == texts[at++ % texts.size()] ? 0U : 1U; });
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(at, 20 * texts.size());
  }
}

TEST(ScratchFile, CanBeReadAtAnyPlace) {
  const test::TempFolder folder;
  ScratchFile file(folder.path(), 8);
  std::string expected;
  for (const char* piece : {"abc", "defgh", "ij", "a long piece of text", "", "k"}) {
    file.add(piece);
    expected += piece;
  }
  ASSERT_EQ(file.size(), expected.size());
  for (std::size_t begin = 0; begin <= expected.size(); ++begin)
    for (std::size_t size = 0; begin + size <= expected.size(); ++size) {
      std::string read(size, '?');
      file.read(begin, std::as_writable_bytes(std::span(read)));
      EXPECT_EQ(read, expected.substr(begin, size));
    }
  std::string beyond(2, '?');
  EXPECT_THROW(file.read(expected.size() - 1, std::as_writable_bytes(std::span(beyond))), DataError);
}

TEST(ScratchFile, NamesTheFolderThatItCannotBeIn) {
  ScratchFile file("/no/such/folder", 1);
  try {
    file.add("two");
    ADD_FAILURE() << "accepted";
  } catch (const DataError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("/no/such/folder"));
  }
}

}  // namespace
}  // namespace fedfr
