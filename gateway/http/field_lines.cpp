// Tested by tests/gateway/http/request_head_test.cpp and response_head_test.cpp.
#include "gateway/http/field_lines.hpp"

#include <algorithm>
#include <cstring>

#include "gateway/http/http_token.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

head_check find_head_end(std::string_view received, std::size_t bytes_max, std::size_t& scanned,
                         std::size_t& size_bytes) noexcept {
  const std::string_view head = received.substr(0, bytes_max);
  std::size_t from = std::min(scanned, head.size());
  while (from < head.size()) {
    const auto* found =
        static_cast<const char*>(std::memchr(head.data() + from, '\n', head.size() - from));
    if (found == nullptr) break;
    const auto at = static_cast<std::size_t>(found - head.data());
    if (at == 0 || head[at - 1] != '\r') {
      return refuse_head(
          400, "A line ends in CRLF, never in LF alone (RFC 9112 §2.2, refused strictly).");
    }
    from = at + 1;
    if (at >= 3 && head[at - 2] == '\n') {
      size_bytes = scanned = from;
      return acceptable;
    }
  }
  scanned = head.size();
  if (head.size() < bytes_max) return {.state = head_state::incomplete};
  if (head.find('\n') == std::string_view::npos) {
    return refuse_head(414,
                       "The first line alone is larger than a head may be (RFC 9110 §15.5.15).");
  }
  return refuse_head(431, "The head is larger than this server accepts (RFC 6585 §5).");
}

namespace {

// One line off the front of `lines`; the caller knows that `lines` ends in CRLF.
head_check read_field_line(std::string_view& lines, header_field& field) noexcept {
  std::size_t colon = 0;
  while (colon < lines.size() && belongs_to(lines[colon], token_byte))
    ++colon;
  if (colon == 0 && (lines.front() == ' ' || lines.front() == '\t')) {
    return refuse_head(400, "A field line is folded or starts with white space (RFC 9112 §5.2).");
  }
  if (colon == 0 || colon == lines.size() || lines[colon] != ':') {
    return refuse_head(400, "A field line is not a token followed by a colon (RFC 9112 §5.1).");
  }
  const std::string_view after_colon = lines.substr(colon + 1);
  const std::size_t run = field_value_run(after_colon);
  if (!after_colon.substr(run).starts_with("\r\n")) {
    return refuse_head(400, "A field value holds a control byte (RFC 9110 §5.5).");
  }
  field = {.name = lines.substr(0, colon),
           .value = without_surrounding_space(after_colon.substr(0, run))};
  lines.remove_prefix(colon + 1 + run + 2);
  return acceptable;
}

}  // namespace

head_check read_field_lines(std::string_view lines, std::size_t fields_max,
                            underscore_names underscores, field_array& fields,
                            std::size_t& field_count) noexcept {
  const std::size_t room = std::min(fields_max, header_fields_cap);
  field_count = 0;
  while (!lines.empty()) {
    if (field_count == room)
      return refuse_head(431, "The head has more fields than this server accepts (RFC 6585 §5).");
    header_field field;
    if (const auto check = read_field_line(lines, field); check.state != head_state::complete)
      return check;
    const bool is_underscored = field.name.find('_') != std::string_view::npos;
    if (is_underscored && underscores == underscore_names::dropped) continue;
    fields.put(field_count++, field);
  }
  return acceptable;
}

std::optional<std::string_view> find_field(std::span<const header_field> fields,
                                           std::string_view lower_case_name) noexcept {
  for (const auto& field : fields) {
    if (equals_ignoring_case(field.name, lower_case_name)) return field.value;
  }
  return std::nullopt;
}

}  // namespace stint
