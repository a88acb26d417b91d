#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::app {

enum class Verdict { ok, warn, fail };

/// What a check has found, the same on every rank.
struct Finding {
  Verdict verdict = Verdict::ok;
  std::string text;
  std::string advice = {};         ///< what to do about it; empty for ok
  ExitCode code = ExitCode::peer;  ///< of a failure
};

/// The findings of all checks. Rank 0 prints each as soon as it is there.
class DoctorReport {
 public:
  explicit DoctorReport(const comm::Communicator& comm) : comm_(comm) {}

  /// Collective. Runs a check, in which a failure that the ranks agree on is a finding too.
  /// @returns false if it failed
  bool check(const std::string& name, const std::function<Finding()>& work);

  /// One line with the counts.
  std::string summary() const;
  /// ExitCode::done where nothing failed, else the code of the first failure.
  ExitCode outcome() const;
  /// All findings as JSON.
  /// @throws DataError naming the file
  void save(const std::filesystem::path& file) const;

 private:
  struct Entry {
    std::string name;
    Finding finding;
  };
  std::ptrdiff_t count(Verdict verdict) const;

  const comm::Communicator& comm_;
  std::vector<Entry> entries_;
};

}  // namespace fedfr::app
