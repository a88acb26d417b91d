#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedfr::bench {

/// What was measured beside the bound that the machine sets, measured in the same run.
struct Row {
  std::string what;
  double value = 0;
  std::string unit;     ///< of value and bound; "s" and "ms" are better when smaller, rates when larger
  std::string bound{};  ///< what the bound is; empty: there is none
  double limit = 0;     ///< the bound itself
  std::string note{};
};

/// The result of one benchmark: a table for people, JSON for programs.
class Report {
 public:
  explicit Report(std::string benchmark) : benchmark_(std::move(benchmark)) {}

  void setting(const std::string& name, nlohmann::json value) { settings_[name] = std::move(value); }
  void add(Row row) { rows_.push_back(std::move(row)); }

  std::string table() const;
  nlohmann::json json() const;

 private:
  std::string benchmark_;
  nlohmann::json settings_ = nlohmann::json::object();
  std::vector<Row> rows_;
};

/// Share of the bound that was reached: 1 is the best possible. 0 without a bound.
double ratio(const Row& row);

}  // namespace fedfr::bench
