// The head of an answer to a client, as text. What an upstream says in its headers is passed on
// field by field from what was parsed, never copied as bytes. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "budgets/records/call_id.hpp"
#include "budgets/records/standing.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/http/content_coding.hpp"
#include "gateway/http/response_head.hpp"
#include "pricing/money.hpp"
#include "pricing/usage.hpp"
#include "pricing/wall_time.hpp"

namespace stint {

// "HTTP/1.1 STATUS Reason\r\n", and the id that every answer of ours carries.
void begin_head(int status, const call_id& id, std::string& out);
void add_field(std::string_view name, std::string_view value, std::string& out);
// A page of that origin may read the answer, and all its fields.
void add_origin_fields(std::string_view page_origin, std::string& out);
// What an upstream's head passes on: all but framing, hop-by-hop fields, cookies and names of ours.
void add_upstream_fields(const response_head& head, content_coding coding, std::string& out);
// The tightest cap after this call, and what it cost.
void add_budget_fields(const std::optional<cap_standing>& tightest, std::string& out);
// Of a cap that refused, in the form of the API's own limits; nothing where they know no such unit.
void add_rate_limit_fields(const cap_standing& refused_by, limit_form form, wall_time now,
                           std::string& out);
// x-stint-output-limit, where the call's bound was lowered; 0: it was not.
void add_limit_field(std::int64_t output_limit_tokens, std::string& out);
void add_cost_fields(nanodollars cost, const usage& used, std::string& out);
// content-length, what becomes of the connection, and the empty line.
void end_head_with_length(std::size_t body_bytes, bool http_1_1, bool keep_alive, std::string& out);
// Chunked for HTTP/1.1, until close for 1.0.
void end_head_without_body(bool http_1_1, bool keep_alive, std::string& out);
void end_head_of_stream(bool http_1_1, bool keep_alive, std::string& out);

}  // namespace stint
