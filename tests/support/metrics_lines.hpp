#pragma once
#include <fmt/format.h>

#include <string>

/// Lines of a metrics.jsonl as fedfr writes them, without training.
namespace fedfr::test {

/// Seconds since the Unix epoch; a round takes ten.
inline double event_time(int round) { return 1'750'000'000.125 + 10 * round; }

inline std::string start_line(int round) {
  return fmt::format(
      R"({{"data":{{"clients":"c1","public":"p1"}},"event":"start","model_hash":"00000000000000{:02}",)"
      R"("numerics":{{"threads":"1"}},"ranks":2,"round":{},"time":{:.3f}}})"
      "\n",
      round - 1, round, event_time(round - 1));
}

inline std::string client_line(int round, int client) {
  return fmt::format(
      R"({{"client":{},"event":"client","hard_negatives":25,"images":50,"local_images":25,"loss":1.5,"rank":0,)"
      R"("round":{},"seconds":0.75,"steps":5,"taken_over":false,"terms":[1.25,0.25],"time":{:.3f}}})"
      "\n",
      client, round, event_time(round));
}

inline std::string round_line(int round) {
  return fmt::format(
      R"({{"cohort":2,"event":"round","hard_negatives":50,"idle_share":0.25,"images":100,"learning_rate":0.1,)"
      R"("loss":3.5,"model_hash":"00000000000000{:02}","phases":{{"public":0.25,"train":1.5}},"ranks":2,)"
      R"("round":{},"seconds":2.0,"terms":{{"dfc":0.5,"margin":3.0}},"time":{:.3f}}})"
      "\n",
      round, round, event_time(round));
}

/// One benchmark with a rate at 0.1 and one at 0.01 that it cannot resolve; no own models.
inline std::string evaluation_line(int round, double accuracy) {
  const std::string tar =
      R"("best":0.75,"best_client":0,"clients":2,"mean":0.5,"worst":0.25,"worst_client":1)";
  const std::string rank1 =
      R"("best":1.0,"best_client":0,"clients":2,"mean":0.9,"worst":0.8,"worst_client":1)";
  const std::string rates = R"({"achieved":0.1,"impostors":50,"rate":0.4,"resolvable":true,"target":0.1,)"
                            R"("threshold":0.5},{"achieved":0.02,"impostors":50,"rate":0.2,)"
                            R"("resolvable":false,"target":0.01,"threshold":0.75})";
  return fmt::format(
      R"({{"benchmarks":[{{"accuracy":{},"name":"pairs","tar_at_far":[{}]}}],"event":"evaluation",)"
      R"("global":{{"roc":[],"summary":{{"clients":2,"rank1":{{{}}},"tar_at_far":)"
      R"([{{{},"fewest_impostors":50,"resolvable":true,"target":0.1}}],"tpir_at_fpir":[]}}}},"own":null,)"
      R"("round":{},"time":{:.3f}}})"
      "\n",
      accuracy, rates, rank1, tar, round, event_time(round));
}

}  // namespace fedfr::test
