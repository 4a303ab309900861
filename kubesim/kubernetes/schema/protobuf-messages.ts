import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { packageRoot } from '../../../kernel/package-root.js';

/** Written by scripts/protobuf-messages.mjs. */
const FILE = join(packageRoot, 'kubesim/kubernetes/schema/data/protobuf-messages.json.br');

const fieldSchema = z.tuple([z.number(), z.string()]).rest(z.enum(['repeated', 'map', 'inline', 'always']));
const sourceSchema = z.object({
  kinds: z.record(z.string(), z.string()),
  messages: z.record(z.string(), z.record(z.string(), fieldSchema)),
});

/** A field of a message: its name in JSON, type, and whether it is repeated or a map. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly many: 'repeated' | 'map' | undefined;
  /** Whether JSON inlines the fields of this field. */
  readonly inlined: boolean;
  /** Whether a zero is a value; otherwise Go writes it also for a field that is not set. */
  readonly keepsZero: boolean;
}

type Message = ReadonlyMap<number, Field>;

/** Types that are scalars in JSON and messages in protobuf. */
export const PLAIN_TYPES: ReadonlySet<string> = new Set([
  'resource.Quantity',
  'intstr.IntOrString',
  'meta.v1.Time',
  'meta.v1.MicroTime',
  'meta.v1.FieldsV1',
  'runtime.RawExtension',
]);

/** The protobuf messages of the Kubernetes API. Numbers of fields are the same in all versions. */
class ProtobufMessages {
  private readonly data = sourceSchema.parse(JSON.parse(brotliDecompressSync(readFileSync(FILE)).toString()));
  private readonly built = new Map<string, Message>();

  /** The message of a kind, e.g. of `apps/v1` `Deployment`. */
  ofKind(apiVersion: string, kind: string): string | undefined {
    if (kind === 'DeleteOptions' || kind === 'Status') return `meta.v1.${kind}`;
    if (apiVersion === 'meta.k8s.io/v1' && kind.startsWith('PartialObjectMetadata')) return `meta.v1.${kind}`;
    const key = `${apiVersion}/${kind}`;
    return Object.hasOwn(this.data.kinds, key) ? this.data.kinds[key] : undefined;
  }

  /** The fields of a message by their numbers. */
  fields(name: string): Message | undefined {
    const cached = this.built.get(name);
    const fields = this.data.messages[name];
    if (cached || !fields) return cached;
    const message = new Map(
      Object.entries(fields).map(([field, [number, type, ...flags]]) => [
        number,
        {
          name: field,
          type,
          many: flags.find((flag) => flag === 'repeated' || flag === 'map'),
          inlined: flags.includes('inline'),
          keepsZero: flags.includes('always'),
        },
      ]),
    );
    this.built.set(name, message);
    return message;
  }
}

let loaded: ProtobufMessages | undefined;

/** The messages, read on first use. */
export function protobufMessages(): ProtobufMessages {
  loaded ??= new ProtobufMessages();
  return loaded;
}
