// Goal: a path fits the pattern of an endpoint as the servers behind read it, and what they may read in two ways fits
// none; what leaves here is the pattern again, with the call's model in it.
#include "gateway/dialect/parts/path_pattern.hpp"

#include <optional>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/spelling.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(path_pattern)

namespace {
constexpr std::string_view generate = "/{version}/models/{model}:generateContent";
constexpr std::string_view cancel = "/v1/responses/{id}/cancel";
constexpr std::string_view deployment = "/openai/deployments/{model}/chat/completions";

std::optional<call_target> target_of(std::string_view pattern, std::string_view path) {
  call_target target;
  return fits_pattern(pattern, path, target) ? std::optional(target) : std::nullopt;
}

// What stands in that hole; "" also where the path does not fit.
std::string_view in_hole(std::string_view call_target::*hole, std::string_view pattern,
                         std::string_view path) {
  const auto target = target_of(pattern, path);
  return target ? (*target).*hole : std::string_view{};
}

std::string expanded(std::string_view pattern, std::string_view path, std::string_view model,
                     bool without_version = false) {
  std::string out;
  append_expanded(pattern, *target_of(pattern, path), model, without_version, out);
  return out;
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_stands_in_its_holes_is_told) {
  constexpr std::string_view gemini = "/v1beta/models/gemini-3-flash:generateContent";
  BOOST_TEST(in_hole(&call_target::version, generate, gemini) == "v1beta");
  BOOST_TEST(in_hole(&call_target::model, generate, gemini) == "gemini-3-flash");
  BOOST_TEST(in_hole(&call_target::id, cancel, "/v1/responses/resp_1/cancel") == "resp_1");
  BOOST_TEST(in_hole(&call_target::model, deployment,
                     "/openai/deployments/my-gpt/chat/completions") == "my-gpt");
  BOOST_TEST(in_hole(&call_target::action, "/v1/things/{id}:{action}", "/v1/things/a:undo") ==
             "undo");
  BOOST_TEST(in_hole(&call_target::id, "/v1/models/{id*}", "/v1/models/meta/llama%2F3") ==
             "meta/llama%2F3");
}

BOOST_AUTO_TEST_CASE(another_path_fits_not) {
  for (const char* path :
       {"/v1/responses/cancel", "/v1/responses//cancel", "/v1/responses/a/b/cancel",
        "/v1/responses/a/cancel/b", "/v1/responses/a/Cancel", "/v1/responses/a%2Fb/cancel",
        "/v1/responses/a;b/cancel", "/v2/responses/a/cancel", "/x/v1/responses/a/cancel",
        "/openai/openai/responses/a/cancel", "/openai", "/", ""})
    BOOST_TEST(!target_of(cancel, path).has_value(), path);
  for (const char* path : {"/v1beta/models/:generateContent", "/v1beta/models/a:generateContents",
                           "/v1beta/models/a:b:generateContent", "/v2/models/a:generateContent",
                           "/models/a:generateContent", "/v1beta/models/a:generatecontent"})
    BOOST_TEST(!target_of(generate, path).has_value(), path);
  BOOST_TEST(!target_of("/v1/models/{id*}", "/v1/models/").has_value());
  BOOST_TEST(!target_of("/v1/models", "/v1/models/a").has_value());
}

BOOST_AUTO_TEST_CASE(what_base_urls_make_of_a_path_is_understood) {
  for (const char* path :
       {"/responses/a/cancel", "/v1/v1/responses/a/cancel", "//v1//responses/a/cancel/",
        "/v1/responses/a/cancel/", "/openai/responses/a/cancel", "/openai/v1/responses/a/cancel"}) {
    BOOST_TEST(in_hole(&call_target::id, cancel, path) == "a", path);
  }
}

BOOST_AUTO_TEST_CASE(a_hole_that_does_not_fit_leaves_the_target_as_it_was) {
  call_target target;
  BOOST_TEST(!fits_pattern("/v1/a/{id}/b", "/v1/a/x/c", target));
  BOOST_TEST(target.id.empty());
}

BOOST_AUTO_TEST_CASE(what_leaves_here_has_the_model_that_the_provider_knows) {
  BOOST_TEST(expanded(generate, "/v1/models/a:generateContent", "gemini-3@001") ==
             "/v1/models/gemini-3@001:generateContent");
  BOOST_TEST(expanded(generate, "/v1beta/models/a:generateContent", "a", true) ==
             "/models/a:generateContent");
  BOOST_TEST(expanded(cancel, "/responses/resp-1/cancel", "") == "/v1/responses/resp-1/cancel");
  BOOST_TEST(expanded("/v1/files", "/v1/files", "x") == "/v1/files");
}

// A name that begins with its collection has that in the path already.
BOOST_AUTO_TEST_CASE(a_collection_stands_once_in_a_path) {
  constexpr std::string_view tuned = "/{version}/tunedModels/{model}:generateContent";
  BOOST_TEST(expanded(tuned, "/v1beta/tunedModels/a:generateContent", "tunedModels/a") ==
             "/v1beta/tunedModels/a:generateContent");
  BOOST_TEST(expanded(tuned, "/v1beta/tunedModels/a:generateContent", "models/a") ==
             "/v1beta/tunedModels/models%2Fa:generateContent");
}

// A model of a body, which may be any text, becomes no other path.
BOOST_AUTO_TEST_CASE(a_models_name_cannot_leave_its_place_in_a_path) {
  BOOST_TEST(expanded(deployment, "/openai/deployments/a/chat/completions", "../x?y#z:%2f") ==
             "/openai/deployments/..%2Fx%3Fy%23z%3A%252f/chat/completions");
}

BOOST_AUTO_TEST_CASE(a_disguise_of_a_patterns_path_is_seen_through) {
  const auto may_fit = [](std::string_view pattern, std::string_view path) {
    return lenient_path(path).may_fit(pattern);
  };
  for (const char* path :
       {"/v1beta/models/a:generateContent", "/V1beta/Models/a:GenerateContent",
        "/v1beta/models/a%3AgenerateContent", "/models/a:generateContent",
        "/v2/models/a:b:generateContent", "/google/v1beta/models/a:generateContent",
        "/v1beta//models/x;y/../a:generateContent;z"})
    BOOST_TEST(may_fit(generate, path), path);
  for (const char* path : {"/v1/responses/a/cancel", "/v1/Responses/a%2fcancel",
                           "/openai/responses/a/cancel", "/v1/x/../responses/a/cancel/"})
    BOOST_TEST(may_fit(cancel, path), path);
  for (const char* path : {"/v1/models", "/openai/v1/models", "/models", "/v1beta/models"})
    BOOST_TEST(may_fit("/v1/models", path), path);
  for (const char* path : {"/v1/models/a", "/v1/base/models", "/v1/modelsx"})
    BOOST_TEST(!may_fit("/v1/models", path), path);
  BOOST_TEST(!may_fit(cancel, "/v1/responses/cancel"));
  BOOST_TEST(!may_fit(generate, "/v1beta/models/a:countTokens"));
  BOOST_TEST(lenient_path("/v1beta/models/a:generateContent/b").may_lead_on_from(generate));
  BOOST_TEST(!lenient_path("/v1beta/models/a:generateContent/b").may_fit(generate));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
