// The texts of the exactness test, as byte buffers, the same for the same seed: every code point in small contexts, and
// random strings over alphabets that were chosen to sit on the borders of the pre-tokenizers' rules.

export function randomGenerator(seed) {
  // mulberry32
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const words = (
  'the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one ' +
  "tokenizer gateway antidisestablishmentarianism iPhone HTTPServer camelCaseName SCREAMING_CASE don't WE'RE it'll naïve café " +
  'Straße Ǆungla ǅ 12 345 6789 3.14159 0xDEADBEEF 1,000,000'
).split(' ');
const scripts = [
  'Привет мир, как дела сегодня? Длинноеслово',
  'مرحبا بالعالم كيف حالك',
  'שלום עולם',
  'नमस्ते दुनिया क्षत्रिय',
  'สวัสดีชาวโลกยินดีต้อนรับ',
  '你好，世界。今天天气很好我们去公园散步',
  'こんにちは世界、カタカナとひらがな',
  '안녕하세요 세계 여러분',
  'Γειά σου Κόσμε',
  'Xin chào thế giới',
  'გამარჯობა',
  'Բարեւ',
  'ሰላም ልዑል',
  '𐐀𐐁𐐨𐐩',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
  'ⅣⅤ½²³①',
  '٠١٢٣٤٥',
  'ᾈᾉ ǅ ǈ',
].map((text) => [...text]);
const borders = [
  "'s",
  "'S",
  "'ſ",
  "'t",
  "'RE",
  "'Ve",
  "'lL",
  "'l",
  "'d",
  "'M",
  "'",
  '’s',
  'ſ',
  'K',
  'İ',
  'ı',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u2029',
  '\u3000',
  '\u1680',
  '\u180e',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u000b',
  '\u000c',
  '\u001c',
  '\t',
  '\r\n',
  '\n',
  '\r',
  ' ',
  '  ',
  '   ',
  '/',
  '//',
  '\u0301',
  '\u0300\u0308',
  '\u20dd',
  'é',
  'A',
  'z',
  'Ab',
  'aB',
  'あ',
  '中',
  'ʰ',
  'ª',
  'ǅ',
  '0',
  '12',
  '345',
  '６',
  '½',
  '!',
  '?!',
  '---',
  '_',
  '"',
  '{',
  '}',
  '<|endoftext|>',
  '<|im_start|>',
  '👍',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🇩🇪',
  '\u{1f3fd}',
  '\ufffd',
  '\u0000',
  '\u007f',
  '\u{10ffff}',
  '\ue000',
  '𐐀',
  '\ua7cb',
  '\u1c89',
  '\ua7ce',
];
const code = [
  'int main(void) {\n',
  '  return 0;\n',
  '}\n\n',
  '\tif (a->b != NULL && x >= 0x1F) {\n',
  'def f(self, *args, **kwargs):\n',
  '    ',
  '// comment/\n',
  '/* ** */',
  'SELECT * FROM t WHERE id=1;\r\n',
  '<div class="a b">',
  '&amp;',
  '"key": [1, 2.5, null],',
  'std::vector<std::string>',
  '#include <x.h>\n',
  '=>',
  '!==',
  '\\n',
  '\\u00e9',
  '${name}',
  '```js\n',
  'aGVsbG8gd29ybGQ=',
  'https://example.com/a?b=c&d=%20',
  '\n\n\n',
  '        ',
  ' \n \n',
  '\t\t\n',
];
const runs = [
  'a',
  'A',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '0',
  '!',
  '=',
  '-',
  '/',
  'é',
  '中',
  'ก',
  'あ',
  '👍',
  '\u0301',
  '\u00a0',
  'aB',
  'ab',
  '. ',
  'xyz',
  '़क',
];
const malformed = [
  [0x80],
  [0xbf, 0x80],
  [0xc0, 0xaf],
  [0xc1],
  [0xc3],
  [0xe2, 0x82],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xb0],
  [0xf0, 0x9f, 0x91],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5],
  [0xff],
  [0xfe],
  [0xf0, 0x9f],
  [0xe2, 0x28, 0xa1],
  [0xc5],
  [0x27, 0xc5],
  [0x27, 0xc5, 0xbf],
];

function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

function repeat(random, most, make) {
  const parts = [];
  for (let i = Math.floor(random() * most) + 1; i > 0; i--) parts.push(make());
  return parts;
}

const kinds = [
  (random) => repeat(random, 30, () => pick(random, words)).join(pick(random, [' ', ' ', '  ', '\n', '', '-', ', '])),
  (random) => repeat(random, 12, () => pick(random, borders)).join(''),
  (random) => repeat(random, 6, () => pick(random, borders)).join(''),
  (random) => repeat(random, 20, () => pick(random, random() < 0.5 ? borders : words)).join(''),
  (random) => repeat(random, 15, () => pick(random, code)).join(''),
  (random) => repeat(random, 25, () => pick(random, pick(random, scripts))).join(''),
  (random) => {
    const script = pick(random, scripts);
    return repeat(random, 60, () => pick(random, script)).join('');
  },
  (random) =>
    repeat(random, 4, () => pick(random, runs).repeat(Math.floor(random() * 40) + 1) + pick(random, borders)).join(
      '',
    ),
  (random) => repeat(random, 20, () => String.fromCodePoint(randomPoint(random))).join(''),
  (random) => repeat(random, 40, () => String.fromCharCode(32 + Math.floor(random() * 95))).join(''),
  (random) => repeat(random, 120, () => 'etaoinshrdlu'[Math.floor(random() * 12)]).join(''),
];

function randomPoint(random) {
  const point = Math.floor(random() * pick(random, [0x80, 0x800, 0x3000, 0x10000, 0x20000, 0x110000]));
  return point >= 0xd800 && point < 0xe000 ? 0xfffd : point;
}

function malformedText(random) {
  const parts = repeat(random, 10, () =>
    random() < 0.4
      ? Buffer.from(pick(random, malformed))
      : Buffer.from(pick(random, random() < 0.7 ? borders : words)),
  );
  const bytes = Buffer.concat(parts);
  return random() < 0.3 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}

// Each code point between a small and a capital letter; up to U+3000 also beside a space, a mark, a symbol, a digit, a
// newline and a contraction. 48 to a text.
function* everyCodePoint() {
  let text = '';
  for (let point = 0; point < 0x110000; point++) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const c = String.fromCodePoint(point);
    if (point < 0x3000) text += `a${c}B ${c}c ${c}\u0301${c}${c}A!${c}'s${c}1${c}\n${c}  ${c}`;
    else text += point < 0x33480 ? `a${c}B${c} ` : `${c}A`;
    if (point % 48 === 47) {
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text);
}

function* longRuns() {
  for (const run of runs) {
    for (const size of [127, 128, 129, 130, 1000, 5000]) {
      const repeated = run.repeat(Math.ceil(size / Buffer.byteLength(run)));
      yield Buffer.from(repeated);
      yield Buffer.from(`x${repeated} ${repeated}y`);
    }
  }
}

// Pieces longer than a window of the long-piece algorithm (byte_pair.cpp), of the kinds that are hardest to cut; the
// reference takes quadratic time for them.
function* longPieces(random) {
  for (const alphabet of [
    'etaoinshrdlu',
    'ab',
    'abc',
    'АБВГДабвгд',
    '中文字符测试我们的是',
    'กขคงจฉชซ',
    '=-=',
    'aaaab',
  ]) {
    const letters = [...alphabet];
    yield Buffer.from(Array.from({ length: 18000 }, () => pick(random, letters)).join(''));
  }
}

export function* generateTexts(seed, count) {
  const random = randomGenerator(seed);
  yield Buffer.from('');
  yield* everyCodePoint();
  yield* longRuns();
  yield* longPieces(random);
  for (let i = 0; i < count; i++)
    yield i % 8 === 7 ? malformedText(random) : Buffer.from(pick(random, kinds)(random));
}
