import type protobuf from 'protobufjs';
import { enumsOf, isRequired, messagesOf, ruleOf } from './proto-files.ts';

/**
 * Returns what of `after` would misread or refuse messages that `before` wrote, one sentence each; empty when
 * nothing would. A new message, a new field that may be absent and a new enum value are no such thing.
 */
export function breakingChanges(before: protobuf.Root, after: protobuf.Root): string[] {
  const found: string[] = [];
  const newMessages = messagesOf(after);
  for (const [name, old] of messagesOf(before)) {
    const now = newMessages.get(name);
    if (now === undefined) found.push(`${name} is gone`);
    else found.push(...changedFields(name, old, now));
  }
  const newEnums = enumsOf(after);
  for (const [name, old] of enumsOf(before)) {
    const now = newEnums.get(name);
    if (now === undefined) found.push(`${name} is gone`);
    else found.push(...changedWords(name, old, now));
  }
  return found;
}

function changedFields(name: string, old: protobuf.Type, now: protobuf.Type): string[] {
  const found: string[] = [];
  for (const field of old.fieldsArray) {
    const same = now.fields[field.name];
    const where = `${name}.${field.name}`;
    const heir = now.fieldsById[field.id];
    if (heir !== undefined && heir.name !== field.name)
      found.push(`number ${field.id} of ${name} was ${field.name} and is now ${heir.name}`);
    if (same === undefined) {
      found.push(`${where} is gone`);
      continue;
    }
    if (same.id !== field.id) found.push(`${where} had number ${field.id} and has ${same.id}`);
    if (wireType(same) !== wireType(field))
      found.push(`${where} was ${wireType(field)} and is ${wireType(same)}`);
    if (isRequired(same) && !isRequired(field)) found.push(`${where} is newly required`);
  }
  for (const field of now.fieldsArray)
    if (old.fields[field.name] === undefined && isRequired(field))
      found.push(`${name}.${field.name} is new and required: recorded messages don't have it`);
  return found;
}

/**
 * Everything about a field that decides how its bytes are read:
 * `optional double`, `map<string, uint64>`, `oneof ids Fill`.
 */
function wireType(field: protobuf.Field): string {
  const rule = ruleOf(field);
  const type = field.resolvedType?.fullName ?? field.type;
  if (rule === 'map' && 'keyType' in field) return `map<${String(field.keyType)}, ${type}>`;
  const union = field.partOf && !field.partOf.isProto3Optional ? `oneof ${field.partOf.name} ` : '';
  return `${union}${rule} ${type}`;
}

function changedWords(name: string, old: protobuf.Enum, now: protobuf.Enum): string[] {
  const found: string[] = [];
  for (const [word, number] of Object.entries(old.values)) {
    const is = now.values[word];
    if (is === undefined) found.push(`${name}.${word} is gone`);
    else if (is !== number) found.push(`${name}.${word} was ${number} and is ${is}`);
    const heir = now.valuesById[number];
    if (heir !== undefined && heir !== word)
      found.push(`${number} of ${name} was ${word} and is now ${heir}`);
  }
  return found;
}
