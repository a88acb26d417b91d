#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Everything that a user can set. A value comes from, in rising order: the table of options
/// (option_table.hpp), the preset of the chosen algorithm, the job file, the command line.
namespace fedfr::run {

struct Options {
  // Run
  std::filesystem::path output;
  int rounds = 20;
  std::uint64_t seed = 100;
  int threads = 0;  ///< a rank; 0: its share of the allowed processors
  std::string device = "auto";
  std::string precision = "fp32";
  std::string memory_format = "auto";
  bool allow_tf32 = false;
  bool allow_different_numerics = false;
  std::string algorithm = "fedfr";
  bool reference_semantics = false;
  bool dry_run = false;
  double deadline = 0;  ///< seconds; 0: automatic
  int keep_checkpoints = 3;
  int checkpoint_every_steps = 1000;  ///< 0: only between rounds
  int ranks_per_client = 0;           ///< 0: as many as would be idle otherwise
  double feature_memory = 4;          ///< GB a rank
  std::filesystem::path scratch;      ///< empty: the folder of temporary files
  std::string log_level = "info";
  bool profile = false;

  // Data
  std::filesystem::path clients;
  std::filesystem::path public_set;  ///< the option is called `public`
  std::vector<std::filesystem::path> benchmark;
  std::filesystem::path init;
  int probe_people = 128;
  std::string centralized_data = "public";
  int max_images_per_identity = 0;  ///< 0: all

  // Model
  std::string backbone = "sphere20";
  double width = 1;
  std::string norm_statistics = "average";
  int embedding = 512;

  // Cohort
  double cohort_share = 1;
  std::string cohort_stream = "fedfr";

  // Local training
  int local_epochs = 10;
  bool adaptive_epochs = true;
  int batch = 16;
  int micro_batches = 0;  ///< of a step; 0: automatic
  std::string incomplete_batch = "keep";
  bool mirror = true;
  double augment_crop = 0;  ///< probabilities
  double augment_low_resolution = 0;
  double augment_photometric = 0;
  double lr = 0.001;
  int lr_step = 8;  ///< epochs
  double lr_gamma = 0.1;
  int lr_round_step = 0;  ///< rounds; 0: never
  double lr_round_gamma = 0.1;
  std::string lr_schedule = "step";
  std::string lr_every = "epoch";
  int lr_rounds = 0;     ///< 0: anew in each
  double lr_warmup = 0;  ///< epochs
  std::vector<double> lr_milestones = {10, 16, 22};
  double lr_lowest = 0;
  double lr_power = 1;
  double momentum = 0.9;
  double weight_decay = 5e-4;
  std::string decay_on = "all";
  double clip_norm = 0;  ///< 0: off

  // Objective
  std::string margin = "cosface";
  double margin_scale = 30;
  double margin_value = 0.4;
  std::string margin_form = "plain";
  double margin_filter = 0;  ///< 0: off
  std::string margin_gradient = "exact";
  double combined_m1 = 1;
  double combined_m2 = 0.3;  ///< radians
  double combined_m3 = 0.2;
  double adaface_h = 0.333;
  double adaface_alpha = 0.01;
  double magface_lowest_norm = 10;
  double magface_highest_norm = 110;
  double magface_lowest_margin = 0.45;  ///< radians
  double magface_highest_margin = 0.8;
  double magface_weight = 35;
  double margin_weight = 1;
  double class_sample = 1;
  bool public_classes = true;
  bool share_public_centres = true;
  bool hard_negatives = true;
  double hn_threshold = 0.4;
  double hn_cap = 0;  ///< times the local images; 0: no cap
  bool dfc = true;
  double dfc_weight = 10;
  std::string dfc_converter = "linear";
  double dfc_scale = 30;
  double dfc_margin = 0.4;
  double dfc_lambda = 0.7;
  double dfc_power = 3;
  bool dfc_detach = false;
  bool contrastive = true;
  double contrastive_weight = 5;
  double temperature = 0.5;

  // Evaluation
  int evaluate_every = 1;        ///< rounds; 0: only at the end
  int evaluate_every_steps = 0;  ///< 0: only between rounds
  int early_stop = 0;            ///< evaluations without a gain; 0: never
  int eval_batch = 64;
  bool personalised = true;
  int stranger_images = 0;  ///< 0: all
  bool personal_models = true;
  bool mirror_embedding = true;
  std::vector<double> fars = {1e-1, 1e-2, 1e-3, 1e-4};
  std::vector<double> fpirs = {1e-1, 1e-2, 1e-3};
  int bootstrap_draws = 1000;  ///< 0: no intervals
  bool pictures = true;

  bool operator==(const Options&) const = default;
};

/// One value that somebody set, still as text.
struct Setting {
  std::string name;
  std::string value;
  std::string where;  ///< for messages: "jobs/demo.cfg:12" or "command line"
};

/// The options of a run, and where each value that was set comes from.
struct Configuration {
  Options options;
  std::map<std::string, std::string> where;  ///< by option; absent for defaults and presets

  /// "jobs/demo.cfg:12: rounds", or "--rounds" where nobody set it: how messages name an option.
  std::string named(const std::string& option) const;
};

/// What `fedfr train [JOB.cfg] [--name value ...]` was given.
struct CommandLine {
  std::filesystem::path job_file;  ///< empty if none was named
  std::vector<Setting> settings;
  bool help = false;
};

/// The words of a command line that are no options, in their order, and the options.
struct Words {
  std::vector<std::string> bare;
  std::vector<Setting> settings;
  bool help = false;
};

/// The same for a command with words of its own, as `fedfr evaluate RUN DATASET...`.
/// @throws UsageError naming an unknown option and the nearest known one
Words parse_words(std::span<const std::string> args);

/// Takes `--name value`, `--name=value`, and `--name` alone for a switch that is turned on; the last of
/// several wins. `~` is expanded in `--name=~/folder`, which shells leave.
/// @param args  without the names of the program and the subcommand
/// @throws UsageError naming an unknown option and the nearest known one
CommandLine parse_command_line(std::span<const std::string> args);

/// Puts the values on top of the defaults and of the presets that they imply. Where the command line names a
/// repeatable option, it replaces what the job file lists.
/// @throws UsageError naming file and line (or the command line), key, value and what is allowed
Configuration resolve(std::span<const Setting> job_file, std::span<const Setting> command_line);

/// Refuses options that contradict each other or lack a partner, and says what to do.
/// @throws UsageError
void validate(const Configuration& configuration);

/// Refuses datasets and weights that do not exist, before any rank starts work; opens none of them.
/// @throws DataError naming file and line, key and path
void check_files(const Configuration& configuration);

/// Settings that are allowed but that a user may not have meant, one sentence each.
std::vector<std::string> remarks(const Options& options);

/// The beginning of what `record` gives.
constexpr std::string_view record_title = "# Every option of a run, as resolved";

/// Every option as a job file; parsing it gives equal options.
std::string record(const Options& options);

/// Only the options that differ from the defaults and the preset of the algorithm, as lines of a job file.
std::vector<std::string> changed_settings(const Options& options);

/// 16 hexadecimal digits over the options that decide the results: not those of where to write and how much
/// to print, not the device and the number of threads, and not where the data lie, which have fingerprints of
/// their own.
std::string config_hash(const Options& options);

/// `--help`: the options by section, with defaults, allowed values and examples.
std::string help_text();

/// The same table in Markdown, for the documentation.
std::string markdown_table();

}  // namespace fedfr::run
