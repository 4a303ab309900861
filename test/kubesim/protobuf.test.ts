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
