import { readFileSync } from 'node:fs';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { FAMILIES } from './topology.ts';

const document = JSON.parse(readFileSync(new URL('../../../docs/asyncapi.json', import.meta.url), 'utf8'));

test('docs/asyncapi.json is a document of AsyncAPI 3, by its own schema', () => {
  const judge = new Ajv({ strict: false, validateFormats: false, logger: false });
  const schema: object = { ...specs.schemasWithoutId['3.0.0'], $schema: undefined };
  const isValid = judge.validate(schema, document);
  expect([isValid, judge.errors]).toEqual([true, null]);
});

test('it names each family of subjects with its messages, and each message has a file', () => {
  const { channels, components } = document;
  expect(Object.keys(channels)).toEqual(Object.keys(FAMILIES));
  for (const [family, { messages }] of Object.entries(FAMILIES)) {
    expect(Object.keys(channels[family].messages)).toEqual([...messages]);
    for (const name of messages) {
      const { $ref } = components.messages[name].payload.schema;
      const proto = readFileSync(new URL(`../../../docs/${$ref}`, import.meta.url), 'utf8');
      expect(proto).toContain(`message ${name} {`);
    }
  }
});
