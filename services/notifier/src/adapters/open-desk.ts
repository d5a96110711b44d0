import { MailDesk, type MailDeskSettings, type MailDeskSnapshot } from '../domain/index.ts';

/** Returns the desk as it was kept, or an empty one. *Errors*: InputError on another version. */
export function openDesk(kept: Uint8Array | undefined, settings: MailDeskSettings): MailDesk {
  if (kept === undefined) return new MailDesk(settings);
  return MailDesk.restore(settings, JSON.parse(new TextDecoder().decode(kept)) as MailDeskSnapshot);
}
