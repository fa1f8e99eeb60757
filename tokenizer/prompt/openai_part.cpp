// The parts of an OpenAI content array: text, images, recordings, files.
//
// Recordings: 1 token for each 100 ms (developers.openai.com, realtime costs). The length of a WAV
// is in its header; that of a compressed file is bounded by 16 kbit/s and expected at 128. Mistral
// takes the file itself in place of an object, and counts 375 for each 30 seconds begun (five
// recordings of two projects). Videos: no provider shows more of one than a token for each few bytes
// of it (three recordings of one project: 920 tokens for 18 KB).
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

void add_mistral_recording(const prompt_context& prompt, const base64_view& file) {
  constexpr std::int64_t piece_ms = 30'000;
  constexpr std::int64_t piece_tokens = 375;
  constexpr std::int64_t usual_bytes_per_piece = 128'000 / 8 * 30;
  constexpr std::int64_t least_bytes_per_piece = 16'000 / 8 * 30;
  const auto pieces = [](std::int64_t amount, std::int64_t of_one) {
    return (amount / of_one + 1) * piece_tokens;
  };
  const auto bytes = static_cast<std::int64_t>(file.size());
  const auto length_ms = wave_length_ms(file);
  const std::int64_t expected =
      length_ms ? pieces(*length_ms, piece_ms) : pieces(bytes, usual_bytes_per_piece);
  const std::int64_t most = length_ms ? expected : pieces(bytes, least_bytes_per_piece);
  prompt.tally.add_audio({.expected = expected, .upper = most + 8});
}

void add_recording(const prompt_context& prompt, dom::object part) {
  dom::element audio;
  std::string_view data;
  if (part["input_audio"].get(audio) != simdjson::SUCCESS ||
      (audio["data"].get(data) != simdjson::SUCCESS && audio.get(data) != simdjson::SUCCESS)) {
    return add_json_text(prompt, part);
  }
  prompt.tally.enter(part_kind::audio);
  constexpr std::int64_t ms_per_token = 100;
  const base64_view file{data};
  if (prompt.frame == framing::mistral) return add_mistral_recording(prompt, file);
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

// Mistral's documents and others' videos: {"type": "document_url", "document_url": "data:…"}, or an
// object with a url.
std::string_view url_in(dom::object part, std::string_view key) {
  const std::string_view plain = string_in(part, key);
  return plain.empty() ? string_in(object_in(part, key), "url") : plain;
}

void add_linked_document(const prompt_context& prompt, dom::object part) {
  prompt.tally.enter(part_kind::file);
  const std::optional<std::string_view> inlined = base64_in_data_url(url_in(part, "document_url"));
  prompt.tally.add_hidden(document_tokens(inlined ? inlined->size() : 0));
}

void add_video(const prompt_context& prompt, dom::object part) {
  constexpr std::int64_t usual_bytes_per_token = 60;
  constexpr std::int64_t least_bytes_per_token = 8;
  constexpr token_range least = {.expected = 300, .upper = 2'000};
  constexpr token_range remote = {.expected = 20'000, .upper = 1'000'000};
  prompt.tally.enter(part_kind::file);
  const std::optional<std::string_view> inlined = base64_in_data_url(url_in(part, "video_url"));
  if (!inlined) return prompt.tally.add_hidden(remote);
  const auto bytes = static_cast<std::int64_t>(inlined->size() / 4 * 3);
  prompt.tally.add_hidden(
      {.expected = least.expected + bytes / usual_bytes_per_token,
       .upper = std::min(least.upper + bytes / least_bytes_per_token, remote.upper)});
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
  if (type == "document_url") return add_linked_document(prompt, part);
  if (type == "video_url") return add_video(prompt, part);
  if (type == "file" && part["file"].is_object()) return add_file(prompt, part);
  prompt.tally.mark_incomparable();
  add_json_text(prompt, part);
}

}  // namespace stint::tokenizer
