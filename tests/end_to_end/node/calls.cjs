// One call with an official npm SDK, as named on the command line: node calls.cjs SDK WHAT. Everything it needs is in the
// environment: STINT_URL, STINT_KEY, STINT_SCENE (JSON with models, tool schema and image). Prints what the SDK gave as one
// line of JSON; an error that the SDK raised is part of the answer. Driven by sdk_node_test.py.
'use strict';

const url = process.env.STINT_URL;
const apiKey = process.env.STINT_KEY;
const scene = JSON.parse(process.env.STINT_SCENE);
const messages = [{ role: 'user', content: 'What is a ledger?' }];

const openai = () => {
  const OpenAI = require('openai');
  const client = new (OpenAI.default ?? OpenAI)({ apiKey, baseURL: `${url}/v1` });
  const create = (more) => client.chat.completions.create({ model: scene.openai, messages, ...more });
  const tools = [{ type: 'function', function: { name: 'weather', description: 'Says the weather', parameters: scene.tool } }];
  const collect = async (stream) => {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  };
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${scene.image}`, detail: 'low' } };
  return {
    plain: () => create({}),
    stream: async () => collect(await create({ stream: true })),
    stream_usage: async () => collect(await create({ stream: true, stream_options: { include_usage: true } })),
    tools: () => create({ model: `${scene.openai}?tool=1`, tools }),
    tools_stream: async () => collect(await create({ model: `${scene.openai}?tool=1`, tools, stream: true })),
    image: () => create({ messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] }] }),
    slow: async () => collect(await create({ model: scene.openai + scene.slow, max_tokens: scene.slow_max, stream: true })),
    leave: async () => {
      const stream = await create({ model: scene.openai + scene.long, stream: true });
      let seen = 0;
      for await (const _ of stream) if (++seen === 5) break; // leaving the loop aborts the request
      return { seen };
    },
  };
};

const responses = () => {
  const OpenAI = require('openai');
  const client = new (OpenAI.default ?? OpenAI)({ apiKey, baseURL: `${url}/v1` });
  const order = (more) => ({ model: scene.openai, input: 'What is a ledger?', ...more });
  const tools = [{ type: 'function', name: 'weather', description: 'Says the weather', parameters: scene.tool, strict: false }];
  return {
    plain: () => client.responses.create(order({})),
    stream: () => client.responses.stream(order({})).finalResponse(),
    tools: () => client.responses.create(order({ model: `${scene.openai}?tool=1`, tools })),
    tools_stream: () => client.responses.stream(order({ model: `${scene.openai}?tool=1`, tools })).finalResponse(),
    slow: () => client.responses.stream(order({ model: scene.openai + scene.slow, max_output_tokens: scene.slow_max })).finalResponse(),
    leave: async () => {
      const stream = await client.responses.create(order({ model: scene.openai + scene.long, stream: true }));
      let seen = 0;
      for await (const _ of stream) if (++seen === 9) break;
      return { seen };
    },
  };
};

const anthropic = () => {
  const Anthropic = require('@anthropic-ai/sdk');
  const client = new (Anthropic.default ?? Anthropic)({ apiKey, baseURL: url });
  const order = (more) => ({ model: scene.anthropic, messages, max_tokens: 64, ...more });
  const tools = [{ name: 'weather', description: 'Says the weather', input_schema: scene.tool }];
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: scene.image } };
  return {
    plain: () => client.messages.create(order({})),
    stream: () => client.messages.stream(order({})).finalMessage(),
    tools: () => client.messages.create(order({ model: `${scene.anthropic}?tool=1`, tools })),
    tools_stream: () => client.messages.stream(order({ model: `${scene.anthropic}?tool=1`, tools })).finalMessage(),
    image: () => client.messages.create(order({ messages: [{ role: 'user', content: [image] }] })),
    slow: () => client.messages.stream(order({ model: scene.anthropic + scene.slow, max_tokens: scene.slow_max })).finalMessage(),
    leave: async () => {
      const stream = await client.messages.create(order({ model: scene.anthropic + scene.long, max_tokens: 4000, stream: true }));
      let seen = 0;
      for await (const _ of stream) if (++seen === 5) break;
      return { seen };
    },
  };
};

const [sdk, what] = process.argv.slice(2);
const calls = { openai, responses, anthropic }[sdk]();
calls[what]().then(
  (value) => console.log(JSON.stringify({ value })),
  (error) => {
    const classes = [];
    for (let one = error.constructor; one && one.name; one = Object.getPrototypeOf(one)) classes.push(one.name);
    console.log(JSON.stringify({ error: { classes, status: error.status, code: error.code, message: error.message } }));
  },
);
