// The end of a Responses stream that is cut before its provider ends it: what must be remembered of the events that
// were passed on, and the events that end it as the provider itself does at max_output_tokens; or, for a client that
// takes that for a reason to try again, as it does for want of quota. Belongs to one stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "pricing/usage.hpp"

namespace stint {

class responses_ending {
 public:
  responses_ending(std::string_view model, bool is_failure)
      : model_(model), is_failure_(is_failure) {}

  // An event that the client got.
  void note(std::string_view type, simdjson::dom::object event);
  void write(const usage& used, std::string& out) const;
  // As the stream named it; "" while it has not.
  [[nodiscard]] const std::string& served() const noexcept { return served_; }
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

 private:
  enum class stage : std::uint8_t { open, told, done };  // told: its whole text
  struct part {
    std::int64_t index = 0;
    bool is_refusal = false;
    std::string text;
    stage at = stage::open;
  };
  struct item {
    std::int64_t index = 0;
    std::string id;
    std::string type;
    std::string fields;  // of the item as it was begun, but for those that its deltas tell
    std::vector<part> parts;
    std::string called_with;  // a call's arguments or input
    bool is_told = false;     // they were told whole
  };

  void note_response(simdjson::dom::object response);
  void note_item(std::int64_t index, simdjson::dom::object begun);
  void note_item_done(std::int64_t index, simdjson::dom::object whole);
  void note_delta(std::string_view type, simdjson::dom::object event);
  void note_told(std::string_view type, simdjson::dom::object event);
  [[nodiscard]] item* open_item(simdjson::dom::object event);
  [[nodiscard]] static part& part_of(item& of, std::int64_t index, bool is_refusal);
  [[nodiscard]] bool has_room(std::size_t bytes);

  std::string model_;  // as the client asked for it
  bool is_failure_;
  std::string served_;
  std::string id_;
  std::string response_;  // `"id":…,"object":"response",…,` as the stream began
  std::vector<item> open_;
  std::string items_done_;  // joined by commas
  std::size_t kept_bytes_ = 0;
  bool is_too_long_ = false;  // what came is not kept any more
  std::int64_t next_number_ = 0;
};

}  // namespace stint
