import {
  type Brand,
  type ClosePosition,
  Decimal,
  type Denial,
  type OrderCommand,
  type OrderRequest,
  type PlaceOrder,
  type ProtectPosition,
} from '@algo/model';
import { type ExitContext, exitQuantity } from './exit-quantity.ts';
import { deny, type EntryContext, type Handler } from './handler.ts';
import { type ProtectionContext, protectedQuantity } from './protection.ts';

/** An order that has passed: nothing else can be handed to the wire, and only these functions return one. */
export type Admitted = Brand<OrderRequest, 'Admitted'>;

/** What the handlers come to. */
export type Verdict =
  | { readonly type: 'passed'; readonly request: Admitted }
  | { readonly type: 'denied'; readonly denial: Denial };

/** Returns the entry when every handler passes it, or the first denial. */
export function passEntry(handlers: readonly Handler[], context: EntryContext, command: PlaceOrder): Verdict {
  for (const handler of handlers) {
    const denial = handler(context, command);
    if (denial !== null) return { type: 'denied', denial };
  }
  return conserved(command, context.request, context.sentBefore);
}

/** Returns the exit in the size that may be closed, or why nothing may. */
export function passExit(
  command: ClosePosition,
  context: ExitContext,
  requestOf: (quantity: OrderRequest['quantity']) => OrderRequest,
): Verdict {
  const sized = exitQuantity(command, context);
  return sized.type === 'denied' ? sized : conserved(command, requestOf(sized.quantity), Decimal.zero);
}

/** Returns the stop that may rest at the venue, or why none may. */
export function passProtection(
  command: ProtectPosition,
  context: ProtectionContext,
  requestOf: (quantity: OrderRequest['quantity']) => OrderRequest,
): Verdict {
  const sized = protectedQuantity(command, context);
  return sized.type === 'denied' ? sized : conserved(command, requestOf(sized.quantity), Decimal.zero);
}

/** C21: never is more sent than a command asks for, by all its attempts. A breach means that we are wrong. */
function conserved(command: OrderCommand, request: OrderRequest, before: Decimal): Verdict {
  if (!before.plus(request.quantity).greaterThan(command.quantity)) {
    return { type: 'passed', request: request as Admitted };
  }
  const numbers = { command: command.commandId, asked: command.quantity, before, sent: request.quantity };
  return { type: 'denied', denial: deny('CONSERVATION', numbers) };
}
