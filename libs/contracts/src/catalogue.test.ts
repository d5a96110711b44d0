import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import type { MessageCodec } from './codec.ts';
import { codecs } from './codecs.ts';
import { currentSources, messagesOf, parseProtos, topMessages } from './testing/proto-files.ts';

const page = readFileSync(new URL('../../../proto/README.md', import.meta.url), 'utf8');
const messages = messagesOf(parseProtos(currentSources()));

/** One entry of the catalogue, as the page has it. */
interface Entry {
  readonly name: string;
  readonly keyFields: readonly string[];
  readonly example: string;
}

const examples = new Map(
  [...page.matchAll(/^```jsonc\n([^`]+)\n```$/gm)]
    .flatMap(([, block]) => block!.split(/^\/\/ /m).slice(1))
    .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n'))]),
);
const entries: readonly Entry[] = [...page.matchAll(/^\| (\w+) \| .+ \| (`.+`) \|$/gm)].map(
  ([, name, fields]) => ({
    name: name!,
    keyFields: fields!.split(', ').map((field) => field.replaceAll('`', '')),
    example: examples.get(name!) ?? 'none',
  }),
);

test('the catalogue has one entry for each message that travels, in the form that can be read', () => {
  expect(entries.map(({ name }) => name).sort()).toEqual(topMessages(messages).sort());
  expect([...examples.keys()]).toEqual(entries.map(({ name }) => name));
});

describe.each(entries.map((entry): [string, Entry] => [entry.name, entry]))('%s', (name, entry) => {
  test('names key fields that exist', () => {
    for (const path of entry.keyFields) {
      let type: protobuf.ReflectionObject | null = messages.get(name)!;
      for (const key of path.split('.')) {
        expect(type).toBeInstanceOf(protobuf.Type);
        const field: protobuf.Field | protobuf.OneOf | undefined = (type as protobuf.Type).fields[key];
        expect({ path, found: field !== undefined }).toEqual({ path, found: true });
        type = field!.resolvedType;
      }
    }
  });

  test('shows an example that the codec accepts and that says nothing the proto does not know', () => {
    const codec: MessageCodec<unknown> = codecs[name as keyof typeof codecs];
    const type = messages.get(name)!;
    const example: unknown = JSON.parse(entry.example);
    const bytes = type.encode(type.fromObject(example as Record<string, unknown>)).finish();
    const value = codec.decode(bytes);
    expect(Buffer.compare(Buffer.from(codec.encode(value)), Buffer.from(bytes))).toBe(0);
    const shown = type.toObject(type.decode(bytes), { enums: String, longs: Number, bytes: String });
    expect(shown).toEqual(example);
  });
});
