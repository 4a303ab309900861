import protobuf from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { DecodeError } from '../../kubesim/kubernetes/schema/decode-error.js';
import { decodeProtobuf } from '../../kubesim/kubernetes/schema/protobuf.js';

type Write = (writer: protobuf.Writer) => void;

/** A field of bytes or of a message, by its number. */
const field = (number: number, value: Write | Uint8Array): Write => {
  return (writer) => {
    const bytes = value instanceof Uint8Array ? value : message(value);
    writer.uint32((number << 3) | 2).bytes(bytes);
  };
};
const text = (number: number, value: string) => field(number, Buffer.from(value));
const int =
  (number: number, value: number): Write =>
  (writer) =>
    void writer.uint32(number << 3).int64(value);

const message = (...fields: Write[]) => messageOf(fields);

function messageOf(fields: readonly Write[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const write of fields) write(writer);
  return writer.finish();
}

const body = (apiVersion: string, kind: string, raw: Uint8Array) =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    message(field(1, message(text(1, apiVersion), text(2, kind))), field(2, raw)),
  ]);

/** Numbers of the fields of core/v1 ConfigMap and of its metadata. */
const METADATA = 1;
const DATA = 2;
const NAME = 1;
const GENERATION = 7;
const CREATED = 8;
const FINALIZERS = 14;
const entry = (key: string, value: string) => field(DATA, message(text(1, key), text(2, value)));

test('decodes strings, numbers, times, lists and maps, and skips unknown fields', () => {
  const metadata = message(
    text(NAME, 'settings'),
    int(GENERATION, -3),
    field(CREATED, message(int(1, 1_700_000_000), int(2, 0))),
    text(FINALIZERS, 'a'),
    text(FINALIZERS, 'b'),
    text(4000, 'unknown'),
  );
  const raw = message(field(METADATA, metadata), entry('mode', 'fast'), entry('__proto__', 'own'));
  const object = decodeProtobuf(body('v1', 'ConfigMap', raw));
  expect(object).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'settings',
      generation: -3,
      creationTimestamp: '2023-11-14T22:13:20Z',
      finalizers: ['a', 'b'],
    },
    data: JSON.parse('{ "mode": "fast", "__proto__": "own" }') as unknown,
  });
});

test('decodes times with microseconds', () => {
  const raw = message(field(2, message(int(1, 1_700_000_000), int(2, 5_000_000))));
  expect(decodeProtobuf(body('events.k8s.io/v1', 'Event', raw))).toMatchObject({
    eventTime: '2023-11-14T22:13:20.005000Z',
  });
});

test('decodes the schema of custom resources as JSON', () => {
  const json = (value: unknown) => message(field(1, Buffer.from(JSON.stringify(value))));
  const half = (writer: protobuf.Writer) => void writer.uint32((9 << 3) | 1).double(0.5);
  const count = message(field(8, json(3)), half);
  const labels = message(field(30, message(int(1, 1))));
  const properties = [
    field(29, message(text(1, 'count'), field(2, count))),
    field(29, message(text(1, 'labels'), field(2, labels))),
  ];
  const version = message(field(4, message(field(1, messageOf(properties)))));
  const raw = message(field(2, message(field(7, version))));
  expect(decodeProtobuf(body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', raw))).toMatchObject({
    spec: {
      versions: [
        {
          schema: {
            openAPIV3Schema: {
              properties: { count: { default: 3, maximum: 0.5 }, labels: { additionalProperties: true } },
            },
          },
        },
      ],
    },
  });
});

test('keeps a zero that a client has set, and not one that Go writes for an unset field', () => {
  const raw = message(field(2, message(int(1, 0), int(5, 0))));
  expect(decodeProtobuf(body('apps/v1', 'Deployment', raw))['spec']).toEqual({ replicas: 0 });
});

test('decodes 200,000 entries of a map and of a list in linear time', { timeout: 10_000 }, () => {
  const many = Array.from({ length: 200_000 }, (_, index) => index);
  const metadata = messageOf(many.map((index) => text(FINALIZERS, `f${index}`)));
  const raw = messageOf([field(METADATA, metadata), ...many.map((index) => entry(`k${index}`, ''))]);
  const object = decodeProtobuf(body('v1', 'ConfigMap', raw));
  expect(Object.keys(object['data'] as object)).toHaveLength(200_000);
  expect(object['metadata']).toMatchObject({ finalizers: { length: 200_000 } });
});

const whole = body('v1', 'ConfigMap', message(entry('mode', 'fast')));
test.each([
  ['has another beginning', Buffer.from('json')],
  ['ends too early', whole.subarray(0, -2)],
  ['has a wire type that does not exist', Buffer.concat([whole, Buffer.from([0x0f])])],
  ['has a number without an end', Buffer.concat([whole, Buffer.alloc(11, 0xff)])],
  ['is of a kind that is not served', body('v1', 'Nonsense', message())],
])('rejects a body that %s', (_, bytes) => {
  expect(() => decodeProtobuf(bytes)).toThrow(DecodeError);
});
