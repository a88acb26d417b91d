#include "fedfr/report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/report/pages.hpp"
#include "fedfr/report/sketches.hpp"
#include "run_folder.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::report {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kNasty = "<script>\"a\" & 'b'</script>";
const std::string kSafe = "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;";

TEST(Html, WhatIsNoTextIsShownByItsBytes) {
  EXPECT_EQ(html::escape("a\n<caf\xE9>\x1b[2J\n"), "a\n&lt;caf\\xE9&gt;\\x1B[2J\n");
}

TEST(Html, EscapesEveryText) {
  EXPECT_EQ(html::escape(kNasty), kSafe);
  const auto page = html::page(
      kNasty, kNasty,
      html::section(kNasty, html::paragraph(kNasty) + html::details(kNasty, html::preformatted(kNasty)) +
                                html::table({.head = {kNasty}, .rows = {{kNasty}}}) +
                                html::figure("<svg></svg>", kNasty)));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr(kSafe));
}

TEST(Html, ColumnsOfNumbersStandToTheRight) {
  const auto table = html::table({.head = {"name", "value"}, .rows = {{"a", "1.5"}, {"b", ""}}});
  EXPECT_THAT(table, HasSubstr("<td>a</td><td class=\"number\">1.5</td>"));
}

TEST(Svg, HasNoPrologAndNamesOfItsOwn) {
  const auto svg = inline_svg(
      "<?xml?>\n<svg >\n<title>Gnuplot</title><desc>x</desc><g id='p'/><use xlink:href='#p'/><a "
      "fill='url(#p)'/></svg>",
      "one", "a $1 & b");
  EXPECT_EQ(svg,
            "<svg >\n<title>a $1 &amp; b</title><g id='one_p'/><use xlink:href='#one_p'/><a "
            "fill='url(#one_p)'/></svg>");
}

TEST(Page, OfARunNeedsNothingFromOutside) {
  const test::TempFolder folder;
  run::Options options;
  options.output = folder / "a<b>";
  test::write_run(options, {});
  const auto page = run_page(read_run(options.output));
  EXPECT_THAT(page, HasSubstr("a&lt;b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("pairs/accuracy"));
  EXPECT_THAT(page, HasSubstr("0000000000000002"));
}

}  // namespace
}  // namespace fedfr::report
