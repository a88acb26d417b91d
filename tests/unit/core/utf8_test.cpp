#include "fedfr/core/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fedfr {
namespace {

TEST(Utf8, IsKnownByItsForms) {
  for (const char* good : {"", "Ann", "Zo\xC3\xAB", "\xE6\x9D\x8E", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF",
                           "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xE0\xA0\x80"})
    EXPECT_TRUE(is_utf8(good)) << printable(good);
  EXPECT_TRUE(is_utf8(std::string("a\0b", 3)));
}

TEST(Utf8, RefusesLatin1OverlongFormsSurrogatesAndWhatIsCutShort) {
  for (const char* bad :
       {"Zo\xEB", "\xC3", "\xC3(", "\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
    EXPECT_FALSE(is_utf8(bad)) << printable(bad);
}

TEST(Utf8, IsWhatPrintableGivesForAnyBytes) {
  EXPECT_EQ(printable("Zo\xC3\xAB \xE6\x9D\x8E"), "Zo\xC3\xAB \xE6\x9D\x8E");
  EXPECT_EQ(printable("Zo\xEB"), "Zo\\xEB");
  EXPECT_EQ(printable("a\nb\x1B[2J\x7F"), "a\\x0Ab\\x1B[2J\\x7F");
  EXPECT_EQ(printable("\xC2\x9B"), "\\xC2\\x9B") << "a control character of two bytes";
  EXPECT_EQ(printable("\xE2\x82"), "\\xE2\\x82");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_TRUE(is_utf8(printable(all)));
}

}  // namespace
}  // namespace fedfr
