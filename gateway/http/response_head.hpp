// Reads an upstream's response head. As strict as the request side: an upstream that is in doubt is
// cut off, its connection never reused, the client told 502. 1xx answers are skipped by the caller,
// bounded; 101 is refused. No allocation. Whether the answer's media type and content coding suit
// the caller is the caller's question.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/http/answer_media.hpp"
#include "gateway/http/field_lines.hpp"

namespace stint {

enum class answer_framing : std::uint8_t { none, length, chunked, until_close };

struct response_head {
  int status = 0;  // 100 … 599
  bool http_1_1 = true;
  bool keep_alive = true;  // never with until_close
  answer_framing framing = answer_framing::none;
  std::uint64_t content_length = 0;  // as sent, also where there is no body (HEAD, 304)
  std::size_t size_bytes = 0;        // of the head, final blank line included
  std::size_t field_count = 0;
  field_array field_storage;

  // As it was before anything was read.
  void forget() noexcept { std::construct_at(this); }

  [[nodiscard]] std::span<const header_field> fields() const noexcept {
    return {field_storage.data(), field_count};
  }
  [[nodiscard]] std::optional<std::string_view> find(
      std::string_view lower_case_name) const noexcept;
  [[nodiscard]] answer_media media() const noexcept;  // by its content-type
};

// As check_request_head; `answers_head` when the request was HEAD. A refusal's status is 502 and
// its reason static text.
[[nodiscard]] head_check check_response_head(std::string_view received, const head_limits& limits,
                                             bool answers_head, std::size_t& scanned,
                                             response_head& head) noexcept;

}  // namespace stint
