import { codec, nested, part } from '../codec.ts';
import { byName, bytes, double, flag, list, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import type {
  DeadLetter,
  LaneCount,
  NotificationDead,
  NotificationSent,
  ServiceStarted,
  ServiceStatus,
  ServiceStopped,
  StepMark,
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

const laneCount = part<LaneCount>('LaneCount', { lane: word, count: whole });

const stepMark = part<StepMark>('StepMark', {
  producer: word,
  steps: list(whole),
  eventTimesUs: list(whole),
  lanes: list(nested(laneCount)),
  after: whole,
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
  StepMark: codec(algo.v1.StepMark, stepMark),
};
