// Writes the catalogue of messages from the topology, the codecs' tables and the protos' comments.
import type protobuf from 'protobufjs';
import type { TableCodec } from '../codec.ts';
import type { FieldShape, MessageShape } from '../field.ts';
import { tableCodecs } from '../generated/codecs.ts';
import { REQUESTS } from '../requests.ts';
import { FAMILIES, type FamilyPlan } from '../topology.ts';
import { isRequired, messagesOf, parseProtos, topMessages } from './proto-files.ts';
import { subjectPattern } from './subject-pattern.ts';

/** Stored in every stream, by whoever writes there: no family has it. */
const FENCE = 'LaneFenced';
const WIDTH = 130;
const TIME_US = 1_750_507_467_356_000;
const tables: Readonly<Record<string, TableCodec<unknown>>> = tableCodecs;

/** The batch has no table; three trades show its columns. */
const TRADE_BATCH = {
  instrument: 'binance.spot.LTCUSDT',
  receivedUs: TIME_US + 1_800,
  complete: true,
  baseTimeUs: TIME_US,
  timeDeltaUs: [0, 0, 100_000],
  price: [84.5, 84.49, 84.51],
  quantity: [1, 0.5, 2],
  side: 'BQ==',
  counted: { first: 1000, delta: [0, 1, 1] },
};

/** What fields hold in the examples, by their names; the others are filled by their types. */
const SAMPLES: readonly (readonly [names: RegExp, value: string | number])[] = [
  [/^(instruments?|behind)$/, 'binance.spot.LTCUSDT'],
  [/^account$/, 'paper-main'],
  [/^venue$/, 'paper'],
  [/^strateg(y|ies)$/, 'order_flow_scalping'],
  [/^configuration$/, 'config_1'],
  [/^(instance|producer|consumer)$/, 'decision.paper-main'],
  [/^service$/, 'decision'],
  [/^lane$/, 'dec.made'],
  [/^(feeAsset|asset)$/, 'USDT'],
  [/^by$/, 'ada'],
  [/(?<!Ago)Us$|^eventTimesUs$/, TIME_US],
  [/^priceStep$/, 0.01],
  [/^quantityStep$/, 0.001],
  [/price|stop|level$|^(open|high|low|close|from|to|mid|poc|value(Area.*)|ema.*)$/i, 84.5],
  [/equity|total|free/i, 100_000],
];

/** Lists whose numbers must fit together: four of each window, and none that is no whole step. */
const LISTS: Readonly<Record<string, readonly number[]>> = {
  flow: [15, 9, 4, 2, 61, 48, 11, 9, 240, 255, 52, 49, 900, 870, 160, 151],
  exact: [],
};

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  readonly messages: readonly string[];
}

/** Returns the page: the introduction, then a section for each family, request and what has neither. */
export function cataloguePage(introduction: string, sources: ReadonlyMap<string, string>): string {
  const types = messagesOf(parseProtos([...sources.values()]));
  const sections = sectionsOf(topMessages(types), sources);
  const parts = [introduction.trimEnd(), ...sections.map((section) => written(section, types))];
  return `${parts.join('\n\n')}\n`;
}

function sectionsOf(all: readonly string[], sources: ReadonlyMap<string, string>): Section[] {
  const file = ([message]: readonly string[]) => {
    const [name] = [...sources].find(([, text]) => text.includes(`\nmessage ${message} {`)) ?? [''];
    return `Fields: [${name}](algo/v1/${name})`;
  };
  const sections: Section[] = Object.entries<FamilyPlan>(FAMILIES).map(([key, plan]) => ({
    title: key,
    lines: [
      `Subject: \`${subjectPattern(key)}\`, in stream ${plan.stream}`,
      `Published by: ${plan.publishers.join(', ')}`,
      `Read by: ${plan.readers.length === 0 ? 'observers only' : plan.readers.join(', ')}`,
      file(plan.messages),
    ],
    messages: plan.messages,
  }));
  for (const [key, { messages, clients, servers }] of Object.entries(REQUESTS)) {
    const replies = all.filter((message) => message.endsWith('Reply'));
    const people = [`Asked by: ${clients.join(', ')}`, `Answered by: ${servers.join(', ')}`];
    sections.push({
      title: key,
      lines: [`Subject: \`${subjectPattern(key)}\``, ...people, file(messages)],
      messages,
    });
    sections.push({
      title: `${key}, answers`,
      lines: ['Subject: the reply subject of the request'],
      messages: replies,
    });
  }
  sections.push({
    title: 'Fences',
    lines: [
      `Subject: \`${subjectPattern('fence')}\`, in each stream that the process writes to`,
      'Published by: every service, at the start of each of its lives',
      'Read by: every service that reads the stream',
      file([FENCE]),
    ],
    messages: [FENCE],
  });
  const placed = new Set(sections.flatMap(({ messages }) => messages));
  const rest = all.filter((message) => !placed.has(message));
  if (rest.length > 0) sections.push({ title: 'Not said yet', lines: [file(rest)], messages: rest });
  return sections;
}

function written({ title, lines, messages }: Section, types: ReadonlyMap<string, protobuf.Type>): string {
  const rows = messages.map((message) => {
    const type = types.get(message)!;
    const says = (type.comment ?? '').replaceAll('\n', ' ');
    return `| ${message} | ${says} | ${keyFields(type)
      .map((field) => `\`${field}\``)
      .join(', ')} |`;
  });
  const examples = messages.map(
    (message) => `// ${message}\n${wrapped(exampleOf(message, types.get(message)!))}`,
  );
  return [
    `## ${title}`,
    lines.map((line) => `- ${line}`).join('\n'),
    ['| message | what it says | key fields |', '|---|---|---|', ...rows].join('\n'),
    ['```jsonc', ...examples, '```'].join('\n'),
  ].join('\n\n');
}

/** Returns the fields without which a reader refuses the message, or those of the one message it holds. */
function keyFields(type: protobuf.Type): string[] {
  const required = type.fieldsArray.filter(isRequired);
  const [only] = type.fieldsArray;
  const inner = type.fieldsArray.length === 1 ? only?.resolvedType : null;
  if (inner != null && 'fieldsArray' in inner) {
    const inside = inner.fieldsArray.filter(isRequired);
    if (inside.length > 0) return inside.map((field) => `${only!.name}.${field.name}`);
  }
  return required.map((field) => field.name);
}

function exampleOf(message: string, type: protobuf.Type): object {
  const table = tables[message];
  if (table === undefined) return TRADE_BATCH;
  const wire = type.fromObject(exampleWire(table.shape));
  return type.toObject(wire, { enums: String, longs: Number, bytes: String });
}

function exampleWire({ oneof, fields }: MessageShape): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, field]): [string, unknown] => [
    name,
    ruled(name, field),
  ]);
  return Object.fromEntries(oneof ? entries.slice(0, 1) : entries);
}

function ruled(name: string, field: FieldShape): unknown {
  if (LISTS[name] !== undefined) return LISTS[name];
  const value = single(name, field);
  if (field.rule === 'map') return { orders: value };
  return field.rule === 'repeated' ? [value] : value;
}

function single(name: string, { type, form, words, message }: FieldShape): unknown {
  if (message !== undefined) return exampleWire(message);
  if (words !== undefined) return Object.values(words)[0];
  const sample = SAMPLES.find(([names]) => names.test(name))?.[1];
  switch (type) {
    case 'string':
      if (form === 'decimal') return String(typeof sample === 'number' ? sample : 1.5);
      return typeof sample === 'string' ? sample : form === undefined ? inWords(name) : `${name}-1`;
    case 'double':
      return typeof sample === 'number' ? sample : 0.5;
    case 'uint64':
      return sample === TIME_US ? TIME_US : 3;
    case 'bool':
      return true;
    case 'bytes':
      return Uint8Array.of(1, 2, 3);
    default:
      throw new Error(`no example for a field of type ${type}`);
  }
}

/** `snapshotHash` as `snapshot hash`. */
function inWords(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Returns JSON in lines that are filled up to the width. */
function wrapped(value: object): string {
  const [first = '', ...pieces] = JSON.stringify(value, null, 1).split(/\n */);
  const lines = [first];
  for (const piece of pieces) {
    const last = lines.at(-1)!;
    const closes = /^[}\]]/.test(piece);
    const joined = `${last}${closes || /[{[]$/.test(last) ? '' : ' '}${piece}`;
    if (closes || joined.length <= WIDTH) lines[lines.length - 1] = joined;
    else lines.push(` ${piece}`);
  }
  return lines.join('\n');
}
