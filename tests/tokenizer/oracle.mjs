// Exactness: the token ids of generated texts, ours (the driver tokenizer_oracle) against the WASM package tiktoken, both
// encodings. Bytes that are not UTF-8 reach the reference the way a JavaScript caller passes them on: through TextDecoder.
//
//   node oracle.mjs --driver BINARY --modules DIRECTORY [--npm NPM] [--seed N] [--texts N]
//
// The package is installed into DIRECTORY, pinned by the lock file beside this script.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { generateTexts } from './oracle_texts.mjs';

const options = { npm: 'npm', seed: '20261121', texts: '24000' };
for (let i = 2; i + 1 < process.argv.length; i += 2)
  options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];

function loadReference() {
  const modules = resolve(options.modules);
  if (!existsSync(join(modules, 'node_modules/tiktoken/package.json'))) {
    mkdirSync(modules, { recursive: true });
    const here = dirname(fileURLToPath(import.meta.url));
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(here, file), join(modules, file));
    execFileSync(options.npm, ['ci', '--silent', '--no-audit', '--no-fund'], { cwd: modules, stdio: 'inherit' });
  }
  return createRequire(join(modules, 'package.json'))('tiktoken');
}

async function encodeWithDriver(number, texts) {
  const driver = spawn(options.driver, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((done) => driver.on('close', done));
  driver.stdin.on('error', () => {}); // its exit status says why
  const chunks = [];
  driver.stdout.on('data', (chunk) => chunks.push(chunk));
  const head = Buffer.alloc(5 * texts.length);
  const parts = texts.flatMap((text, i) => {
    head.writeUInt8(number, 5 * i);
    head.writeUInt32LE(text.length, 5 * i + 1);
    return [head.subarray(5 * i, 5 * i + 5), text];
  });
  driver.stdin.end(Buffer.concat(parts));
  const status = await ended;
  if (status !== 0) throw new Error(`${options.driver} ended with status ${status}`);
  const out = Buffer.concat(chunks);
  return new Uint32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length));
}

function describe(text, ours, reference) {
  return (
    `bytes ${text.subarray(0, 200).toString('hex')}\n  text ${JSON.stringify(text.toString().slice(0, 200))}\n` +
    `  ours      ${ours.slice(0, 60).join(' ')}\n  reference ${reference.slice(0, 60).join(' ')}`
  );
}

async function compare(name, number, texts, tiktoken) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const answers = await encodeWithDriver(number, texts);
  const reference = tiktoken.get_encoding(name);
  let at = 0;
  let wrong = 0;
  let tokens = 0;
  for (const text of texts) {
    const ours = answers.subarray(at + 1, at + 1 + answers[at]);
    at += 1 + answers[at];
    const theirs = reference.encode_ordinary(decoder.decode(text));
    tokens += theirs.length;
    if (ours.length === theirs.length && ours.every((id, i) => id === theirs[i])) continue;
    if (++wrong <= 5) console.error(`${name} differs: ${describe(text, ours, theirs)}`);
  }
  reference.free();
  if (at !== answers.length) throw new Error(`${name}: the driver answered more than it was asked`);
  console.log(`${name}: ${texts.length} texts, ${tokens} tokens, ${wrong} differ`);
  return wrong;
}

const tiktoken = loadReference();
const texts = [...generateTexts(Number(options.seed), Number(options.texts))];
console.log(`seed ${options.seed}`);
let wrong = 0;
for (const [number, name] of ['o200k_base', 'cl100k_base'].entries())
  wrong += await compare(name, number, texts, tiktoken);
process.exit(wrong === 0 ? 0 : 1);
