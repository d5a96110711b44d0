import type { WireWriter } from './wire-writer.ts';

/** What the proto must declare for a field; a test holds every table against the protos. */
export interface FieldShape {
  /** The proto's name of the type: `double`, `Side`, `Fill`; of a map, its values' type. */
  readonly type: string;
  readonly rule: 'single' | 'optional' | 'repeated' | 'map';
  /** True when absence is refused. */
  readonly required: boolean;
  /** Of text that is an exact number, or an id: a form that the id's check accepts. */
  readonly form?: 'decimal' | RegExp;
  /** Of a number in a list: whether it may be NaN, *not available*. */
  readonly hasNaN?: boolean;
  /** Of an enum: the number of each word. */
  readonly words?: Readonly<Record<string, number>>;
  /** Of a message: its fields by name. */
  readonly message?: MessageShape;
}

/** What the proto must declare for a message. `oneof` names the members of a union. */
export interface MessageShape {
  readonly name: string;
  readonly oneof: boolean;
  readonly fields: Readonly<Record<string, FieldShape>>;
}

/** How one field travels. *Errors*: both directions refuse what the contract forbids. */
export interface Field<Value> {
  readonly shape: FieldShape;
  /** How its value begins: 0 a whole number, 1 eight bytes, 2 a length. */
  readonly wire: 0 | 1 | 2;
  /** Writes the field, which has a number in its message; nothing where it is absent. */
  put(to: WireWriter, number: number, value: Value): void;
  /** Writes the value alone. */
  write(to: WireWriter, value: Value): void;
  /** Returns the model's value of what the generated decoder gave. */
  take(raw: unknown): Value;
}

/** The model's type of what a field holds. */
export type ValueOf<Kind> = Kind extends Field<infer Value> ? Value : never;

/** Returns a field that is never absent; a value that a reader takes for absent anyway is not sent. */
export function present<Value>(
  { shape, wire, write, take }: Omit<Field<Value>, 'put'>,
  unsaid?: Value,
): Field<Value> {
  return {
    ...{ shape, wire, write, take },
    put(to, number, value) {
      if (Object.is(value, unsaid)) return;
      to.tag(number, wire);
      write(to, value);
    },
  };
}
