// Reads .proto files for the tests that hold the codecs, the catalogue and the last release against them.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const FOLDER = fileURLToPath(new URL('../../../../proto/algo/v1/', import.meta.url));

/** Returns the types that the given texts of .proto files declare, with their comments. */
export function parseProtos(sources: readonly string[]): protobuf.Root {
  const root = new protobuf.Root();
  for (const source of sources) protobuf.parse(source, root, { alternateCommentMode: true });
  root.resolveAll();
  return root;
}

/** Returns the texts of the .proto files in the working tree by their names. */
export function sourcesByName(): Map<string, string> {
  const names = readdirSync(FOLDER).sort();
  return new Map(names.map((name) => [name, readFileSync(FOLDER + name, 'utf8')]));
}

/** Returns the texts of the .proto files in the working tree. */
export function currentSources(): string[] {
  return [...sourcesByName().values()];
}

/**
 * Returns every message of package algo.v1 by its full name
 * without the package: `Decision`, `HaltScope.AccountScope`.
 */
export function messagesOf(root: protobuf.Root): Map<string, protobuf.Type> {
  const found = new Map<string, protobuf.Type>();
  const visit = (space: protobuf.NamespaceBase) => {
    for (const item of space.nestedArray) {
      if (item instanceof protobuf.Type) found.set(item.fullName.slice('.algo.v1.'.length), item);
      if (item instanceof protobuf.Namespace || item instanceof protobuf.Type) visit(item);
    }
  };
  visit(root);
  return found;
}

/** Returns every enum of package algo.v1 by its name. */
export function enumsOf(root: protobuf.Root): Map<string, protobuf.Enum> {
  const space = root.lookup('algo.v1');
  const items = space instanceof protobuf.Namespace ? space.nestedArray : [];
  return new Map(items.filter((item) => item instanceof protobuf.Enum).map((item) => [item.name, item]));
}

/**
 * Returns the messages that travel on their own: no other message holds them, but as one of several to
 * choose from.
 */
export function topMessages(messages: ReadonlyMap<string, protobuf.Type>): string[] {
  const held = new Set<string>();
  for (const message of messages.values())
    for (const field of message.fieldsArray)
      if (field.resolvedType instanceof protobuf.Type && !isChoice(field))
        held.add(field.resolvedType.fullName);
  return [...messages].filter(([, message]) => !held.has(message.fullName)).map(([name]) => name);
}

/** Whether a field is an arm of a message that only chooses between messages which stand by themselves. */
function isChoice({ parent, partOf, resolvedType }: protobuf.Field): boolean {
  const only = parent instanceof protobuf.Type && parent.fieldsArray.length === partOf?.fieldsArray.length;
  return only && !partOf.isProto3Optional && resolvedType?.parent !== parent;
}

/** Returns how a field may be absent or repeated, in the words of FieldShape. */
export function ruleOf(field: protobuf.Field): 'single' | 'optional' | 'repeated' | 'map' {
  if (field.map) return 'map';
  if (field.repeated) return 'repeated';
  return field.partOf?.isProto3Optional ? 'optional' : 'single';
}

/** Returns true when the field's comment says that a reader refuses its absence. */
export function isRequired(field: protobuf.Field): boolean {
  return field.comment?.startsWith('Required') ?? false;
}
