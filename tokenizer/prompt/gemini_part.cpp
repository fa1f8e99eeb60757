// The parts of a Gemini content: text, files in the request and elsewhere, calls of functions and their
// results, code. Keys come in two spellings (inlineData, inline_data).
//
// Recordings: 32 tokens a second (ai.google.dev, tokens), 25 in the newest recordings. Videos: 258 a frame
// and a frame a second, with its sound; by the bytes as over other APIs (openai_part.cpp). Documents: 258
// a page up to Gemini 2.5, 560 from 3 on at the usual resolution, 1,120 at the highest. Of a file at an
// address nothing is known: up to what a window takes. Thought signatures are encrypted, so that
// their size says little: about 4 bytes a token in the bound. Tested by
// tests/tokenizer/prompt/gemini_contents_test.cpp.
#include <algorithm>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/media_header.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr token_range function_block = {.expected = 4, .upper = 24};
constexpr token_range file_elsewhere = {.expected = 20'000, .upper = 1'000'000};

std::string_view spelled_string(dom::object from, std::string_view camel, std::string_view snake) {
  const std::string_view text = string_in(from, camel);
  return text.empty() ? string_in(from, snake) : text;
}

std::int64_t decoded_bytes(std::string_view base64) noexcept {
  return static_cast<std::int64_t>(base64.size() / 4 * 3);
}

void add_sound(const prompt_context& prompt, std::string_view data) {
  constexpr std::int64_t tokens_per_s = 32;
  constexpr std::int64_t usual_bytes_per_token = 128'000 / 8 / tokens_per_s;
  constexpr std::int64_t least_bytes_per_token = 16'000 / 8 / tokens_per_s;
  prompt.tally.enter(part_kind::audio);
  if (const auto length_ms = wave_length_ms(base64_view{data})) {
    const std::int64_t tokens = *length_ms * tokens_per_s / 1'000 + 1;
    return prompt.tally.add_audio({.expected = tokens, .upper = tokens + tokens_per_s});
  }
  const std::int64_t bytes = decoded_bytes(data);
  prompt.tally.add_audio({.expected = bytes / usual_bytes_per_token + 1,
                          .upper = bytes / least_bytes_per_token + tokens_per_s});
}

void add_moving_picture(const prompt_context& prompt, std::string_view data) {
  constexpr std::int64_t usual_bytes_per_token = 60;
  constexpr std::int64_t least_bytes_per_token = 8;
  const std::int64_t bytes = decoded_bytes(data);
  prompt.tally.enter(part_kind::file);
  prompt.tally.add_hidden(
      {.expected = 300 + bytes / usual_bytes_per_token,
       .upper = std::min(2'000 + bytes / least_bytes_per_token, file_elsewhere.upper)});
}

void add_pages(const prompt_context& prompt, std::string_view data) {
  constexpr std::int64_t page_tokens = 560;
  constexpr std::int64_t page_tokens_max = 1'120;
  const std::int64_t bytes = decoded_bytes(data);
  prompt.tally.enter(part_kind::file);
  prompt.tally.add_hidden({.expected = (bytes / 60'000 + 1) * page_tokens,
                           .upper = (bytes / 10'000 + 1) * page_tokens_max});
}

void add_written_file(const prompt_context& prompt, std::string_view data) {
  constexpr std::int64_t usual_bytes_per_token = 4;
  const std::int64_t bytes = decoded_bytes(data) + 3;
  prompt.tally.enter(part_kind::file);
  prompt.tally.add_media({.expected = bytes / usual_bytes_per_token, .upper = bytes});
}

void add_inline_file(const prompt_context& prompt, dom::object file) {
  const std::string_view type = spelled_string(file, "mimeType", "mime_type");
  const std::string_view data = string_in(file, "data");
  if (type.starts_with("image/")) {
    prompt.tally.enter(part_kind::image);
    return add_image(prompt, image_size(base64_view{data}), image_detail::automatic);
  }
  if (type.starts_with("audio/")) return add_sound(prompt, data);
  if (type.starts_with("video/")) return add_moving_picture(prompt, data);
  if (type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml"))
    return add_written_file(prompt, data);
  add_pages(prompt, data);
}

void add_file_elsewhere(const prompt_context& prompt, dom::object file) {
  if (spelled_string(file, "mimeType", "mime_type").starts_with("image/")) {
    prompt.tally.enter(part_kind::image);
    return add_image(prompt, std::nullopt, image_detail::automatic);
  }
  prompt.tally.enter(part_kind::file);
  prompt.tally.add_hidden(file_elsewhere);
}

// A result may hold files of its own.
void add_result_files(const prompt_context& prompt, dom::object result) {
  for_each_one(result, "parts", [&](dom::element item) {
    dom::object part;
    if (item.get(part) == simdjson::SUCCESS) walk_gemini_part(prompt, part);
  });
}

void add_gemini_function(const prompt_context& prompt, dom::object call, part_kind kind) {
  prompt.tally.enter(kind);
  prompt.tally.add_estimated(function_block);
  for (const dom::key_value_pair field : call) {
    if (field.key == "id") {
      add_identifier(prompt, string_or_empty(field.value));
    } else if (field.key == "parts" && kind == part_kind::tool_result) {
      add_result_files(prompt, call);
      prompt.tally.enter(kind);
    } else {
      add_json_text(prompt, field.value);
    }
  }
}

enum class part_field : std::uint8_t {
  text,
  steering,
  signature,
  inlined,
  elsewhere,
  call,
  result,
  other
};

part_field gemini_field_of(std::string_view key) noexcept {
  if (key == "text") return part_field::text;
  if (key == "thought" || key == "videoMetadata" || key == "video_metadata" ||
      key == "mediaResolution" || key == "media_resolution" || key == "partMetadata")
    return part_field::steering;
  if (key == "thoughtSignature" || key == "thought_signature") return part_field::signature;
  if (key == "inlineData" || key == "inline_data") return part_field::inlined;
  if (key == "fileData" || key == "file_data") return part_field::elsewhere;
  if (key == "functionCall" || key == "function_call") return part_field::call;
  if (key == "functionResponse" || key == "function_response") return part_field::result;
  return part_field::other;
}

// Turns of before may be left out of it, or brought back by their signature.
void add_thought_signature(const prompt_context& prompt, std::string_view signature) {
  prompt.tally.enter(part_kind::thinking);
  prompt.tally.add_estimated(
      {.expected = 0, .upper = static_cast<std::int64_t>(signature.size() / 4)});
  prompt.tally.mark_incomparable();
}

// Frames beyond the usual one a second.
std::int64_t frames_per_second(dom::object part) {
  const dom::object camel = object_in(part, "videoMetadata");
  const dom::object video = camel.size() > 0 ? camel : object_in(part, "video_metadata");
  double fps = 1;
  if (video["fps"].get(fps) != simdjson::SUCCESS) return 1;
  return static_cast<std::int64_t>(std::clamp(fps, 1.0, 24.0)) + 1;
}

}  // namespace

void walk_gemini_part(const prompt_context& prompt, dom::object part) {
  for (const dom::key_value_pair field : part) {
    const part_field what = gemini_field_of(field.key);
    dom::object object;
    std::string_view text;
    if (what == part_field::steering || field.value.is_null()) continue;
    if (what == part_field::text && field.value.get(text) == simdjson::SUCCESS) {
      prompt.tally.add_text(text);
    } else if (what == part_field::signature) {
      add_thought_signature(prompt, string_or_empty(field.value));
    } else if (field.value.get(object) != simdjson::SUCCESS || what == part_field::other) {
      prompt.tally.mark_incomparable();
      add_json_text(prompt, field.value);
    } else if (what == part_field::inlined) {
      for (std::int64_t frame = frames_per_second(part); frame > 0; --frame)
        add_inline_file(prompt, object);
    } else if (what == part_field::elsewhere) {
      add_file_elsewhere(prompt, object);
    } else {
      add_gemini_function(prompt, object,
                          what == part_field::call ? part_kind::tool_call : part_kind::tool_result);
    }
  }
}

}  // namespace stint::tokenizer
