// Tested by tests/pricing/import/import_test.cpp.
#include "pricing/import/import.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "pricing/import/lists.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

// Who make models, by the names that the lists have for them. Where several sell a model under its own name, its
// maker's price is meant.
constexpr std::array<std::string_view, 26> makers = {"openai",     "anthropic",
                                                     "google",     "gemini",
                                                     "mistral",    "deepseek",
                                                     "xai",        "x-ai",
                                                     "moonshot",   "moonshotai",
                                                     "zai",        "zhipuai",
                                                     "alibaba",    "dashscope",
                                                     "cohere",     "cohere_chat",
                                                     "voyage",     "minimax",
                                                     "groq",       "cerebras",
                                                     "perplexity", "inception",
                                                     "ai21",       "nvidia",
                                                     "nvidia_nim", "text-completion-openai"};

std::size_t rank_of(const import_choice& choice, const std::string& provider) {
  const auto in = [&](const auto& list) {
    return static_cast<std::size_t>(std::ranges::find(list, provider) - std::begin(list));
  };
  return choice.providers.empty() ? in(makers) : in(choice.providers);
}

bool same_terms(price a, const price& b) {
  a.provider = b.provider;
  a.source = b.source;
  return a == b;
}

// Of each model the entries of one provider.
void choose_sellers(const import_choice& choice, imported_prices& into) {
  std::map<std::string, std::map<std::string, std::vector<price>>> by_model;
  for (price& each : into.prices)
    by_model[each.model][each.provider].push_back(std::move(each));
  into.prices.clear();
  for (auto& [model, sellers] : by_model) {
    const auto best = std::ranges::min_element(
        sellers, {}, [&](const auto& seller) { return rank_of(choice, seller.first); });
    const bool is_ranked = rank_of(choice, best->first) < makers.size();
    const bool all_alike = std::ranges::all_of(sellers, [&](const auto& seller) {
      return std::ranges::equal(seller.second, best->second, same_terms);
    });
    if (choice.providers.empty() && !is_ranked && !all_alike) {
      into.left.note("sold by several at different prices; choose with --provider", model);
      continue;
    }
    for (price& each : best->second)
      into.prices.push_back(std::move(each));
  }
}

// A name that two entries claim, or that leads nowhere, is none.
void check_aliases(imported_prices& into) {
  std::set<std::string> taken;
  for (const price& each : into.prices)
    taken.insert(each.model);
  const std::set<std::string> models = taken;
  std::vector<price_alias> kept;
  for (price_alias& each : into.aliases) {
    if (!is_name(each.from)) {
      into.left.note("another name that no model can have", each.to);
      continue;
    }
    if (!models.contains(each.to) || !taken.insert(each.from).second) continue;
    kept.push_back(std::move(each));
  }
  into.aliases = std::move(kept);
}

void drop_unchosen(const import_choice& choice, imported_prices& into) {
  std::erase_if(into.prices, [&](const price& each) {
    const bool from_other =
        !choice.providers.empty() &&
        std::ranges::find(choice.providers, each.provider) == choice.providers.end();
    return from_other || (choice.takes_model && !choice.takes_model(each.model));
  });
}

// Two entries of one model at one time would be two prices for a call.
void drop_repeated(imported_prices& into) {
  std::ranges::stable_sort(into.prices, [](const price& a, const price& b) {
    return std::tie(a.provider, a.model, a.valid_from) <
           std::tie(b.provider, b.model, b.valid_from);
  });
  std::vector<price> kept;
  for (price& each : into.prices) {
    const price* const before = kept.empty() ? nullptr : &kept.back();
    if (before == nullptr || before->provider != each.provider || before->model != each.model ||
        (before->valid_until && *before->valid_until <= each.valid_from)) {
      kept.push_back(std::move(each));
    } else {
      into.left.note("listed twice; the first is taken", each.model);
    }
  }
  into.prices = std::move(kept);
}

bool is_litellm(const YAML::Node& root) {
  return std::any_of(root.begin(), root.end(), [](const auto& item) {
    return item.second.IsMap() && item.second["litellm_provider"].IsDefined();
  });
}

bool is_models_dev(const YAML::Node& root) {
  return std::any_of(root.begin(), root.end(), [](const auto& item) {
    return item.second.IsMap() && item.second["models"].IsDefined() &&
           item.second["models"].IsMap();
  });
}

bool is_genai_prices(const YAML::Node& root) {
  return root.size() > 0 && root[0].IsMap() && root[0]["models"].IsDefined() &&
         root[0]["models"].IsSequence();
}

}  // namespace

std::variant<imported_prices, std::string> import_prices(const std::string& json,
                                                         const import_choice& choice) {
  imported_prices read;
  try {
    const YAML::Node root = YAML::Load(json);
    if (root.IsSequence() && is_genai_prices(root)) {
      read_genai_prices(root, read);
    } else if (root.IsMap() && is_litellm(root)) {
      read_litellm(root, read);
    } else if (root.IsMap() && is_models_dev(root)) {
      read_models_dev(root, read);
    } else {
      return std::string(
          "is no list of prices that is known: LiteLLM's model_prices_and_context_window.json, "
          "models.dev's api.json, or genai-prices' data.json");
    }
  } catch (const YAML::Exception& wrong) {
    return "is not JSON as these lists have it: line " + std::to_string(wrong.mark.line + 1) +
           ": " + wrong.msg;
  }
  drop_unchosen(choice, read);
  drop_repeated(read);
  choose_sellers(choice, read);
  check_aliases(read);
  return read;
}

}  // namespace stint
