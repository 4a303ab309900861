import { z } from 'zod';
import source from './protobuf-messages-1.32.json' with { type: 'json' };

const fieldSchema = z.tuple([z.number(), z.string()]).rest(z.enum(['repeated', 'map']));
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
}

type Message = ReadonlyMap<number, Field>;

/** Types that are scalars in JSON and messages in protobuf. */
export const PLAIN_TYPES: ReadonlySet<string> = new Set([
  'resource.Quantity',
  'intstr.IntOrString',
  'meta.v1.Time',
  'meta.v1.MicroTime',
  'meta.v1.FieldsV1',
]);

const INLINED = new Set(['localObjectReference', 'volumeSource', 'handler', 'ephemeralContainerCommon']);

/** The protobuf messages of the Kubernetes API. Numbers of fields are the same in all versions. */
class ProtobufMessages {
  private readonly data = sourceSchema.parse(source);
  private readonly built = new Map<string, Message>();

  /** The message of a kind, e.g. of `apps/v1` `Deployment`. */
  ofKind(apiVersion: string, kind: string): string | undefined {
    if (kind === 'DeleteOptions') return 'meta.v1.DeleteOptions';
    return this.data.kinds[`${apiVersion}/${kind}`];
  }

  /** The fields of a message by their numbers. */
  fields(name: string): Message | undefined {
    const cached = this.built.get(name);
    const fields = this.data.messages[name];
    if (cached || !fields) return cached;
    const message = new Map(
      Object.entries(fields).map(([field, [number, type, many]]) => [
        number,
        { name: field, type, many, inlined: INLINED.has(field) },
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
