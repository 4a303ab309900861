import { z } from 'zod';
import source from './kubernetes-1.32.json' with { type: 'json' };

const fieldSchema = z.tuple([z.number(), z.string()]).rest(z.enum(['repeated', 'map']));
const sourceSchema = z.object({
  kinds: z.record(z.string(), z.string()),
  messages: z.record(z.string(), z.record(z.string(), fieldSchema)),
});

/** A field of a message: number in protobuf, type, and whether it is repeated or a map. */
export interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly many: 'repeated' | 'map' | undefined;
  /** Whether JSON inlines the fields of this field. */
  readonly inlined: boolean;
}

interface Message {
  readonly byNumber: ReadonlyMap<number, Field>;
  /** Fields in JSON, with inlined fields expanded. */
  readonly byName: ReadonlyMap<string, Field>;
}

/** Types that are scalars in JSON and messages in protobuf. */
export const PLAIN_TYPES: ReadonlySet<string> = new Set([
  'resource.Quantity',
  'intstr.IntOrString',
  'meta.v1.Time',
  'meta.v1.MicroTime',
  'meta.v1.FieldsV1',
]);

const INLINED = new Set(['localObjectReference', 'volumeSource', 'handler', 'ephemeralContainerCommon']);

/** The fields of the Kubernetes API's messages. */
class Schema {
  private readonly data = sourceSchema.parse(source);
  private readonly built = new Map<string, Message>();

  /** The message of a kind, e.g. of `apps/v1` `Deployment`. */
  messageOfKind(apiVersion: string, kind: string): string | undefined {
    if (kind === 'DeleteOptions') return 'meta.v1.DeleteOptions';
    return this.data.kinds[`${apiVersion}/${kind}`];
  }

  message(name: string): Message | undefined {
    const cached = this.built.get(name);
    const fields = this.data.messages[name];
    if (cached || !fields) return cached;
    const list = Object.entries(fields).map(([field, [number, type, many]]) => ({
      name: field,
      number,
      type,
      many,
      inlined: INLINED.has(field),
    }));
    const byNumber = new Map(list.map((field) => [field.number, field]));
    const message = { byNumber, byName: new Map(list.flatMap((field) => this.flat(field))) };
    this.built.set(name, message);
    return message;
  }

  private flat(field: Field): [string, Field][] {
    const inner = field.inlined ? this.message(field.type) : undefined;
    return inner ? [...inner.byName] : [[field.name, field]];
  }
}

let loaded: Schema | undefined;

/** The schema, parsed on first use. */
export function kubernetesSchema(): Schema {
  loaded ??= new Schema();
  return loaded;
}
