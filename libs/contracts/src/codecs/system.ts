import { codec, part } from '../codec.ts';
import { byName, bytes, double, flag, list, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import type {
  DeadLetter,
  InputsTaken,
  LaneFenced,
  NotificationDead,
  NotificationSent,
  ServiceStarted,
  ServiceStatus,
  ServiceStopped,
} from '../messages.ts';

const process = { service: word, instance: word, version: text, pid: whole, timeUs: whole };
const notification = {
  notificationId: word,
  channel: word,
  subject: text,
  attempts: whole,
  timeUs: whole,
};

const deadLetter = part<DeadLetter>('DeadLetter', {
  stream: word,
  sequence: whole,
  subject: word,
  type: text,
  consumer: word,
  reason: text,
  original: bytes,
  timeUs: whole,
});

export const systemCodecs = {
  ServiceStarted: codec(
    algo.v1.ServiceStarted,
    part<ServiceStarted>('ServiceStarted', { ...process, reason: text }),
  ),
  ServiceStopped: codec(
    algo.v1.ServiceStopped,
    part<ServiceStopped>('ServiceStopped', { ...process, reason: text }),
  ),
  ServiceStatus: codec(
    algo.v1.ServiceStatus,
    part<ServiceStatus>('ServiceStatus', {
      ...process,
      counters: byName(double),
      notes: list(text),
      ready: flag,
    }),
  ),
  NotificationSent: codec(algo.v1.NotificationSent, part<NotificationSent>('NotificationSent', notification)),
  NotificationDead: codec(
    algo.v1.NotificationDead,
    part<NotificationDead>('NotificationDead', { ...notification, reason: text }),
  ),
  DeadLetter: codec(algo.v1.DeadLetter, deadLetter),
  InputsTaken: codec(algo.v1.InputsTaken, part<InputsTaken>('InputsTaken', { producer: word, taken: whole })),
  LaneFenced: codec(algo.v1.LaneFenced, part<LaneFenced>('LaneFenced', { producer: word, epoch: whole })),
};
