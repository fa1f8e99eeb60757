"""The rooms of the product, and what each may include: the direction of every dependence inside the layers.

A room is a folder, or a file that stands directly in gateway/ (`gateway/handle`). A room may always include itself. A row
names what a room uses, not all that lies below it: whoever adds a name says that the room needs it. A new folder gets a row
before it compiles into anybody's habits. The order is that of the rows, lowest first, and tidy_test.py proves that the
table has no circle.
"""

MONEY = {"pricing", "pricing/text"}  # and what texts are made of: anybody above may know them
RECORDS = MONEY | {"budgets/records"}  # what is written
TALLIES = {"tokenizer/models", "tokenizer/prompt"}  # what is counted, seen from the gateway

MAY_INCLUDE = {
    "pricing/text": set(),
    "pricing/yaml": {"pricing/text"},
    "pricing": {"pricing/text", "pricing/yaml"},
    "pricing/import": {"pricing", "pricing/text"},
    "tokenizer/unicode": set(),
    "tokenizer/bpe": {"tokenizer/unicode"},
    "tokenizer/vocab": {"tokenizer/bpe", "tokenizer/unicode"},
    "tokenizer/models": {"tokenizer/bpe", "tokenizer/vocab"},
    "tokenizer/calibration": {"tokenizer/models"},
    "tokenizer/prompt": {"tokenizer/bpe", "tokenizer/calibration", "tokenizer/models", "tokenizer/unicode"}
    | {"tokenizer/vocab"},
    "budgets/records": MONEY,
    "budgets/state/counters": RECORDS,
    "budgets/state/ledger": RECORDS | {"budgets/state/counters"},
    "budgets/store": RECORDS | {"budgets/state/ledger"},
    "budgets/books": RECORDS | {"budgets/state/ledger", "budgets/store"},
    "budgets/writer": RECORDS | {"budgets/books", "budgets/state/ledger", "budgets/store"},
    "gateway/precompiled": set(),
    "gateway/cannot_listen": set(),
    "gateway/silent_json": set(),
    "gateway/problem": RECORDS,
    "gateway/http": {"pricing/text"},
    "gateway/dialect/parts": RECORDS | TALLIES | {"gateway/http", "gateway/problem", "tokenizer/bpe"},
    "gateway/dialect/anthropic": RECORDS | TALLIES | {"gateway/dialect/parts"},
    "gateway/dialect/gemini": RECORDS | TALLIES | {"gateway/dialect/parts", "gateway/http"},
    "gateway/dialect/openai_chat": RECORDS | TALLIES | {"gateway/dialect/parts"},
    "gateway/dialect/openai_completions": TALLIES | {"gateway/dialect/openai_chat", "gateway/dialect/parts"},
    "gateway/dialect/openai_embeddings": {"gateway/dialect/openai_chat", "gateway/dialect/parts"},
    # OpenAI's two APIs have errors, usage and models that reason in common.
    "gateway/dialect/openai_responses": RECORDS | TALLIES | {"gateway/dialect/openai_chat", "gateway/dialect/parts"},
    "gateway/dialect": {"gateway/dialect/anthropic", "gateway/dialect/gemini", "gateway/dialect/openai_chat"}
    | {"gateway/dialect/openai_completions", "gateway/dialect/openai_embeddings", "gateway/dialect/openai_responses"}
    | {"gateway/dialect/parts", "pricing/text"},
    "gateway/simulator": MONEY
    | TALLIES
    | {"gateway/cannot_listen", "gateway/dialect/parts", "gateway/memory", "tokenizer/calibration"},
    "gateway/config": RECORDS
    | {"budgets/writer", "gateway/dialect", "gateway/dialect/parts", "gateway/http", "gateway/simulator", "pricing/yaml"}
    | {"tokenizer/models"},
    "gateway/memory": set(),
    "gateway/answers": RECORDS,
    "gateway/keys": RECORDS | {"budgets/writer", "gateway/problem"},
    "gateway/learning": RECORDS | {"budgets/store", "tokenizer/calibration"},
    "gateway/metrics": RECORDS | {"budgets/writer", "gateway/problem"},
    "gateway/upstream": RECORDS
    | {"gateway/config", "gateway/dialect", "gateway/http", "gateway/keys", "gateway/metrics", "gateway/problem"},
    "gateway/service": RECORDS
    | {"budgets/writer", "gateway/answers", "gateway/config", "gateway/http", "gateway/keys", "gateway/learning"}
    | {"gateway/memory", "gateway/metrics", "gateway/upstream", "tokenizer/prompt"},
    "gateway/call": RECORDS | {"gateway/dialect/parts", "gateway/http", "gateway/memory", "gateway/service"},
    "gateway/call/request": RECORDS
    | {"gateway/call", "gateway/config", "gateway/dialect", "gateway/dialect/parts", "gateway/http", "gateway/keys"}
    | {"gateway/answers", "gateway/learning", "gateway/memory", "gateway/problem", "gateway/silent_json"}
    | {"gateway/upstream", "tokenizer/prompt"},
    "gateway/call/hold": RECORDS
    | {"budgets/writer", "gateway/call", "gateway/call/request", "gateway/config", "gateway/dialect/parts", "gateway/http"}
    | {"gateway/learning", "gateway/memory", "gateway/metrics", "gateway/problem", "tokenizer/models"},
    "gateway/call/relay": RECORDS
    | {"gateway/call", "gateway/call/hold", "gateway/call/request", "gateway/config", "gateway/dialect/parts", "gateway/http"}
    | {"gateway/memory", "gateway/metrics", "gateway/problem", "gateway/upstream"},
    "gateway/handle": {"gateway/call", "gateway/call/hold", "gateway/call/relay", "gateway/call/request"},
    "gateway/server": {"gateway/call", "gateway/call/hold", "gateway/call/relay", "gateway/call/request", "gateway/handle"}
    | {"gateway/cannot_listen", "gateway/http", "gateway/memory", "gateway/service"},
    "gateway/admin/api": RECORDS
    | {"budgets/writer", "gateway/config", "gateway/keys", "gateway/metrics", "gateway/problem", "gateway/silent_json"},
    "gateway/admin": {"budgets/writer", "gateway/admin/api", "gateway/config", "gateway/http", "gateway/keys"}
    | {"gateway/cannot_listen", "gateway/memory", "gateway/metrics", "gateway/problem"}
    | MONEY,
    "gateway/cli": RECORDS
    | TALLIES
    | {"budgets/books", "budgets/writer", "gateway/admin", "gateway/config", "gateway/dialect", "gateway/dialect/parts"}
    | {"gateway/answers"}
    | {"gateway/http", "gateway/learning", "gateway/memory", "gateway/metrics", "gateway/server"}
    | {"gateway/service", "gateway/simulator", "pricing/import"},
    "gateway/main": {"gateway/cli"},
}
