// Answers and streams of OpenAI's choices, of a chat or of legacy completions: both report usage and end alike, and differ
// in how a choice is ended (`Ending`: openai_chat/ending.hpp, openai_completions/ending.hpp). A meter belongs to one
// stream; the rules are stateless.
#pragma once

#include "gateway/dialect/openai_chat/usage.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/metered_stream.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

template <typename Ending>
class openai_stream_meter final : public metered_stream {
 public:
  openai_stream_meter(const counted_model& model, const chat_request& request)
      : metered_stream(model),
        hides_usage_(!request.client_wants_usage),
        ending_(request.answers, request.client_wants_usage) {}

  [[nodiscard]] std::optional<usage> reported_input() const override { return std::nullopt; }
  [[nodiscard]] bool generating() const noexcept override { return !ending_.finished(); }

 private:
  void write_ending(const usage& used, std::string& out) const override {
    ending_.write(used, out);
  }

  // vLLM and xAI may report on every chunk: each report covers everything so far, so the last one
  // holds.
  [[nodiscard]] std::optional<usage_report> last_report() const override { return report_; }

  usage_note note_usage(const stream_event& event) override {
    usage_note note;
    if (!seems_to_have(event.data, "\"usage\"")) return note;
    const auto chunk = parse_object(event.data);
    if (!chunk) return note;
    auto report = read_openai_report(*chunk, note.is_implausible);
    note.is_report = report || note.is_implausible;
    // After a report that cannot be true, an earlier one is not the whole bill either.
    if (note.is_report) report_ = std::move(report);
    if (report_ && report_->model.empty()) report_->model = ending_.model();
    simdjson::dom::element reported;
    if ((*chunk)["usage"].get(reported) != simdjson::SUCCESS || reported.is_null()) return note;
    simdjson::dom::array choices;
    const bool is_extra =
        (*chunk)["choices"].get(choices) == simdjson::SUCCESS && choices.begin() == choices.end();
    note.is_hidden = is_extra && hides_usage_;
    return note;
  }

  void note_passed(const stream_event& event) override { ending_.note(event.data); }

  bool is_error(const stream_event& event) const override {
    if (event.type == "error") return true;
    if (!seems_to_have(event.data, "\"error\"")) return false;
    const auto chunk = parse_object(event.data);
    simdjson::dom::element error;
    return chunk && (*chunk)["error"].get(error) == simdjson::SUCCESS && !error.is_null();
  }

  bool is_terminator(const stream_event& event) const override {
    return without_surrounding_space(event.data) == "[DONE]";
  }
  bool only_delivers(const stream_event& event) const override {
    return ending_.knows_its_stream() && !seems_to_have(event.data, "\"finish_reason\"");
  }
  void count_text(simdjson::dom::object data, text_sink& into) const override {
    count_openai_choices(data, "delta", into);
  }

  bool hides_usage_;
  Ending ending_;
  std::optional<usage_report> report_;
};

template <typename Ending>
class openai_choices_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    std::optional<usage_report> report;
    with_object(body, [&](simdjson::dom::object answer) {
      report = read_openai_report(answer, implausible);
    });
    return report;
  }

  answer_nature nature_of(std::string_view body) const override {
    return nature_of_answer(body, "choices");
  }

  std::int64_t count_answer(std::string_view body, const counted_model& model) const override {
    return count_whole_answer(body, model, [](simdjson::dom::object answer, text_counter& counter) {
      count_openai_choices(answer, "message", counter);
    });
  }

  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return std::make_unique<openai_stream_meter<Ending>>(model, request);
  }
};

}  // namespace stint
