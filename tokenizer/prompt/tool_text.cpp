// Tested by tests/tokenizer/prompt/tool_text_test.cpp.
#include "tokenizer/prompt/tool_text.hpp"

#include <algorithm>
#include <unordered_set>

#include "tokenizer/prompt/json_reading.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

// Deeper objects are shown as `any` here, because each level indents all below it; their JSON text
// still bounds them (openai_tools.cpp). Arrays in arrays recurse as deep as the document does, at
// most 1,024.
constexpr int depth_max = 48;
// Indentation stops growing, so that a deep schema is never rendered much longer than it is.
constexpr int indent_max = 8;

void render_type(dom::object schema, int depth, std::string& out);

void render_values(dom::array values, std::string& out) {
  bool first = true;
  for (const dom::element value : values) {
    if (!first) out += " | ";
    first = false;
    out += simdjson::minify(value);
  }
}

std::unordered_set<std::string_view> required_names(dom::object schema) {
  std::unordered_set<std::string_view> names;
  for (const dom::element name : array_in(schema, "required"))
    names.insert(string_or_empty(name));
  return names;
}

// The properties of an object, a line each, without the braces.
void render_properties(dom::object schema, int depth, std::string& out) {
  const std::string indent(static_cast<std::size_t>(std::min(depth, indent_max)) * 2, ' ');
  const std::unordered_set<std::string_view> required = required_names(schema);
  for (const dom::key_value_pair property : object_in(schema, "properties")) {
    dom::object type;
    const bool is_object = property.value.get(type) == simdjson::SUCCESS;
    const std::string_view description = is_object ? string_in(type, "description") : "";
    if (!description.empty()) out.append(indent).append("// ").append(description).append("\n");
    out.append(indent).append(property.key);
    out += required.contains(property.key) ? ": " : "?: ";
    if (is_object) {
      render_type(type, depth, out);
    } else {
      out += "any";
    }
    out += ",";
    dom::element fallback;
    if (is_object && type["default"].get(fallback) == simdjson::SUCCESS) {
      out.append(" // default: ").append(simdjson::minify(fallback));
    }
    out += "\n";
  }
}

void render_type(dom::object schema, int depth, std::string& out) {
  const dom::array values = array_in(schema, "enum");
  const std::string_view type = string_in(schema, "type");
  if (values.size() > 0) {
    render_values(values, out);
  } else if (type == "string" || type == "boolean" || type == "null") {
    out += type;
  } else if (type == "number" || type == "integer") {
    out += "number";
  } else if (type == "array") {
    dom::object items;
    if (schema["items"].get(items) == simdjson::SUCCESS) {
      render_type(items, depth, out);
    } else {
      out += "any";
    }
    out += "[]";
  } else if (type == "object" && depth < depth_max) {
    out += "{\n";
    render_properties(schema, depth + 1, out);
    out += "}";
  } else {
    out += "any";
  }
}

}  // namespace

void render_function(dom::object function, std::string& out) {
  const std::string_view description = string_in(function, "description");
  if (!description.empty()) out.append("// ").append(description).append("\n");
  out.append("type ").append(string_in(function, "name"));
  const dom::object parameters = object_in(function, "parameters");
  if (object_in(parameters, "properties").size() == 0) {
    out += " = () => any;\n\n";
    return;
  }
  out += " = (_: {\n";
  render_properties(parameters, 0, out);
  out += "}) => any;\n\n";
}

}  // namespace stint::tokenizer
