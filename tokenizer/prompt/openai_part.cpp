// The parts of an OpenAI content array: text, images, recordings, files.
//
// Recordings: 1 token for each 100 ms (developers.openai.com, realtime costs). The length of a WAV
// is in its header; that of a compressed file is bounded by 16 kbit/s and expected at 128.
#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/media_header.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

image_detail detail_of(std::string_view word) noexcept {
  if (word == "low") return image_detail::low;
  return word == "high" ? image_detail::high : image_detail::automatic;
}

void add_image_at(const prompt_context& prompt, std::string_view url, image_detail detail) {
  prompt.tally.enter(part_kind::image);
  const std::optional<std::string_view> inlined = base64_in_data_url(url);
  add_image(prompt, inlined ? image_size(base64_view{*inlined}) : std::nullopt, detail);
}

void add_image_part(const prompt_context& prompt, dom::object part) {
  dom::element image;
  dom::object object;
  if (part["image_url"].get(image) != simdjson::SUCCESS) return add_json_text(prompt, part);
  if (image.get(object) != simdjson::SUCCESS) {
    return add_image_at(prompt, string_or_empty(image), detail_of(string_in(part, "detail")));
  }
  add_image_at(prompt, string_in(object, "url"), detail_of(string_in(object, "detail")));
}

void add_recording(const prompt_context& prompt, dom::object part) {
  dom::object audio;
  std::string_view data;
  if (part["input_audio"].get(audio) != simdjson::SUCCESS ||
      audio["data"].get(data) != simdjson::SUCCESS) {
    return add_json_text(prompt, part);
  }
  prompt.tally.enter(part_kind::audio);
  constexpr std::int64_t ms_per_token = 100;
  const base64_view file{data};
  if (const auto length_ms = wave_length_ms(file)) {
    const std::int64_t tokens = *length_ms / ms_per_token + 1;
    return prompt.tally.add_audio({.expected = tokens, .upper = tokens + 1});
  }
  constexpr std::int64_t usual_bytes_per_token = 128'000 / 8 / 10;
  constexpr std::int64_t least_bytes_per_token = 16'000 / 8 / 10;
  const auto bytes = static_cast<std::int64_t>(file.size());
  prompt.tally.add_audio(
      {.expected = bytes / usual_bytes_per_token + 1, .upper = bytes / least_bytes_per_token + 1});
}

void add_file(const prompt_context& prompt, dom::object part) {
  const dom::object file = object_in(part, "file");
  prompt.tally.enter(part_kind::file);
  prompt.tally.add_text(string_in(file, "filename"));
  const std::string_view data = string_in(file, "file_data");
  prompt.tally.add_hidden(document_tokens(data.size()));
}

}  // namespace

void walk_openai_part(const prompt_context& prompt, dom::object part) {
  const std::string_view type = string_in(part, "type");
  std::string_view text;
  if (type == "text" && part["text"].get(text) == simdjson::SUCCESS) {
    return prompt.tally.add_text(text);
  }
  if (type == "refusal" && part["refusal"].get(text) == simdjson::SUCCESS) {
    return prompt.tally.add_text(text);
  }
  if (type == "image_url" || type == "input_image") return add_image_part(prompt, part);
  if (type == "input_audio") return add_recording(prompt, part);
  if (type == "file" && part["file"].is_object()) return add_file(prompt, part);
  prompt.tally.mark_incomparable();
  add_json_text(prompt, part);
}

}  // namespace stint::tokenizer
