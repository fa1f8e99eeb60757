// `stint count`. Tested by tests/gateway/cli/commands_test.cpp and count_api_test.cpp.
#include <filesystem>
#include <iostream>

#include <boost/json.hpp>
#include <simdjson.h>

#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/count_api.hpp"
#include "gateway/cli/count_explain.hpp"
#include "gateway/config/config.hpp"
#include "gateway/dialect/parts/mended_json.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/learning/calibration_file.hpp"
#include "gateway/simulator/options.hpp"
#include "pricing/text/words.hpp"
#include "tokenizer/models/encoding_file.hpp"
#include "tokenizer/models/model_encoding.hpp"
#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {
namespace {

namespace options = boost::program_options;

constexpr std::size_t input_bytes_max = 64U << 20;

struct counted_prompt {
  std::int64_t expected = 0;
  std::int64_t upper_bound = 0;
  bool exact = false;
  bool hidden_input = false;
  bool learned = false;
  std::string_view api = {};  // of a request
};

std::string encodings_text() {
  std::string text;
  for (const std::string_view name : tokenizer::encoding_names())
    text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// "openai is /v1/chat/completions, …"
std::string apis_text() {
  std::string text;
  for (const dialect* each : all_dialects()) {
    text += text.empty() ? "" : ", ";
    text.append(each->facts().name).append(" is ").append(each->facts().endpoints.front().pattern);
  }
  return text;
}

command_form count_form() {
  command_form form;
  const std::string api_choices = "of a request: " + list_choices(dialect_names());
  form.usage =
      "stint count --model MODEL [--api API] [--explain] FILE|-\n"
      "  stint count --encoding NAME|TOKENIZER [--split RULE] FILE|-";
  form.teaching =
      "Counts the tokens of a text, or of a whole request (a JSON object with \"messages\", "
      "\"contents\", \"input\" or \"prompt\":\n"
      "framing, tools and images too), as the gateway counts them. Needs no running gateway. Where "
      "the model's tokenizer is not "
      "public, the figure is an estimate\n"
      "and the upper bound is what a cap would hold.\n\n"
      "--explain shows where each token of a request comes from: framing, role, content, "
      "tools, "
      "images, …, for each message,\n"
      "with the class of its text, the total so far, the most it can be, and why it is not exact.\n"
      "--api says which API a request is for, as its path does at the gateway: " +
      apis_text() +
      ".\n"
      "Left out, its fields tell (\"system\", the form of its tools, texts in a list, …), and "
      "where "
      "they do not, the model's name\n"
      "(claude is anthropic, a name with \"embed\" openai_embeddings).\n"
      "--config counts with the tokenizers of a gateway's configuration too.\n"
      "--learned uses what a gateway has learnt from its providers' reports: the file calibration "
      "in "
      "its data_directory.\n\n"
      "--encoding counts the file as text with one encoding, exactly: " +
      encodings_text() +
      ",\n"
      "or a tokenizer file: a Hugging Face tokenizer.json, or a .tiktoken file with the --split "
      "that cuts its texts.\n\n"
      "  echo -n 'hello world' | stint count --model gpt-4o -\n"
      "  stint count --model claude-sonnet-5 request.json\n"
      "  stint count --model claude-sonnet-5 --explain --learned var/stint/calibration "
      "request.json\n";
  form.options.add_options()("model,m", options::value<std::string>(),
                             "as in a request: gpt-4o, claude-sonnet-5, …")(
      "encoding", options::value<std::string>(), "an encoding, or a tokenizer file")(
      "split", options::value<std::string>(),
      "of a .tiktoken file: cl100k, o200k, gpt2, llama3, qwen2 or deepseek_v3")(
      "api", options::value<std::string>(), api_choices.c_str())(
      "config", options::value<std::string>(), "a gateway's configuration, for its tokenizers")(
      "explain", "show where each token of a request comes from")(
      "learned", options::value<std::string>(),
      "a gateway's calibration file, for models whose tokenizer is not public")(
      "text", "count the file as text, even if it is a request")("json", "print a JSON object");
  form.hidden.add_options()("file", options::value<std::string>());
  form.positional.add("file", 1);
  return form;
}

counted_prompt count_text(const std::string& model, const std::string& text) {
  const auto known = tokenizer::encoding_for_model(model);
  const auto tokens = known.text->count(text);
  const auto scaled = [&](std::int64_t permille) { return (tokens * permille + 999) / 1000; };
  if (tokenizer::counts_text_exactly(model))
    return {.expected = tokens, .upper_bound = tokens, .exact = true};
  return {.expected = scaled(known.factor_permille),
          .upper_bound = scaled(known.upper_permille),
          .exact = false};
}

// What a gateway learnt; a file that cannot be read is an error here, because it was asked for.
std::shared_ptr<const tokenizer::calibration_snapshot> read_learned(
    const options::variables_map& given) {
  if (!given.contains("learned")) return nullptr;
  const auto& path = given["learned"].as<std::string>();
  (void)read_input(path, input_bytes_max);
  loaded_calibration loaded = load_calibration(path);
  if (!loaded.warning.empty()) throw command_failure(loaded.warning);
  return loaded.learned.snapshot();
}

// Makes the models of a configuration's tokenizers known, as `stint serve` does.
void install_tokenizers(const std::string& file) {
  auto read = load_config(file);
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&read)) {
    print_mistakes(file, *mistakes);
    throw command_failure(file + " has mistakes; `stint check-config` shows them too");
  }
  tokenizer::install_encodings(std::get<config>(read).tokenizers);
}

// Whoever names a calibration expects that it is used.
void say_if_not_learned(const options::variables_map& given, const std::string& model,
                        tokenizer::chat_api api, const tokenizer::calibration_snapshot* learned) {
  if (learned == nullptr || tokenizer::encoding_for_model(model).exact ||
      learned->find(model, api) != nullptr) {
    return;
  }
  const std::string prefix(simulated_model_prefix);
  const std::string other =
      model.starts_with(prefix) ? model.substr(prefix.size()) : prefix + model;
  std::cerr << "stint count: " << given["learned"].as<std::string>() << " has nothing learnt for "
            << model << " (API " << word_of_api(api) << "); its fixed factor applies. It takes "
            << tokenizer::calibration::observations_needed
            << " calls of exactly this name through the gateway."
            << (learned->find(other, api) != nullptr ? " The file knows " + other + "." : "")
            << '\n';
}

// The API that was said, that the fields show, or that the model's name suggests, in this order.
tokenizer::chat_api choose_api(const options::variables_map& given, const std::string& model,
                               simdjson::dom::element request) {
  if (given.contains("api")) return api_of_word(given["api"].as<std::string>());
  const auto by_name = api_of_model(request, model);
  const auto api = api_of_shape(request).value_or(by_name);
  // Only these two take each other's requests for their own: all others have a prompt of another name.
  const bool has_messages =
      api == tokenizer::chat_api::openai_chat || api == tokenizer::chat_api::anthropic_messages;
  if (has_messages && api != by_name) {
    std::cerr << "stint count: by its fields this is a request of the API " << word_of_api(api)
              << "; --api " << word_of_api(by_name) << " counts it as the other\n";
  }
  return api;
}

// JSON that is no request is a mistake more often than it is a text.
void refuse_json(std::string_view text, const std::string& why) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return;
  throw command_failure("this starts like JSON but is no request: " + why +
                        ". To count it as a text, add --text");
}

// Nothing: it is a text.
std::optional<counted_prompt> count_request(const options::variables_map& given,
                                            const std::string& model, const std::string& text,
                                            const tokenizer::count_options& counting,
                                            const part_list* explained) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  auto mistake = parser.parse(text.data(), text.size(), true).get(document);
  if (mistake == simdjson::NUMBER_ERROR) {  // as the gateway takes it
    const auto quoted = with_quoted_giants(text);
    if (quoted) mistake = parser.parse(*quoted).get(document);
  }
  if (mistake != simdjson::SUCCESS) {
    refuse_json(text,
                std::string("it is not well-formed (") + simdjson::error_message(mistake) + ")");
    return std::nullopt;
  }
  if (!has_a_prompt(document)) {
    refuse_json(text,
                "it has no list \"messages\" or \"contents\", and no \"input\", \"prompt\" or "
                "\"content\" of parts");
    return std::nullopt;
  }
  const auto api = choose_api(given, model, document);
  say_if_not_learned(given, model, api, counting.learned);
  const auto prompt = tokenizer::count_prompt(model, api, document, counting);
  if (explained != nullptr) print_parts(*explained, model, prompt, std::cout);
  return counted_prompt{.expected = prompt.expected,
                        .upper_bound = prompt.upper_bound,
                        .exact = prompt.exact,
                        .hidden_input = prompt.hidden_input,
                        .learned = prompt.learned,
                        .api = word_of_api(api)};
}

void print(const counted_prompt& tokens, const std::string& encoding, bool request) {
  std::cout << grouped(tokens.expected) << (tokens.expected == 1 ? " token" : " tokens") << " ("
            << (request ? "request of " + std::string(tokens.api) : "text") << ", " << encoding
            << ", "
            << (tokens.exact
                    ? "exact"
                    : (tokens.learned ? "learnt estimate; at most " : "estimate; at most ") +
                          grouped(tokens.upper_bound))
            << ")\n";
  if (tokens.hidden_input)
    std::cout << "It also names content that cannot be counted here: remote images, files or "
                 "stored prompts.\n";
}

void print_json(const counted_prompt& tokens, const std::string& encoding, bool request) {
  boost::json::object shown{{"tokens", tokens.expected},
                            {"upper_bound", tokens.upper_bound},
                            {"exact", tokens.exact},
                            {"hidden_input", tokens.hidden_input},
                            {"learned", tokens.learned},
                            {"encoding", encoding},
                            {"as", request ? "request" : "text"}};
  if (request) shown["api"] = tokens.api;
  std::cout << boost::json::serialize(shown) << '\n';
}

std::shared_ptr<const tokenizer::encoding> load_tokenizer(const std::string& path,
                                                          const options::variables_map& given) {
  if (!std::filesystem::exists(path))
    throw command_failure("\"" + path + "\" is neither an encoding (" + encodings_text() +
                          ") nor a file");
  std::optional<tokenizer::split_rule> split;
  if (given.contains("split")) {
    split = tokenizer::split_rule_of(given["split"].as<std::string>());
    if (!split) throw misuse("--split is one of cl100k, o200k, gpt2, llama3, qwen2, deepseek_v3");
  }
  auto loaded =
      tokenizer::load_encoding_file(std::filesystem::path(path).filename().string(), path, split);
  if (!loaded) throw command_failure(path + ": " + loaded.error());
  return *loaded;
}

int count_by_encoding(const options::variables_map& given) {
  if (given.contains("model") || given.contains("explain"))
    throw misuse("--encoding counts text: leave out --model and --explain");
  const auto& name = given["encoding"].as<std::string>();
  const tokenizer::encoding* with = tokenizer::find_encoding(name);
  std::shared_ptr<const tokenizer::encoding> loaded;
  if (with == nullptr) {
    loaded = load_tokenizer(name, given);
    with = loaded.get();
  }
  const auto tokens = with->count(read_input(given["file"].as<std::string>(), input_bytes_max));
  const counted_prompt all = {.expected = tokens, .upper_bound = tokens, .exact = true};
  const std::string shown(with->name());
  given.contains("json") ? print_json(all, shown, false) : print(all, shown, false);
  return exit_done;
}

int count(const options::variables_map& given) {
  if (!given.contains("file")) throw misuse("count what? Name a file, or - for standard input");
  if (given.contains("config")) install_tokenizers(given["config"].as<std::string>());
  if (given.contains("encoding")) return count_by_encoding(given);
  if (!given.contains("model")) throw misuse("count for which --model, or with which --encoding?");
  const auto& model = given["model"].as<std::string>();
  const auto text = read_input(given["file"].as<std::string>(), input_bytes_max);
  const auto learned = read_learned(given);
  part_list parts;
  tokenizer::count_options counting;
  counting.learned = learned.get();
  const bool explain = given.contains("explain");
  const bool as_text = given.contains("text");
  if (as_text && (explain || given.contains("api")))
    throw misuse("--explain and --api are for requests: leave out --text");
  if (explain && given.contains("json")) throw misuse("--explain is a table: leave out --json");
  if (explain) counting.observer = &parts;
  std::optional<counted_prompt> request;
  if (!as_text) request = count_request(given, model, text, counting, explain ? &parts : nullptr);
  if (explain && !request)
    throw command_failure(
        "--explain needs a request: a JSON object with \"messages\", \"contents\", \"input\" or "
        "\"prompt\"");
  const auto tokens = request ? *request : count_text(model, text);
  const std::string encoding(tokenizer::encoding_for_model(model).text->name());
  if (given.contains("json")) {
    print_json(tokens, encoding, request.has_value());
  } else {
    print(tokens, encoding, request.has_value());
  }
  return exit_done;
}

}  // namespace

int run_count(std::span<const std::string> arguments) {
  return run_command("count", [&] {
    const auto given = read_words(arguments, count_form());
    return given ? count(*given) : exit_done;
  });
}

}  // namespace stint
