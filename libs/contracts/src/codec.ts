import type {
  CashMoved,
  ControlCommand,
  CorrectionMade,
  DustChanged,
  FeedEvent,
  InstrumentChanged,
  OrderCommand,
  OrderEvent,
  PositionEvent,
  RiskEvent,
  TimeAdvanced,
  VenueEvent,
} from '@algo/model';
import { ContractError, inside, Refused } from './contract-error.ts';
import { double } from './field.ts';
import { type Field, type FieldShape, type MessageShape, present } from './field-kind.ts';
import { WireWriter } from './wire-writer.ts';

/** Every message that the model tells from others by `type`. */
export type AnyEvent =
  | FeedEvent
  | InstrumentChanged
  | TimeAdvanced
  | OrderCommand
  | OrderEvent
  | CorrectionMade
  | CashMoved
  | PositionEvent
  | DustChanged
  | RiskEvent
  | ControlCommand
  | VenueEvent;
/** The event that a tag names. */
export type EventOf<Tag extends AnyEvent['type']> = Extract<AnyEvent, { readonly type: Tag }>;

/**
 * Writes and reads one message. `type` is its full name, which
 * travels as `ce-type`. *Errors*: ContractError both ways.
 */
export interface MessageCodec<Value> {
  readonly type: string;
  encode(value: Value): Uint8Array;
  decode(bytes: Uint8Array): Value;
}

/** A codec made of a table, with what it expects the proto to say. */
export interface TableCodec<Value> extends MessageCodec<Value> {
  readonly shape: MessageShape;
}

/** How a message made of fields travels, inside another or as a whole. */
export interface Part<Value> {
  readonly shape: MessageShape;
  write(to: WireWriter, value: Value): void;
  take(raw: object): Value;
}

/**
 * A table that names each field of the model's type: one
 * that the type gains fails to compile until it stands here.
 */
export type Fields<Value> = { readonly [Key in keyof Value & string]-?: Field<Value[Key]> };

/** Writes each field in turn, named in the code: a name that is learnt only then costs most of a message. */
type WriteAll<Value> = (to: WireWriter, value: Value) => void;

/** The class that protobufjs generated for a message. */
interface WireClass {
  decode(bytes: Uint8Array): object;
}

const PACKAGE = 'algo.v1.';

function shapes(fields: Readonly<Record<string, Field<unknown>>>): Record<string, FieldShape> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.shape]));
}

/**
 * Returns how a message travels whose fields carry the names of the model's. *Shape*: in the order of their
 * numbers, which count from 1: a test holds that against the protos.
 */
export function part<Value extends object>(
  name: string,
  fields: Fields<Value>,
  writeAll?: WriteAll<Value>,
): Part<Value> {
  return partWith<Value>(name, fields, {}, writeAll);
}

/** Returns the same for an event; its tag isn't sent, the message's name says it. */
export function tagged<Tag extends AnyEvent['type']>(
  tag: Tag,
  fields: Fields<Omit<EventOf<Tag>, 'type'>>,
  writeAll?: WriteAll<EventOf<Tag>>,
): Part<EventOf<Tag>> {
  return partWith(tag, fields, { type: tag }, writeAll);
}

function partWith<Value extends object>(
  name: string,
  fields: Readonly<Record<string, Field<unknown>>>,
  constant: Readonly<Record<string, string>>,
  writeAll: WriteAll<Value> | undefined,
): Part<Value> {
  const entries = Object.entries(fields);
  const keys = Object.keys(fields);
  const table = Object.values(fields);
  const writeByName = (to: WireWriter, value: Value) => {
    const from = value as Readonly<Record<string, unknown>>;
    let at = 0;
    try {
      for (; at < keys.length; at++) table[at]!.put(to, at + 1, from[keys[at]!]);
    } catch (error) {
      throw error instanceof Refused ? error.inside(keys[at]!) : error;
    }
  };
  const writeAtOnce = (to: WireWriter, value: Value) => {
    try {
      writeAll!(to, value);
    } catch (error) {
      // Which field it was is found by their names.
      if (error instanceof Refused) writeByName(to, value);
      throw error;
    }
  };
  return {
    shape: { name, oneof: false, fields: shapes(fields) },
    write: writeAll === undefined ? writeByName : writeAtOnce,
    take(raw) {
      const from = raw as Readonly<Record<string, unknown>>;
      const value: Record<string, unknown> = { ...constant };
      let at = '';
      try {
        for (const [key, field] of entries) {
          at = key;
          value[key] = field.take(from[key]);
        }
      } catch (error) {
        throw error instanceof Refused ? error.inside(at) : error;
      }
      return value as Value;
    },
  };
}

/** The members of a union by their tag; each is a message of its own inside the union's. */
type Members<Union, Key extends keyof Union> = {
  readonly [Tag in Union[Key] & string]: Part<Omit<Extract<Union, Readonly<Record<Key, Tag>>>, Key>>;
};

/** Returns how a union travels: a message with a `oneof` whose fields are named after the tags. */
export function union<Union extends object, Key extends keyof Union & string>(
  name: string,
  key: Key,
  members: Members<Union, Key>,
): Part<Union> {
  const byTag: Readonly<Record<string, Part<object>>> = members;
  const tags = Object.keys(byTag);
  const arms = Object.values(byTag).map((member) => nested(member));
  const fields = Object.entries(byTag).map(([tag, member]): [string, FieldShape] => [
    tag,
    { type: member.shape.name, rule: 'single', required: false, message: member.shape },
  ]);
  return {
    shape: { name, oneof: true, fields: Object.fromEntries(fields) },
    write(to, value) {
      const tag = String(value[key]);
      const at = tags.indexOf(tag);
      if (at < 0) throw new Refused(key, tag, `not a ${name}`);
      inside(tag, () => arms[at]!.put(to, at + 1, value));
    },
    take(raw) {
      const wire = raw as Readonly<Record<string, unknown>>;
      for (const tag in byTag) {
        const given = wire[tag];
        if (typeof given !== 'object' || given === null) continue;
        const member = inside(tag, () => byTag[tag]!.take(given));
        return { [key]: tag, ...member } as Union;
      }
      throw new Refused('', '', 'missing, or a kind that only a newer version knows');
    },
  };
}

/** How any one member of a union travels. */
type EachOf<Union> = Union extends unknown ? Part<Union> : never;

/** Returns how one of several events travels: a message with a `oneof`, each arm a message of its own. */
export function oneEvent<Value extends AnyEvent>(
  name: string,
  members: Readonly<Record<string, EachOf<Value>>>,
): Part<Value> {
  const arms = Object.entries(members as Readonly<Record<string, Part<Value>>>);
  const fields = arms.map(([arm, { shape }]): [string, FieldShape] => [
    arm,
    { type: shape.name, rule: 'single', required: false, message: shape },
  ]);
  return {
    shape: { name, oneof: true, fields: Object.fromEntries(fields) },
    write(to, value) {
      const at = arms.findIndex(([, { shape }]) => shape.name === value.type);
      if (at < 0) throw new Refused('type', value.type, `not a ${name}`);
      const [arm, member] = arms[at]!;
      inside(arm, () => nested(member).put(to, at + 1, value));
    },
    take(raw) {
      const wire = raw as Readonly<Record<string, unknown>>;
      for (const [arm, member] of arms) {
        const given = wire[arm];
        if (typeof given === 'object' && given !== null) return inside(arm, () => member.take(given));
      }
      throw new Refused('', '', 'missing, or a kind that only a newer version knows');
    },
  };
}

/** A message as a field of another. */
export function nested<Value>(inner: Part<Value>): Field<Value> {
  return present<Value>({
    shape: { type: inner.shape.name, rule: 'single', required: true, message: inner.shape },
    wire: 2,
    write(to, value) {
      const place = to.begin();
      inner.write(to, value);
      to.end(place);
    },
    take(raw) {
      if (typeof raw !== 'object' || raw === null) throw new Refused('', '', 'missing');
      return inner.take(raw);
    },
  });
}

/**
 * Returns how a message travels that holds one value and
 * nothing else: the model has the value, the wire the wrapper.
 */
export function wrapped<Value>(name: string, key: string, inner: Part<Value>): Part<Value> {
  const field = nested(inner);
  return {
    shape: { name, oneof: false, fields: { [key]: field.shape } },
    write: (to, value) => inside(key, () => field.put(to, 1, value)),
    take: (raw) => inside(key, () => field.take((raw as Readonly<Record<string, unknown>>)[key])),
  };
}

const minMax = part<{ readonly min: number; readonly max: number }>('Range', { min: double, max: double });

/** The model has a pair, the wire two named numbers. */
export const range: Part<readonly [min: number, max: number]> = {
  shape: minMax.shape,
  write: (to, [min, max]) => minMax.write(to, { min, max }),
  take(raw) {
    const { min, max } = minMax.take(raw);
    return [min, max];
  },
};

/** One message is written at a time. */
const writer = new WireWriter();

/** Returns the codec of a message from its table and its generated class. */
export function codec<Value>(wire: WireClass, table: Part<Value>): TableCodec<Value> {
  const type = PACKAGE + table.shape.name;
  return {
    type,
    shape: table.shape,
    encode: (value) =>
      refusing(type, () => {
        writer.start();
        table.write(writer, value);
        return writer.finish();
      }),
    decode: (bytes) => refusing(type, () => table.take(readWire(wire, bytes))),
  };
}

function readWire(wire: WireClass, bytes: Uint8Array): object {
  try {
    return wire.decode(bytes);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Refused('', '', `unreadable bytes (${detail})`, { cause: error });
  }
}

/** Returns what `work` returns; a field's refusal leaves as a ContractError that names the message. */
export function refusing<Result>(type: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refused ? refusalOf(type, error) : error;
  }
}

/** Returns the refusal of a field as an error that names the message. */
export function refusalOf(type: string, { path, value, because, cause }: Refused): ContractError {
  return new ContractError({ type, field: path, value, because }, { cause });
}
