#include "fedfr/run/record/metrics_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>

#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::ThrowsMessage;

json event(int round, const char* name) { return {{"event", name}, {"round", round}}; }

/// Without the times, which differ from test to test.
std::string timeless(const std::filesystem::path& file) {
  std::string text = read_text(file);
  for (std::size_t at = text.find(",\"time\":"); at != std::string::npos; at = text.find(",\"time\":"))
    text.erase(at, text.find('}', at) - at);
  return text;
}

TEST(MetricsWriter, WritesOneObjectALineAtOnce) {
  const test::TempFolder folder;
  MetricsWriter metrics(folder / "m", 0);
  metrics.write(event(1, "round"));
  EXPECT_EQ(timeless(folder / "m"), "{\"event\":\"round\",\"round\":1}\n");
  metrics.write({{"loss", std::nan("")}, {"text", "two\nlines"}});
  EXPECT_EQ(timeless(folder / "m"),
            "{\"event\":\"round\",\"round\":1}\n{\"loss\":null,\"text\":\"two\\nlines\"}\n");
  EXPECT_NO_THROW(metrics.sync());
}

TEST(MetricsWriter, EveryEventHasItsTimeInMilliseconds) {
  const test::TempFolder folder;
  MetricsWriter metrics(folder / "m", 0);
  const double before = seconds_since_epoch();
  metrics.write(event(1, "round"));
  const double after = seconds_since_epoch();
  const double time = json::parse(read_text(folder / "m")).at("time").get<double>();
  EXPECT_GE(time, before - 0.001);
  EXPECT_LE(time, after + 0.001);
  EXPECT_EQ(time, std::round(time * 1000) / 1000);
}

TEST(MetricsWriter, GoingOnRemovesTheRoundsThatWillBeMadeAgain) {
  const test::TempFolder folder;
  {
    MetricsWriter metrics(folder / "m", 0);
    metrics.write({{"event", "start"}});
    for (int round = 1; round <= 3; ++round) {
      metrics.write(event(round, "client"));
      metrics.write(event(round, "round"));
    }
  }
  MetricsWriter metrics(folder / "m", 2);
  EXPECT_EQ(metrics.warning(), "");
  metrics.write(event(3, "again"));
  EXPECT_EQ(timeless(folder / "m"),
            "{\"event\":\"start\"}\n"
            "{\"event\":\"client\",\"round\":1}\n{\"event\":\"round\",\"round\":1}\n"
            "{\"event\":\"client\",\"round\":2}\n{\"event\":\"round\",\"round\":2}\n"
            "{\"event\":\"again\",\"round\":3}\n");
}

TEST(MetricsWriter, ARoundThatIsNoNumberIsRefusedWithItsLine) {
  const test::TempFolder folder;
  for (const char* round : {"\"1\"", "1.5", "4294967297", "-1", "null"}) {
    replace_file(folder / "m", std::string("{\"round\":1}\n{\"round\":") + round + "}\n");
    EXPECT_THAT([&] { MetricsWriter(folder / "m", 1); },
                ThrowsMessage<DataError>(HasSubstr("m:2 is no event")))
        << round;
  }
}

TEST(MetricsWriter, ATornLineIsRemovedAtEveryPossibleLength) {
  const test::TempFolder folder;
  const std::string whole = "{\"event\":\"round\",\"round\":1}\n", last = "{\"event\":\"round\",\"round\":2}";
  for (std::size_t length = 1; length <= last.size(); ++length) {
    replace_file(folder / "m", whole + last.substr(0, length));
    MetricsWriter metrics(folder / "m", 9);
    EXPECT_THAT(metrics.warning(), HasSubstr("removed 1 line")) << length;
    metrics.write(event(2, "round"));
    EXPECT_EQ(timeless(folder / "m"), whole + last + "\n") << length;
  }
}

TEST(MetricsWriter, TheZerosOfALostBlockAreRemovedToo) {
  const test::TempFolder folder;
  const std::string whole = "{\"round\":1}\n";
  replace_file(folder / "m", whole + std::string(100, '\0'));
  const MetricsWriter metrics(folder / "m", 9);
  EXPECT_NE(metrics.warning(), "");
  EXPECT_EQ(read_text(folder / "m"), whole);
}

TEST(MetricsWriter, AFileThatCannotBeMadeIsNamed) {
  EXPECT_THAT([] { MetricsWriter("/proc/no/metrics.jsonl", 0); },
              ThrowsMessage<DataError>(HasSubstr("/proc/no/metrics.jsonl")));
}

TEST(MetricsWriter, AFullDiskIsAnError) {
  const test::TempFolder folder;
  MetricsWriter metrics(folder / "m", 0);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto signal_before = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 10, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THAT([&] { metrics.write(event(1, "round")); },
              ThrowsMessage<DataError>(HasSubstr((folder / "m").string())));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, signal_before);
}

}  // namespace
}  // namespace fedfr::run
