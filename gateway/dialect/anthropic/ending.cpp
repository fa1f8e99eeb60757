// Tested by tests/gateway/dialect/stream_ending_test.cpp.
#include "gateway/dialect/anthropic/ending.hpp"

#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_text.hpp"

namespace stint {
namespace {

void append_event(std::string_view type, std::string_view fields, std::string& out) {
  out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\"");
  if (!fields.empty()) out.append(",").append(fields);
  out += "}\n\n";
}

std::string input_fields(const usage& used) {
  return "\"input_tokens\":" + std::to_string(used.input_tokens + used.audio_input_tokens) +
         ",\"cache_creation_input_tokens\":" +
         std::to_string(used.cache_write_5m_tokens + used.cache_write_1h_tokens) +
         ",\"cache_read_input_tokens\":" + std::to_string(used.cached_input_tokens);
}

}  // namespace

void anthropic_ending::note(const stream_event& event) {
  std::string_view type = event.type;
  if (type == "content_block_delta") return;  // nearly all of them
  const auto data = parse_object(event.data);
  if (!data) return;
  if (type.empty()) type = text_of(*data, "type");
  if (type == "message_start") {
    has_begun_ = true;
  } else if (type == "content_block_start") {
    open_block_ = number_of(*data, "index");
  } else if (type == "content_block_stop") {
    open_block_.reset();
  } else if (type == "message_delta") {
    simdjson::dom::object delta;
    has_stop_reason_ = has_stop_reason_ || ((*data)["delta"].get(delta) == simdjson::SUCCESS &&
                                            !text_of(delta, "stop_reason").empty());
  }
}

void anthropic_ending::write(const usage& used, std::string& out) const {
  const std::string output = "\"output_tokens\":" + std::to_string(used.output_total());
  if (!has_begun_) {
    std::string message =
        R"("message":{"id":"msg_cut","type":"message","role":"assistant","model":)";
    append_json_string(message, model_);
    message += R"(,"content":[],"stop_reason":null,"stop_sequence":null,"usage":{)" +
               input_fields(used) + ",\"output_tokens\":0}}";
    append_event("message_start", message, out);
  }
  if (open_block_) {
    append_event("content_block_stop", "\"index\":" + std::to_string(*open_block_), out);
  }
  if (!has_stop_reason_) {
    append_event(
        "message_delta",
        R"("delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{)" + output + "}",
        out);
  }
  append_event("message_stop", {}, out);
}

}  // namespace stint
