#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/kernels/kernel_spans.hpp"
#include "fedfr/run/record/console.hpp"
#include "fedfr/run/record/profile_table.hpp"
#include "fedfr/run/record/run_directory.hpp"

namespace fedfr::run {

/// `--profile`: measures from its construction to `finish`, and then prints and writes where the time went.
/// Without the option it does nothing.
class Profile {
 public:
  /// @param wanted      whether the option is given
  /// @param on_device   a GPU computes, whose kernels cannot be measured from here
  Profile(bool wanted, bool on_device, comm::Communicator& comm, Console& console, const RunPaths& paths);

  /// Runs `work`, which calls `finish` where it ends well. If it throws what all ranks throw (stopped on
  /// request, an error that was agreed on), the profile of what was done is written before that is passed on.
  void around(const std::function<void()>& work);

  /// Ends the measurement: the table on the console and in profile.txt, the trace in trace.json; what an
  /// earlier start left there is kept under a number. A file that cannot be written is a warning. Collective;
  /// nothing the second time.
  void finish();

 private:
  std::vector<RankProfile> gather(const RankProfile& mine);
  std::string events_of(int rank, const std::string& mine);
  void write_trace(const Trace& trace, const std::vector<RankProfile>& ranks);
  void keep_earlier();

  comm::Communicator& comm_;
  Console& console_;
  RunPaths paths_;
  bool measures_;
  std::optional<nn::KernelSpans> kernels_;
  std::optional<Span> run_;
};

}  // namespace fedfr::run
