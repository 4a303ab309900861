import { z } from 'zod';
import source from './kubernetes-1.32-merge-keys.json' with { type: 'json' };

const fieldForm = z.object({
  type: z.string().optional(),
  patch: z.array(z.string()).optional(),
  apply: z.array(z.string()).optional(),
});
const mergeForm = z.object({
  kinds: z.record(z.string(), z.string()),
  types: z.record(z.string(), z.record(z.string(), fieldForm)),
});

/**
 * Strategic merge patches and server-side apply use different merge keys: a Service's ports merge by port, or by port
 * and protocol.
 */
export type MergeMethod = 'patch' | 'apply';

/** How the lists in the fields of a type merge. */
export interface MergeKeys {
  /** Merge keys of the values in a field, or of the entries of its list. */
  of(field: string): MergeKeys | undefined;
  /**
   * Fields that identify the entries of a field's list; empty for plain values, which merge as a set. undefined for a
   * list that is replaced as a whole.
   */
  keys(field: string): readonly string[] | undefined;
}

let loaded: z.infer<typeof mergeForm> | undefined;

/** How objects of a kind merge. Lists of custom resources are replaced as a whole. */
export function mergeKeysOf(apiVersion: string, kind: string, method: MergeMethod): MergeKeys {
  loaded ??= mergeForm.parse(source);
  const type = loaded.kinds[`${apiVersion}/${kind}`];
  if (type !== undefined) return new TypeKeys(loaded.types, type, method);
  const metadata = new TypeKeys(loaded.types, 'meta.v1.ObjectMeta', method);
  return { of: (field) => (field === 'metadata' ? metadata : undefined), keys: () => undefined };
}

class TypeKeys implements MergeKeys {
  constructor(
    private readonly types: z.infer<typeof mergeForm>['types'],
    private readonly type: string,
    private readonly method: MergeMethod,
  ) {}

  of(field: string): MergeKeys | undefined {
    const type = this.fields[field]?.type;
    return type === undefined ? undefined : new TypeKeys(this.types, type, this.method);
  }

  keys(field: string): readonly string[] | undefined {
    return this.fields[field]?.[this.method];
  }

  private get fields() {
    return this.types[this.type] ?? {};
  }
}
