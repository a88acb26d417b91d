#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fedfr/core/error.hpp"
#include "rewritten_shard.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;
namespace fs = std::filesystem;

/// Everything that can be asked of a dataset.
void use(const fs::path& folder) {
  const Dataset set(folder);
  for (std::int64_t c = 0; c < set.clients(); ++c) {
    set.client_name(ClientId{c});
    set.identity_names(ClientId{c});
    for (std::int64_t i = 0; i < set.client(ClientId{c}).size(); ++i) read_one(set.client(ClientId{c}), i);
  }
  static_cast<void>(set.all().labels());
  static_cast<void>(set.pairs());
}

class Hostile : public testing::Test {
 protected:
  Hostile() { write_clients(set(), one_shard); }
  fs::path set() const { return folder_ / "set"; }
  fs::path shard() const { return set() / "shard_00000.h5"; }

  /// What is said of the dataset after a change of its shard.
  std::string refusal(const std::function<void(RewrittenShard&)>& change) {
    anew();
    RewrittenShard rewritten(shard());
    change(rewritten);
    rewritten.close_as_is();
    return refusal();
  }
  std::string sealed_refusal(const std::function<void(RewrittenShard&)>& change) {
    anew();
    RewrittenShard rewritten(shard());
    change(rewritten);
    rewritten.seal();
    return refusal();
  }
  std::string manifest_refusal(const std::function<void(Json&)>& change) {
    anew();
    rewrite_manifest(set(), change);
    return refusal();
  }
  std::string refusal() const {
    try {
      use(set());
    } catch (const DataError& e) {
      EXPECT_THAT(e.what(), HasSubstr(set().string()));
      return e.what();
    }
    return "accepted";
  }
  void anew() {
    fs::remove_all(set());
    write_clients(set(), one_shard);
  }

  static constexpr StoredShape one_shard{.shard_bytes = 1 << 20};
  static constexpr hsize_t images = 35;
  fedfr::test::TempFolder folder_;
};

TEST_F(Hostile, NothingIsRefusedThatWasOnlySealedAnew) {
  EXPECT_EQ(sealed_refusal([](RewrittenShard&) {}), "accepted");
  EXPECT_EQ(manifest_refusal([](Json&) {}), "accepted");
}

TEST_F(Hostile, ALinkIsNotFollowed) {
  EXPECT_THAT(refusal([](RewrittenShard& file) {
                file.remove("label");
                H5Lcreate_soft("/subset", file.file(), "label", H5P_DEFAULT, H5P_DEFAULT);
              }),
              HasSubstr("'label' is a link"));
  fs::copy_file(shard(), folder_ / "other.h5");
  const auto other = (folder_ / "other.h5").string();
  EXPECT_THAT(refusal([&](RewrittenShard& file) {
                file.remove("label");
                H5Lcreate_external(other.c_str(), "/label", file.file(), "label", H5P_DEFAULT, H5P_DEFAULT);
              }),
              HasSubstr("'label' is a link"));
  EXPECT_THAT(refusal([](RewrittenShard& file) {
                file.remove("label");
                H5Gclose(H5Gcreate2(file.file(), "label", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
              }),
              HasSubstr("label"));
}

TEST_F(Hostile, OtherFilesAreNotRead) {
  const auto secret = (folder_ / "secret").string();
  overwrite(secret, std::string(4096, 's'));
  for (const char* name : {"label", "images", "source_name"}) {
    EXPECT_THAT(refusal([&](RewrittenShard& file) {
                  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                  H5Pset_external(creation, secret.c_str(), 0, 4096);
                  file.replace(name, H5T_NATIVE_INT32, {images}, creation);
                  H5Pclose(creation);
                }),
                HasSubstr("is not stored in one piece"))
        << name;
  }
  EXPECT_THAT(refusal([&](RewrittenShard& file) {
                const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                const hsize_t extent = images;
                const hid_t space = H5Screate_simple(1, &extent, nullptr);
                H5Pset_virtual(creation, space, secret.c_str(), "label", space);
                file.replace("label", H5T_NATIVE_INT32, {images}, creation);
                H5Sclose(space);
                H5Pclose(creation);
              }),
              HasSubstr("is not stored in one piece"));
}

TEST_F(Hostile, CompressedDataAreNotUnpacked) {
  EXPECT_THAT(refusal([](RewrittenShard& file) {
                const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                const hsize_t chunk = images;
                H5Pset_chunk(creation, 1, &chunk);
                H5Pset_deflate(creation, 9);
                const std::vector<std::int32_t> zeros(images);
                file.replace("label", H5T_NATIVE_INT32, {images}, creation, zeros.data());
                H5Pclose(creation);
              }),
              HasSubstr("is not stored in one piece"));
}

TEST_F(Hostile, OtherTypesAndShapesAreRefused) {
  const auto replaced = [&](const char* name, hid_t type, const std::vector<hsize_t>& shape) {
    return refusal([&](RewrittenShard& file) {
      const std::vector<std::uint8_t> zeros(1 << 16);
      file.replace(name, type, shape, H5P_DEFAULT, zeros.data());
    });
  };
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 4);
  for (const hid_t type : {H5T_NATIVE_INT64, H5T_NATIVE_UINT32, H5T_NATIVE_FLOAT, H5T_NATIVE_INT8, text})
    EXPECT_THAT(replaced("label", type, {images}), HasSubstr("'label' has another type"));
  const hid_t variable = H5Tcopy(H5T_C_S1);
  H5Tset_size(variable, H5T_VARIABLE);
  EXPECT_THAT(refusal([&](RewrittenShard& file) { file.replace("source_name", variable, {images}); }),
              HasSubstr("'source_name'"));
  EXPECT_THAT(replaced("source_name", H5T_NATIVE_INT32, {images}), HasSubstr("'source_name' is no list"));
  for (const std::vector<hsize_t>& shape :
       {std::vector<hsize_t>{}, {0}, {images - 1}, {images + 1}, {1, images}, {images, 1}})
    EXPECT_THAT(replaced("label", H5T_NATIVE_INT32, shape), HasSubstr("'label' has another shape"));
  EXPECT_THAT(replaced("images", H5T_NATIVE_UINT8, {images, 3, 5, 6}),
              HasSubstr("'images' has another shape"));
  EXPECT_THAT(replaced("index_crc", H5T_NATIVE_UINT32, {0}), HasSubstr("'index_crc' has another shape"));
  H5Tclose(variable);
  H5Tclose(text);
}

TEST_F(Hostile, NothingIsAllocatedThatTheFileDoesNotHold) {
  // Never written, so that these shapes take no room in the file.
  EXPECT_THAT(refusal([](RewrittenShard& file) { file.replace("label", H5T_NATIVE_INT32, {images}); }),
              HasSubstr("'label' does not lie within the file"));
  EXPECT_THAT(
      refusal([](RewrittenShard& file) { file.replace("label", H5T_NATIVE_INT32, {hsize_t{1} << 50}); }),
      HasSubstr("'label' has another shape"));
  const hid_t wide = H5Tcopy(H5T_C_S1);
  H5Tset_size(wide, std::size_t{1} << 31);
  EXPECT_THAT(refusal([&](RewrittenShard& file) { file.replace("source_name", wide, {images}); }),
              HasSubstr("'source_name' is larger than the file"));
  H5Tclose(wide);
}

TEST_F(Hostile, AnAttributeIsOneNumber) {
  const auto with = [&](hid_t type, hsize_t extent) {
    return refusal([&](RewrittenShard& file) {
      H5Adelete(file.file(), "height");
      const hid_t space = H5Screate_simple(1, &extent, nullptr);
      H5Aclose(H5Acreate2(file.file(), "height", type, space, H5P_DEFAULT, H5P_DEFAULT));
      H5Sclose(space);
    });
  };
  EXPECT_THAT(with(H5T_NATIVE_INT64, 1000), HasSubstr("'height' is not one whole number"));
  EXPECT_THAT(with(H5T_NATIVE_DOUBLE, 1), HasSubstr("'height' is not one whole number"));
  EXPECT_THAT(with(H5T_NATIVE_INT64, 0), HasSubstr("'height' is not one whole number"));
  EXPECT_THAT(refusal([](RewrittenShard& file) { H5Adelete(file.file(), "format_version"); }),
              HasSubstr("format_version"));
}

TEST_F(Hostile, AnIndexThatMakesNoSenseIsRefused) {
  const auto changed = [&]<class T>(const char* name, std::size_t at, T value) {
    return sealed_refusal([&](RewrittenShard& file) {
      auto values = file.get<T>(name);
      values.at(at) = value;
      file.set(name, values);
    });
  };
  for (const std::int32_t label : {-1, 3, INT32_MAX, INT32_MIN})
    EXPECT_THAT(changed("label", 4, label), HasSubstr("a label has no identity"));
  EXPECT_THAT(changed("subset", 0, std::uint8_t{2}), HasSubstr("neither for training nor for testing"));
  EXPECT_THAT(changed("client_id", 1, std::int64_t{7}), HasSubstr("not numbered one after the other"));
  for (const std::int64_t offset : {std::int64_t{-1}, std::int64_t{15}, INT64_MAX, INT64_MIN}) {
    EXPECT_THAT(changed("client_offset", 1, offset), HasSubstr("outside of its images"));
    EXPECT_THAT(changed("identity_offset", 1, offset), HasSubstr("others' identities"));
  }
  EXPECT_THAT(changed("client_offset", 5, std::int64_t{36}), HasSubstr("outside of its images"));
  EXPECT_THAT(changed("client_offset", 0, std::int64_t{1}), HasSubstr("outside of its images"));
}

TEST_F(Hostile, CompressedImagesLieWithinTheirData) {
  for (const std::int64_t offset : {std::int64_t{-1}, INT64_MAX, INT64_MIN, std::int64_t{0}}) {
    fs::remove_all(set());
    write_clients(set(), {.encoding = Encoding::jpeg, .shard_bytes = 1 << 20});
    for (const std::size_t at : {std::size_t{0}, std::size_t{3}, std::size_t{images}}) {
      RewrittenShard rewritten(shard());
      const auto sound = rewritten.get<std::int64_t>("jpeg_offset");
      if (sound[at] == offset) continue;
      auto offsets = sound;
      offsets[at] = offset;
      rewritten.set("jpeg_offset", offsets);
      rewritten.seal();
      EXPECT_THAT(refusal(), Not("accepted")) << offset << " at " << at;
      RewrittenShard again(shard());
      again.set("jpeg_offset", sound);
      again.seal();
    }
  }
}

TEST_F(Hostile, AManifestThatMakesNoSenseIsRefused) {
  const auto of_shard = [&](const char* key, const Json& value) {
    return manifest_refusal([&](Json& json) { json["shards"][0][key] = value; });
  };
  for (const char* name : {"../set/shard_00000.h5", "/etc/passwd", "", "sub/shard.h5"})
    EXPECT_THAT(of_shard("file", name), HasSubstr("no name of a file"));
  for (const char* count : {"images", "clients", "identities"}) {
    EXPECT_THAT(of_shard(count, -1), HasSubstr("makes no sense"));
    EXPECT_THAT(of_shard(count, INT64_MAX), HasSubstr("makes no sense"));
    EXPECT_THAT(of_shard(count, UINT64_MAX), HasSubstr("expected a whole number"));
    EXPECT_THAT(of_shard(count, 1.5), HasSubstr("expected a whole number"));
  }
  EXPECT_THAT(of_shard("images", 30), HasSubstr("hold less than it has"));
  EXPECT_THAT(of_shard("first_client", 3), HasSubstr("not numbered one after the other"));
  EXPECT_THAT(of_shard("bytes", INT64_MAX), HasSubstr("truncated or replaced"));
  for (const Json& side : {Json(-1), Json(0), Json(1 << 20), Json(INT32_MAX)})
    EXPECT_THAT(manifest_refusal([&](Json& json) { json["height"] = side; }), HasSubstr("sides are from 1"));
  EXPECT_THAT(manifest_refusal([&](Json& json) { json["height"] = 4096; }),
              HasSubstr("more pixels than bytes"));
  EXPECT_THAT(manifest_refusal([&](Json& json) { json["pairs"] = -1; }), HasSubstr("fewer than no pairs"));
  EXPECT_THAT(manifest_refusal([&](Json& json) { json["pairs"] = INT64_MAX; }), HasSubstr("pairs.h5"));
  EXPECT_THAT(manifest_refusal([&](Json& json) { json["shards"].push_back(json["shards"][0]); }),
              HasSubstr("hold more than it has"));
  overwrite(set() / "dataset.json", std::string(100'000, '['));
  EXPECT_THAT(refusal(), HasSubstr("nests"));
}

TEST_F(Hostile, PairsThatCannotBeAreRefused) {
  const auto with = [&](const std::vector<std::int64_t>& row) {
    fs::remove_all(set());
    DatasetWriter writer(set(), {.role = Role::benchmark, .size = stored_size});
    writer.begin_client("a", 2);
    for (const std::int64_t i : {0, 1}) writer.add(numbered_new_image(i, Encoding::raw, 1));
    writer.set_identities({"a"});
    writer.set_pairs({{0, 1, true, 0}});
    writer.finish();
    const hid_t file = H5Fopen((set() / "pairs.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t rows = H5Dopen2(file, "pairs", H5P_DEFAULT);
    H5Dwrite(rows, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, row.data());
    H5Dclose(rows);
    H5Fclose(file);
    rewrite_manifest(set(), [&](Json& json) { json["pairs_crc"] = crc32c(std::as_bytes(std::span(row))); });
    return refusal();
  };
  EXPECT_EQ(with({0, 1, 1, 0}), "accepted");
  EXPECT_THAT(with({0, 2, 1, 0}), HasSubstr("names image 2"));
  EXPECT_THAT(with({-1, 1, 1, 0}), HasSubstr("names image -1"));
  EXPECT_THAT(with({0, 1, 1, -1}), HasSubstr("fold"));
  EXPECT_THAT(with({0, 1, 1, std::int64_t{1} << 40}), HasSubstr("fold"));
}

TEST_F(Hostile, NamesOfOldShardsThatAreNotUtf8AreShownEscaped) {
  RewrittenShard rewritten(shard());
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 8);
  H5Tset_strpad(text, H5T_STR_NULLPAD);
  const std::string names("client_0Zo\xEB\0\0\0\0\0client_2client_3client_4", 40);
  rewritten.replace("client_name", text, {5}, H5P_DEFAULT, names.data());
  H5Tclose(text);
  std::string all("client_0\0Zo\xEB\0client_2\0client_3\0client_4\0", 40);
  all = all.substr(0, all.rfind('4') + 2);
  auto crc = crc32c(std::as_bytes(std::span(all)));
  for (const char* name : {"identity_name", "source_name"}) {
    const auto padded = rewritten.get<char>(name);  // all of one length, so without padding
    const std::size_t width = padded.size() / (name[0] == 'i' ? 15 : images);
    for (std::size_t at = 0; at < padded.size(); at += width) {
      crc = crc32c(std::as_bytes(std::span(padded).subspan(at, width)), crc);
      crc = crc32c(std::as_bytes(std::span("", 1)), crc);
    }
  }
  rewritten.set("name_crc", std::vector{crc});
  rewritten.seal();
  EXPECT_EQ(Dataset(set()).client_name(ClientId{1}), "Zo\\xEB");
  EXPECT_EQ(Dataset(set()).client_name(ClientId{2}), "client_2");
}

TEST_F(Hostile, TextIsMarkedAsUtf8) {
  const RewrittenShard file(shard());
  for (const char* name : {"client_name", "identity_name", "source_name"}) {
    const hid_t texts = H5Dopen2(file.file(), name, H5P_DEFAULT);
    const hid_t type = H5Dget_type(texts);
    EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8) << name;
    H5Tclose(type);
    H5Dclose(texts);
  }
}

TEST_F(Hostile, AShardThatAnotherProgramHoldsOpenForWritingIsRead) {
  const FileDescriptor locked(::open(shard().c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(locked.get(), LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(Hostile, WhatTheSystemSaysIsNotCalledDamage) {
  const Dataset opened(set());
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const FileDescriptor next(::dup(0));
  const rlimit none_left{static_cast<rlim_t>(next.get()), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none_left);
  std::string message;
  try {
    opened.client(ClientId{0});
  } catch (const DataError& e) {
    message = e.what();
  }
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(message, AllOf(HasSubstr(shard().string()), HasSubstr("Too many open files"),
                             Not(HasSubstr("damaged"))));
}

TEST_F(Hostile, StrayThingsInTheFolderDoNotMatter) {
  fs::create_directory(set() / "shard_folder");
  fs::create_symlink("nowhere", set() / "shard_dangling");
  overwrite(set() / "._shard_00000.h5", "Mac OS X");
  overwrite(set() / ".DS_Store", "");
  EXPECT_EQ(refusal(), "accepted");
  EXPECT_THAT(verify_checksums(set()), testing::IsEmpty());
}

}  // namespace
}  // namespace fedfr::data
