// Writes what integrators' tools read: every subject with its messages, from the topology and the protos'
// comments.
import { codecs } from '../codecs.ts';
import { FAMILIES, type FamilyPlan } from '../topology.ts';
import { messagesOf, parseProtos } from './proto-files.ts';
import { subjectPattern } from './subject-pattern.ts';

const PROTOBUF = 'application/vnd.google.protobuf;version=3';
/** What the parameters of subjects are. */
const PARAMETERS: Readonly<Record<string, string>> = {
  shard: 'one of 64 parts of all instruments',
  venue: 'where it is traded',
  market: 'spot or perp',
  symbol: 'the symbol; bytes outside A-Z a-z 0-9 _ - are written =HH',
  timeframe: 'length of a bar: 15s, 1m, 5m, 15m, 1h',
  kind: 'zone or gap',
  account: 'the account of the engine',
  feed: 'the feed of market data',
  instance: 'the process, service.purpose',
  identity: 'the process, service.purpose',
  stream: 'the stream of the message that nobody could read',
  consumer: 'the process that could not read it',
};

/** Returns the document (AsyncAPI 3) as text: what an observer may read, and what people may ask for. */
export function asyncApi(sources: ReadonlyMap<string, string>): string {
  const types = messagesOf(parseProtos([...sources.values()]));
  const says = (name: string) => (types.get(name)?.comment ?? '').replaceAll('\n', ' ');
  const families = Object.entries<FamilyPlan>(FAMILIES);
  const channels = families.map(([family, plan]) => {
    const address = subjectPattern(family).replaceAll('<', '{').replaceAll('>', '}');
    const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const parameters = Object.fromEntries(names.map((name) => [name, { description: describedBy(name) }]));
    const channel = {
      address,
      description: `Said by ${plan.publishers.join(', ')}; kept in the stream ${plan.stream}.`,
      ...(names.length === 0 ? {} : { parameters }),
      messages: Object.fromEntries(plan.messages.map((name) => [name, ref(`components/messages/${name}`)])),
    };
    return [family, channel] as const;
  });
  const operations = families.map(([family, plan]) => {
    const isAsked = plan.publishers.every((publisher) => publisher === 'cli');
    return [
      `${isAsked ? 'ask' : 'read'}-${family}`,
      {
        action: isAsked ? 'send' : 'receive',
        channel: ref(`channels/${family}`),
        summary: isAsked ? 'The user cli alone.' : 'Any user that may read; observer reads all.',
      },
    ] as const;
  });
  const messages = [...new Set(families.flatMap(([, plan]) => plan.messages))].map(
    (name) =>
      [
        name,
        {
          name: codecs[name as keyof typeof codecs].type,
          summary: says(name),
          contentType: PROTOBUF,
          headers: ref('components/schemas/Headers'),
          payload: { schemaFormat: PROTOBUF, schema: { $ref: `../proto/algo/v1/${fileOf(name, sources)}` } },
        },
      ] as const,
  );
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'algo, the events of the trading engine',
      version: '1.0.0',
      description:
        'Every event on NATS JetStream, CloudEvents attributes in headers, protobuf in the body. ' +
        'Fields and messages are added; the number and meaning of a field, the shape of a subject and the ' +
        'code of an enum never change.',
      license: { name: 'MIT' },
    },
    defaultContentType: PROTOBUF,
    servers: {
      engine: {
        ...{ host: '127.0.0.1:4222', protocol: 'nats', security: [ref('components/securitySchemes/key')] },
        description: 'Where the engine was started says its port; a key file says who you are.',
      },
    },
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(operations),
    components: {
      messages: Object.fromEntries(messages),
      schemas: { Headers: HEADERS },
      securitySchemes: {
        key: { type: 'asymmetricEncryption', description: 'The nkey of a user of the bus.' },
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const text = (description: string) => ({ type: 'string', description });
const HEADERS = {
  type: 'object',
  required: ['ce-id', 'ce-type', 'ce-source', 'ce-time'],
  properties: {
    'ce-id': text('Of this event; the same again where a process said it again.'),
    'ce-type': text('The full name of the message, such as algo.v1.OrderFilled.'),
    'ce-source': text('The process that said it.'),
    'ce-time': text('When it happened, by the feed or the exchange.'),
  },
};

function ref(path: string) {
  return { $ref: `#/${path}` };
}

/** *Errors*: throws for a parameter that nothing is said of. */
function describedBy(name: string): string {
  const says = PARAMETERS[name];
  if (says === undefined) throw new Error(`say what the parameter ${name} of a subject is, in async-api.ts`);
  return says;
}

function fileOf(message: string, sources: ReadonlyMap<string, string>): string {
  const [name] = [...sources].find(([, source]) => source.includes(`\nmessage ${message} {`)) ?? [''];
  return name!;
}
