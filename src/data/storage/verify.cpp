// Reads everything once and goes on after each damage, so that one run of it names them all.
#include "dataset_files.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "pairs_file.hpp"

namespace fedfr::data {

namespace {

class Verifier {
 public:
  explicit Verifier(const std::filesystem::path& folder)
      : folder_(folder), manifest_(Manifest::parse(read_manifest_text(folder), folder / manifest_name)) {}

  std::vector<Damage> run() {
    std::int64_t images = 0;
    for (const auto& entry : manifest_.shards) images += entry.images;
    ProgressBar bar("verify", images);
    for (std::size_t number = 0; number < manifest_.shards.size(); ++number)
      note_damage(folder_ / manifest_.shards[number].file, [&] { check_shard(number, bar); });
    if (manifest_.pairs > 0) note_damage(folder_ / pairs_name, [&] { read_pairs(folder_, manifest_); });
    return std::move(damage_);
  }

 private:
  template <class Check>
  void note_damage(const std::filesystem::path& file, Check check) {
    try {
      check();
    } catch (const AccessError& e) {
      damage_.push_back({file, e.what(), true});
    } catch (const DataError& e) {
      damage_.push_back({file, e.what()});
    }
  }

  void check_shard(std::size_t number, ProgressBar& bar) {
    OpenFiles files(manifest_.shards.size(), 1);
    const ShardFile shard(folder_, manifest_, number, files);
    const auto path = folder_ / manifest_.shards[number].file;
    note_damage(path, [&] { shard.names(); });
    for (std::int64_t image = 0; image < shard.index().images(); ++image) {
      note_damage(path, [&] { shard.read_stored(image); });
      bar.advance();
    }
  }

  std::filesystem::path folder_;
  Manifest manifest_;
  std::vector<Damage> damage_;
};

}  // namespace

std::vector<Damage> verify_checksums(const std::filesystem::path& folder) { return Verifier(folder).run(); }

}  // namespace fedfr::data
