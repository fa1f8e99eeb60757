// Goal: the table of `stint count --explain` adds up to what `stint count` says, and says why it is
// not exact. Method: the command in this process, its output captured.
#include <fstream>
#include <iostream>
#include <sstream>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/cli/captured_command.hpp"
#include "gateway/learning/calibration_file.hpp"
#include "scratch_directory.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(cli_count_explain)

namespace {

constexpr std::string_view request = R"({"model": "m", "max_tokens": 10, "messages": [
  {"role": "user", "content": "How many crates of apples are in the harbour's ledger?"},
  {"role": "assistant", "content": "讨论港口的账目。讨论港口的账目。"}],
  "tools": [{"name": "count_crates", "description": "counts them", "input_schema": {"type": "object"}}]})";

struct written {
  explicit written(std::string_view text) : path(directory.path() + "/request.json") {
    std::ofstream(path) << text;
  }
  scratch_directory directory;
  std::string path;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream from(line);
  return {std::istream_iterator<std::string>(from), {}};
}

// The last row of the table: its total and its bound.
std::vector<std::string> last_row(const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> last;
  for (std::string line; std::getline(lines, line) && !line.empty();)
    last = words_of(line);
  BOOST_REQUIRE(last.size() >= 2);
  return {last[last.size() - 2], last[last.size() - 1]};
}

std::string ungrouped(std::string text) {
  std::erase(text, ',');
  return text;
}

void teach(const std::string& path) {
  tokenizer::calibration learner;
  for (int i = 0; i < 100; ++i) {
    tokenizer::prompt_features seen;
    seen.class_tokens[static_cast<std::size_t>(i) % 4] = 50 + i;
    seen.learnable = true;
    learner.observe("claude-sonnet-5", tokenizer::chat_api::anthropic_messages, seen,
                    (50 + i) * 3 / 2 + 40, 1);
  }
  BOOST_TEST(save_calibration(path, learner).empty());
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_table_adds_up_to_the_count) {
  const written file(request);
  const std::string learned = file.directory.path() + "/calibration";
  teach(learned);
  for (const std::string model : {"gpt-4o", "gpt-5", "claude-sonnet-5", "grok-5"}) {
    for (const bool use_learned : {false, true}) {
      std::vector<std::string> words = {"count", "--model", model, file.path};
      if (use_learned) words.insert(words.end(), {"--learned", learned});
      auto with_json = words;
      with_json.emplace_back("--json");
      words.emplace_back("--explain");
      const ended table = run_captured(words);
      BOOST_TEST(table.status == 0, table.err);
      const auto counted = boost::json::parse(run_captured(with_json).out);
      const auto row = last_row(table.out);
      BOOST_TEST(ungrouped(row[0]) == std::to_string(counted.at("tokens").as_int64()), table.out);
      BOOST_TEST(ungrouped(row[1]) == std::to_string(counted.at("upper_bound").as_int64()));
      BOOST_TEST(counted.at("learned").as_bool() == (use_learned && model == "claude-sonnet-5"));
    }
  }
}

BOOST_AUTO_TEST_CASE(it_shows_parts_classes_and_reasons) {
  const written file(request);
  const ended claude =
      run_captured({"count", "--model", "claude-sonnet-5", "--explain", file.path});
  for (const auto* const part :
       {"message framing", "content", "prose", "cjk", "tool framing", "tool definitions",
        "Not exact:", "is not public", "how tools are rendered is not published"}) {
    BOOST_TEST(has(claude.out, part), part << " in\n" << claude.out);
  }
  const written plain(R"({"messages": [{"role": "user", "content": "hello"}]})");
  const ended exact = run_captured({"count", "--model", "gpt-4o", "--explain", plain.path});
  BOOST_TEST(!has(exact.out, "Not exact"), exact.out);
  BOOST_TEST(has(exact.out, "exact)"));
}

// It said that the tokenizers of Qwen and DeepSeek, which are built in, are not public.
BOOST_AUTO_TEST_CASE(a_built_in_tokenizer_is_not_called_private) {
  const written file(R"({"messages": [{"role": "user", "content": "hello"}]})");
  for (const std::string model : {"qwen3-32b", "qwen2.5-72b", "deepseek-chat", "deepseek-v3"}) {
    const ended table = run_captured({"count", "--model", model, "--explain", file.path});
    BOOST_TEST(!has(table.out, "not public"), table.out);
    BOOST_TEST(has(table.out, "the tokenizer of " + model + " is exact"), table.out);
    BOOST_TEST(has(table.out, "framing is not published"), table.out);
  }
  for (const std::string model : {"qwen3.5-max", "deepseek-llm-67b", "grok-4"}) {
    const ended table = run_captured({"count", "--model", model, "--explain", file.path});
    BOOST_TEST(has(table.out, "is not public or not built in"), table.out);
  }
}

BOOST_AUTO_TEST_CASE(a_count_that_is_not_exact_always_has_a_reason) {
  for (const auto* const odd : {R"({"messages": [{"role": "user", "content": 5}]})",
                                R"({"messages": [1, null, "x", {}]})"}) {
    const written file(odd);
    const ended table = run_captured({"count", "--model", "gpt-4o", "--explain", file.path});
    BOOST_TEST(table.status == 0, table.err);
    BOOST_TEST(has(table.out, "Not exact:\n  - a field is not of the type"), table.out);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_explained_is_said_so) {
  const written text("hello world");
  BOOST_TEST(has(run_captured({"count", "--model", "gpt-4o", "--explain", text.path}).err,
                 "needs a request"));
  const written chat(request);
  BOOST_TEST(
      run_captured({"count", "--model", "gpt-4o", "--explain", "--json", chat.path}).status == 2);
  BOOST_TEST(
      run_captured({"count", "--model", "gpt-4o", "--learned", "/nowhere", chat.path}).status == 1);
  const ended damaged =
      run_captured({"count", "--model", "gpt-4o", "--learned", text.path, chat.path});
  BOOST_TEST(damaged.status == 1);
  BOOST_TEST(has(damaged.err, "not a calibration file"));
  BOOST_TEST(has(run_captured({"count", "--help"}).out, "--explain"));
}

BOOST_AUTO_TEST_SUITE_END()
