"""Bodies that try to be read in two ways: by us when we hold budget, and by the provider when it bills.

The upstream is a witness: of a refused body not one byte may reach it.
"""

import json
import unittest

from books import FOREVER_CAPS, check_books
from gateway_process import anthropic_body, gateway, openai_body
from scripted_upstream import scripted_upstream

MESSAGES = '"messages":[{"role":"user","content":"hello"}]'
OPENAI = '{"model":"gpt-4o",' + MESSAGES + "%s}"
ANTHROPIC = '{"model":"claude-sonnet-4-5","max_tokens":5,' + MESSAGES + "%s}"

# What stands behind the valid fields: each would make a parser that takes the last (or the first, or another case) of a name
# bill something else than we hold.
DOUBLED = {
    "twice": ',"max_tokens":1,"max_tokens":100000',
    "escaped": ',"max_tokens":1,"max\\u005ftokens":100000',
    "escaped in capitals": ',"max_tokens":1,"\\u006Dax_tokens":100000',
    "other case": ',"max_tokens":1,"Max_Tokens":100000',
    "only in another case": ',"MAX_TOKENS":100000',
    "model twice": ',"model":"gpt-4o-mini"',
    "model escaped": ',"mod\\u0065l":"gpt-4o-mini"',
    "stream twice": ',"stream":false,"stream":true',
    "n twice": ',"n":1,"n":128',
    "messages twice": "," + MESSAGES,
    "unknown field twice": ',"zzz":1,"zzz":2',
}

OUT_OF_RANGE = {
    "negative": ',"max_tokens":-2',
    "fraction": ',"max_tokens":1.5',
    "exponent": ',"max_tokens":1e3',
    "a text": ',"max_tokens":"5"',
    "true": ',"max_tokens":true',
    "a list": ',"max_tokens":[5]',
    "beyond 64 bits": ',"max_tokens":99999999999999999999',
    "ten thousand digits": ',"max_tokens":' + "9" * 10_000,
    "beyond any model": ',"max_tokens":9223372036854775807',
    "n of 0": ',"n":0',
    "n of 1000000": ',"n":1000000',
    "n negative": ',"n":-1',
    "stream as text": ',"stream":"true"',
    "stream as number": ',"stream":1',
}

NOT_JSON = {
    "empty": b"",
    "white space": b"   ",
    "a word": b"hello",
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"1",
    "null": b"null",
    "cut off": b'{"model":"gpt-4o","messages":[{"role":"us',
    "two documents": (OPENAI % "").encode() * 2,
    "text behind": (OPENAI % "").encode() + b"x",
    "byte order mark": b"\xef\xbb\xbf" + (OPENAI % "").encode(),
    "UTF-16": (OPENAI % "").encode("utf-16"),
    "NUL inside a text": (OPENAI % ',"user":"a\x00b"').encode(),
    "NUL behind": (OPENAI % "").encode() + b"\x00",
    "single quotes": b"{'model':'gpt-4o'}",
    "trailing comma": (OPENAI % ",").encode(),
    "comment": (OPENAI % "/* a */").encode(),
    "NaN": (OPENAI % ',"temperature":NaN').encode(),
    "leading zero": (OPENAI % ',"max_tokens":05').encode(),
    "plus sign": (OPENAI % ',"max_tokens":+5').encode(),
    "raw control character": (OPENAI % ',"user":"a\nb"').encode(),
    "lone continuation byte": (OPENAI % ',"user":"~"').encode().replace(b"~", b"\x80"),
    "overlong slash": (OPENAI % ',"user":"~"').encode().replace(b"~", b"\xc0\xaf"),
    "surrogate in UTF-8": (OPENAI % ',"user":"~"').encode().replace(b"~", b"\xed\xa0\x80"),
    "cut in a character": (OPENAI % ',"user":"~"').encode().replace(b"~", b"\xe2\x82"),
    "beyond Unicode": (OPENAI % ',"user":"~"').encode().replace(b"~", b"\xf5\x80\x80\x80"),
    "lists 100,000 deep": (OPENAI % (',"zzz":' + "[" * 100_000 + "]" * 100_000)).encode(),
    "objects 100,000 deep": (OPENAI % (',"zzz":' + '{"a":' * 100_000 + "1" + "}" * 100_000)).encode(),
    "lists never closed": (OPENAI % (',"zzz":' + "[" * 100_000)).encode(),
}


class bad_json(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = scripted_upstream()
        cls.addClassCleanup(cls.upstream.close)
        cls.stint = gateway(caps=FOREVER_CAPS, providers={"witness": cls.upstream.provider()})
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def tearDown(self):
        check_books(self.stint)

    def check_refused(self, body, path="/v1/chat/completions"):
        seen = len(self.upstream.requests)
        answer = self.stint.chat(self.key, body, path=path)
        self.assertEqual(answer.status, 400, answer.body[:300])
        error = answer.json()["error"]
        self.assertIn("message", error)
        self.assertEqual(error["type"], "invalid_request_error")
        self.assertEqual(len(self.upstream.requests), seen, "the upstream saw a request")

    def test_a_field_in_two_readings_is_refused(self):
        for name, fields in DOUBLED.items():
            with self.subTest(api="openai", fields=name):
                self.check_refused((OPENAI % fields).encode())
            if not name.startswith("n "):
                with self.subTest(api="anthropic", fields=name):
                    self.check_refused((ANTHROPIC % fields).encode(), "/v1/messages")

    def test_a_billed_field_out_of_its_range_is_refused_by_name(self):
        for name, fields in OUT_OF_RANGE.items():
            with self.subTest(fields=name):
                self.check_refused((OPENAI % fields).encode())

    def test_what_is_not_json_is_refused(self):
        for name, body in NOT_JSON.items():
            with self.subTest(body=name):
                self.check_refused(body)

    def test_an_end_users_name_is_bounded(self):
        self.check_refused((OPENAI % (',"user":"' + "a" * 257 + '"')).encode())

    def test_a_prompt_of_a_billion_tokens_is_refused_and_ends_nothing(self):
        """Each file part is estimated at thousands of tokens: the sum once passed what a cost may be asked for, and aborted."""
        part = '{"type":"file","file":{"file_id":"f"}}'
        body = '{"model":"gpt-4o","messages":[{"role":"user","content":[%s]}]}' % ",".join([part] * 60_000)
        self.check_refused(body.encode())
        self.assertEqual(self.stint.chat(self.key, (OPENAI % "").encode()).status, 200)

    def test_anthropic_needs_a_bound(self):
        self.check_refused(b'{"model":"claude-sonnet-4-5",' + MESSAGES.encode() + b"}", "/v1/messages")

    def test_lone_surrogates_are_answered_either_way_but_held(self):
        """JSON allows them as escapes; what matters is that the gateway survives and counts them."""
        for text in ("\\ud800", "\\udc00x", "\\ud800\\ud800", "a\\udfff"):
            body = ('{"model":"gpt-4o","messages":[{"role":"user","content":"%s"}]}' % text).encode()
            with self.subTest(text=text):
                self.assertIn(self.stint.chat(self.key, body).status, (200, 400))

    def test_odd_but_valid_bodies_are_served_untouched(self):
        good = {
            "unknown fields": OPENAI % ',"zzz":{"max_tokens":1,"b":[1,2.5e10,null]}',
            "white space": " \n\t" + OPENAI.replace(",", " ,\r\n ") % "" + " ",
            "escapes": OPENAI % ',"user":"\\u0061\\n\\ud83d\\ude00"',
            "a long number that bills nothing": OPENAI % (',"zzz":0.' + "1" * 300),
            "the same name at two depths": OPENAI % ',"metadata":{"model":"x"}',
            "a hundred levels": OPENAI % (',"zzz":' + "[" * 100 + "]" * 100),
            "a megabyte": OPENAI % (',"zzz":"' + "a" * (1 << 20) + '"'),
            "the longest name of an end user": OPENAI % (',"user":"' + "a" * 256 + '"'),
        }
        for name, body in good.items():
            with self.subTest(body=name):
                answer = self.stint.chat(self.key, body.encode())
                self.assertEqual(answer.status, 200, answer.body[:300])
                self.assertEqual(self.upstream.requests[-1].body, body.encode())

    def test_the_wrong_path_method_and_type_are_said_plainly(self):
        answer = self.stint.chat(self.key, openai_body(), path="/v1/images/generations")
        self.assertEqual(answer.status, 404)
        self.assertNotIn("passthrough", answer.json()["error"]["message"])
        multipart = {"Content-Type": "multipart/form-data; boundary=x"}
        self.assertEqual(self.stint.chat(self.key, b"--x--", headers=multipart).status, 415)
        seen = len(self.upstream.requests)
        self.assertEqual(self.stint.chat("sk-stint-wrong", openai_body(model="gpt-4o")).status, 401)
        wrong = self.stint.chat("sk-stint-wrong", anthropic_body(model="claude-sonnet-4-5"), path="/v1/messages")
        self.assertEqual((wrong.status, wrong.json()["type"]), (401, "error"))
        self.assertEqual(wrong.json()["error"]["type"], "authentication_error")
        self.assertEqual(len(self.upstream.requests), seen)

    def test_a_model_without_a_price_is_refused_and_counted(self):
        before = self.stint.metric("stint_rejected_requests_total")
        answer = self.stint.chat(self.key, openai_body(model="gpt-from-the-future"))
        self.assertEqual(answer.status, 403, answer.body)
        self.assertGreater(self.stint.metric("stint_rejected_requests_total"), before)

    def test_prompts_and_keys_stay_out_of_the_log_and_the_metrics(self):
        prompt = "A-PLANTED-PROMPT-7391"
        self.assertEqual(self.stint.chat(self.key, openai_body(prompt, "gpt-4o")).status, 200)
        self.stint.chat(self.key, (OPENAI % f',"{prompt}":1,"{prompt}":2').encode())
        seen = self.stint.log_text() + self.stint.admin_get("/metrics").body.decode()
        self.assertNotIn(prompt, seen)
        self.assertNotIn(self.key, seen)
        stored = b"".join(file.read_bytes() for file in (self.stint.folder / "data").rglob("*") if file.is_file())
        self.assertNotIn(self.key.encode(), stored)
        self.assertNotIn(prompt.encode(), stored)

    def test_json_that_looks_nested_but_is_a_text_is_only_text(self):
        body = openai_body(json.dumps({"max_tokens": 10**9, "model": "x"}), "gpt-4o", max_tokens=7)
        self.assertEqual(self.stint.chat(self.key, body).status, 200)
        self.assertEqual(json.loads(self.upstream.requests[-1].body), body)


if __name__ == "__main__":
    unittest.main()
