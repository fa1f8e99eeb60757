// Goal: a file of the user's counts as the same vocabulary that is shipped does, its models find
// it, and a file that cannot be used is refused in one line.
#include "tokenizer/models/encoding_file.hpp"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "tokenizer/models/model_encoding.hpp"
#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(encoding_file_suite)

namespace {

using namespace stint::tokenizer;

const std::string shipped = STINT_SOURCE_DIR "/tokenizer/vocab/cl100k_base.tiktoken";

class scratch_file {
 public:
  scratch_file(const std::string& name, const std::string& text)
      : path_(std::filesystem::temp_directory_path() / (std::to_string(getpid()) + name)) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~scratch_file() { std::filesystem::remove(path_); }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string error_of(const std::string& path, std::optional<split_rule> split = std::nullopt) {
  const auto loaded = load_encoding_file("mine", path, split);
  return loaded ? "" : loaded.error();
}

// What one case installs is gone at its end.
struct with_installed {
  explicit with_installed(std::vector<installed_encoding> encodings) {
    install_encodings(std::move(encodings));
  }
  ~with_installed() { install_encodings({}); }
  with_installed(const with_installed&) = delete;
  with_installed& operator=(const with_installed&) = delete;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_rank_file_counts_as_the_shipped_encoding) {
  const auto loaded = load_encoding_file("mine", shipped, split_rule::cl100k);
  BOOST_TEST_REQUIRE(loaded.has_value(), loaded.error());
  const std::string text = "Don't count 12345 tokens twice, naïve 中文字符!\n\n  \xFF";
  BOOST_TEST((*loaded)->name() == "mine");
  BOOST_TEST((*loaded)->encode(text) == cl100k_base().encode(text));
  BOOST_TEST((*loaded)->count(text) == cl100k_base().count(text));
}

BOOST_AUTO_TEST_CASE(its_models_find_it_before_the_built_in_ones) {
  const auto loaded = load_encoding_file("mine", shipped, split_rule::cl100k);
  BOOST_TEST_REQUIRE(loaded.has_value(), loaded.error());
  const with_installed mine{{{*loaded, {"llama-3*-instruct", "my-model"}}}};
  BOOST_TEST(find_encoding("mine") == loaded->get());
  BOOST_TEST(encoding_names().back() == "mine");
  for (const std::string_view model :
       {"llama-3.3-70b-instruct", "my-model", "meta/my-model", "sim/my-model"}) {
    const model_encoding found = encoding_for_model(model);
    BOOST_TEST(found.text == loaded->get(), model);
    BOOST_TEST(!found.exact);
    // As the file counts, and a tenth more for what the model's own template may add.
    BOOST_TEST(found.factor_permille == 1000);
    BOOST_TEST(found.upper_permille == 1100);
  }
  BOOST_TEST(encoding_for_model("my-model-2").text != loaded->get());
  BOOST_TEST(encoding_for_model("llama-3.3-70b").text != loaded->get());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_refused) {
  BOOST_TEST(error_of("/nonexistent/tokenizer.json") == "there is no such file");
  BOOST_TEST(error_of(shipped).starts_with("a .tiktoken file does not say"));
  const scratch_file json("_tokenizer.json", "{\"model\":{}}");
  BOOST_TEST(error_of(json.path(), split_rule::o200k).starts_with("a tokenizer.json says itself"));
  BOOST_TEST(error_of(json.path()).starts_with("pre_tokenizer: missing"));
  const scratch_file ranks("_damaged.tiktoken", "QQ== 0\nQQ= 1\n");
  BOOST_TEST(error_of(ranks.path(), split_rule::o200k) == "line 2: the token is not base64");
}

BOOST_AUTO_TEST_CASE(a_file_too_large_for_any_vocabulary_is_not_read) {
  const scratch_file sparse("_sparse.tiktoken", "");
  std::filesystem::resize_file(sparse.path(), (256U << 20) + 1);
  BOOST_TEST(error_of(sparse.path(), split_rule::o200k) == "is larger than 256 MB");
}

BOOST_AUTO_TEST_CASE(rules_are_known_by_name) {
  BOOST_TEST((split_rule_of("cl100k") == split_rule::cl100k));
  BOOST_TEST((split_rule_of("llama3") == split_rule::cl100k));
  BOOST_TEST((split_rule_of("o200k") == split_rule::o200k));
  BOOST_TEST((split_rule_of("gpt2") == split_rule::gpt2));
  BOOST_TEST((split_rule_of("qwen2") == split_rule::qwen2));
  BOOST_TEST((split_rule_of("deepseek_v3") == split_rule::deepseek_v3));
  BOOST_TEST(!split_rule_of("l33t").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
