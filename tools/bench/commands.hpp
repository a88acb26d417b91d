#pragma once
#include <span>
#include <string>

namespace fedfr::bench {

/// Each benchmark: takes the words behind its name, prints its table.
/// @throws UsageError, DataError
using Words = std::span<const std::string>;
void run_aggregate(Words words);
void run_allreduce(Words words);
void run_eval(Words words);
void run_frozen_features(Words words);
void run_loader(Words words);
void run_mining(Words words);
void run_overhead(Words words);
void run_round(Words words);
void run_shared_cores(Words words);
void run_start(Words words);
void run_train_step(Words words);

}  // namespace fedfr::bench
