"""What Google's servers were seen to do, and a client must not notice: errors and arrays that are labelled as events, a kind of
traffic that is no usage, a prompt without a count, a text behind a STOP, a tier that only the head names, numbers for words."""

import json
import os
import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import encoded, gateway
from scripted_upstream import chunk, scripted_upstream, with_length

MODEL = "gemini-2.5-flash-lite"
ERROR = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}


def piece(text=None, usage=None, **more):
    made = {"candidates": [{"content": {"parts": [{"text": text}] if text else [], "role": "model"}, "index": 0, **more}],
            "modelVersion": MODEL, "responseId": "r"}
    return {**made, "usageMetadata": usage} if usage else made


def counts(prompt, candidates, **more):
    total = prompt + candidates + more.get("thoughtsTokenCount", 0)
    return {"promptTokenCount": prompt, "candidatesTokenCount": candidates, "totalTokenCount": total, **more}


def events(*chunks):
    return b"".join(b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in chunks)


def streamed(body, content_type="text/event-stream", head=""):
    begin = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{head}Transfer-Encoding: chunked\r\n\r\n".encode()
    return begin + b"".join(chunk(body[at:at + 100]) for at in range(0, len(body), 100)) + chunk(b"")


class gemini_oddities(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = scripted_upstream(lambda wire, _: (wire.sendall(cls.says), True)[1])
        cls.stint = gateway(
            caps=FOREVER_CAPS, environment={**os.environ, "SOME_GOOGLE_KEY": "AIza-provider"},
            providers={"google": cls.upstream.provider(dialects=["gemini"], models=["gemini-*"], credential=None,
                                                       credential_env="SOME_GOOGLE_KEY")})
        cls.stint.settings["providers"]["google"].pop("credential")
        cls.stint.configure()
        cls.stint.__enter__()
        cls.addClassCleanup(cls.upstream.close)
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def ask(self, says, method="streamGenerateContent", query="?alt=sse", model=MODEL, **more):
        """The answer to the client, and the call's row."""
        type(self).says = says
        body = {"contents": [{"parts": [{"text": "hi"}]}], **more}
        headers = {"x-goog-api-key": self.key, "Content-Type": "application/json"}
        path = f"/v1beta/models/{model}:{method}{query}"
        answer = http_client.request(self.stint.proxy, "POST", path, headers, encoded(body))
        return answer, check_books(self.stint)[0]

    def test_the_provider_gets_its_own_key_and_nothing_of_ours(self):
        body = events(piece("Hi", counts(3, 1), finishReason="STOP"))
        answer, row = self.ask(streamed(body))
        self.assertEqual(answer.body, body)
        seen = self.upstream.requests[-1]
        self.assertEqual(seen.first_line, f"POST /v1beta/models/{MODEL}:streamGenerateContent?alt=sse HTTP/1.1".encode())
        self.assertEqual(seen.fields()["x-goog-api-key"], "AIza-provider")
        self.assertNotIn(self.key.encode(), seen.head)
        self.assertEqual((row["usage"]["input_tokens"], row["usage"]["output_tokens"]), (3, 1))

    def test_an_error_that_is_labelled_as_events(self):
        for says in (json.dumps(ERROR), json.dumps([ERROR])):
            answer, row = self.ask(with_length(says.encode(), "503 Service Unavailable", "text/event-stream"))
            self.assertEqual((answer.status, answer.body, row["cost_nanodollars"]), (503, says.encode(), 0))
            answer, row = self.ask(with_length(says.encode(), content_type="text/event-stream"))
            self.assertEqual((answer.status, answer.body, row["cost_nanodollars"]), (200, says.encode(), 0))
            self.assertIn("no_answer", row["flags"])

    def test_an_error_in_the_middle_is_passed_on_and_what_came_before_is_charged(self):
        body = events(piece("one two", counts(3, 2)), ERROR)
        answer, row = self.ask(streamed(body))
        self.assertEqual(answer.body, body)
        self.assertEqual((row["outcome"], row["usage"]["output_tokens"]), ("upstream_error", 2))

    def test_an_array_where_events_were_asked_for_and_the_other_way_round(self):
        array = json.dumps([piece("one", counts(3, 1)), piece(" two", counts(3, 2), finishReason="STOP")]).encode()
        for query in ("?alt=sse", ""):
            for body in (array, events(*json.loads(array))):
                for content_type in ("text/event-stream", "application/json; charset=UTF-8"):
                    answer, row = self.ask(streamed(body, content_type), query=query)
                    self.assertEqual(answer.body, body)
                    self.assertEqual((row["usage_source"], row["usage"]["output_tokens"]), ("provider", 2))

    def test_the_last_report_holds_and_traffic_alone_is_none(self):
        body = events(piece("one", {"trafficType": "ON_DEMAND"}), piece(" two", counts(9, 1), finishReason="STOP"),
                      piece(" three", counts(7, 3, thoughtsTokenCount=5), finishReason="STOP"))
        _, row = self.ask(streamed(body))
        used = row["usage"]
        self.assertEqual((used["input_tokens"], used["output_tokens"], used["reasoning_tokens"]), (7, 8, 5))

    def test_numbers_stand_for_words(self):
        body = json.dumps([piece("one", {**counts(9, 4), "promptTokensDetails": [{"modality": 4, "tokenCount": 6}]},
                                 finishReason=1)]).encode()
        answer, row = self.ask(streamed(body, "application/json"), query="?%24alt=json;enum-encoding=int")
        self.assertEqual(answer.body, body)
        self.assertEqual((row["usage"]["input_tokens"], row["usage"]["audio_input_tokens"]), (3, 6))

    def test_a_prompt_that_was_fetched_has_no_count(self):
        body = json.dumps(piece("x", {"candidatesTokenCount": 1, "thoughtsTokenCount": 153, "totalTokenCount": 450},
                                finishReason="STOP")).encode()
        _, row = self.ask(with_length(body), "generateContent", "")
        self.assertEqual((row["usage"]["input_tokens"], row["usage"]["output_tokens"]), (296, 154))

    def test_the_tier_that_only_the_head_names_is_charged(self):
        body = events(piece("Hi", counts(1000, 1000), finishReason="STOP"))
        _, asked = self.ask(streamed(body), serviceTier="priority")
        _, served = self.ask(streamed(body, head="x-gemini-service-tier: standard\r\n"), serviceTier="priority")
        self.assertEqual((asked["service_tier"], served["service_tier"]), ("priority", "standard"))
        self.assertEqual(asked["cost_nanodollars"] * 10, served["cost_nanodollars"] * 18)

    def test_a_search_is_billed_by_prompt_up_to_2_5(self):
        grounds = {"webSearchQueries": ["a", "b"], "groundingChunks": [{"web": {"uri": "u"}}]}
        body = events(piece("Hi", counts(3, 1), finishReason="STOP", groundingMetadata=grounds))
        _, row = self.ask(streamed(body), tools=[{"googleSearch": {}}])
        self.assertEqual(row["usage"]["web_searches"], 1)
        for ends, searches in (({"finishReason": "STOP"}, 0), ({}, 1)):
            _, row = self.ask(streamed(events(piece("Hi", counts(3, 1), **ends))), tools=[{"googleSearch": {}}])
            self.assertEqual(row["usage"]["web_searches"], searches, "what nobody saw the end of may have searched")

    def test_a_prompt_that_was_refused_is_charged_what_is_reported(self):
        body = json.dumps({"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": MODEL,
                           "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": 4}}).encode()
        _, row = self.ask(with_length(body), "generateContent", "")
        self.assertEqual((row["usage"]["input_tokens"], row["usage"]["output_tokens"], row["usage_source"]), (4, 0, "provider"))


if __name__ == "__main__":
    unittest.main()
