import type { MessageCodec } from './codec.ts';
import { ContractError } from './contract-error.ts';

/** A message ready to be published. `type` is the full message name. */
export interface EncodedMessage {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * One union of the model: its member is told by `type` in the program and by the message's name on the wire.
 */
export interface EventFamily<Event extends { readonly type: string }> {
  /** Full message names of the members. */
  readonly types: readonly string[];
  encode(event: Event): EncodedMessage;
  /**
   * Returns the member that the bytes hold. *Errors*: ContractError, also when `type` isn't of this family.
   */
  decode(type: string, bytes: Uint8Array): Event;
}

/** One codec for each member; a member that the union gains fails to compile until it has one. */
type Members<Event extends { readonly type: string }> = {
  readonly [Tag in Event['type']]: MessageCodec<Extract<Event, { readonly type: Tag }>>;
};

/** Returns a union's way to the wire and back. */
export function eventFamily<Event extends { readonly type: string }>(
  name: string,
  members: Members<Event>,
): EventFamily<Event> {
  const byTag: Readonly<Record<string, MessageCodec<Event>>> = members;
  const byType = new Map(Object.values(byTag).map((codec) => [codec.type, codec]));
  const unknown = (type: string) =>
    new ContractError({ type, field: '', value: '', because: `not a message of ${name}` });
  return {
    types: [...byType.keys()],
    encode(event) {
      const codec = Object.hasOwn(byTag, event.type) ? byTag[event.type] : undefined;
      if (codec === undefined) throw unknown(event.type);
      return { type: codec.type, bytes: codec.encode(event) };
    },
    decode(type, bytes) {
      const codec = byType.get(type);
      if (codec === undefined) throw unknown(type);
      return codec.decode(bytes);
    },
  };
}
