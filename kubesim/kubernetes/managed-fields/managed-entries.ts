import { z } from 'zod';
import { isJson } from '../kinds/object.js';
import { EMPTY, type FieldSet, inOrder, isEmpty, union } from './field-set.js';
import { readElement } from './path-element.js';

/** An entry of `metadata.managedFields`: the fields that a manager owns. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** RFC 3339; absent for an apply that changed nothing. */
  readonly time?: string | undefined;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: string | undefined;
}

/** The entries of an object by `entryId`. */
export type Managed = ReadonlyMap<string, ManagedEntry>;

export const UNMANAGED: Managed = new Map();

/** Identifies a manager. One that applies keeps its entry when it uses another API version. */
export function entryId({
  manager,
  operation,
  apiVersion,
  subresource,
}: Pick<ManagedEntry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  return JSON.stringify({
    manager,
    operation,
    ...(operation === 'Update' ? { apiVersion } : {}),
    ...(subresource ? { subresource } : {}),
  });
}

/** Maximum number of entries for updates. More are merged into `ancient-changes`, the oldest first. */
const MAX_UPDATES = 10;
const ANCIENT = 'ancient-changes';

const entrySchema = z.object({
  manager: z.string().default(''),
  operation: z.enum(['Apply', 'Update']),
  apiVersion: z.string().min(1),
  time: z.string().nullish(),
  fieldsType: z.literal('FieldsV1'),
  fieldsV1: z.unknown(),
  subresource: z.string().default(''),
});

/** Reads `metadata.managedFields`; undefined if they are malformed. */
export function readManaged(value: unknown): Managed | undefined {
  const entries = z.array(entrySchema).safeParse(value ?? []);
  if (!entries.success) return undefined;
  try {
    return new Map(
      entries.data.map(({ time, fieldsV1, subresource, ...kept }) => {
        const fields = isJson(fieldsV1) ? readFields(fieldsV1) : EMPTY;
        const entry = {
          ...kept,
          ...(time ? { time } : {}),
          fieldsV1: fields,
          ...(subresource ? { subresource } : {}),
        };
        return [entryId(entry), entry];
      }),
    );
  } catch {
    return undefined;
  }
}

/** Reads the entries of a stored object, which were checked when they were written. */
export function storedManaged(entries: readonly unknown[] | undefined): Managed {
  if (!entries) return UNMANAGED;
  // Objects of releases that did not record managers may hold what a client has sent.
  if (!entries.every(isEntry)) return readManaged(entries) ?? UNMANAGED;
  return new Map(entries.map((entry) => [entryId(entry), entry]));
}

function isEntry(entry: unknown): entry is ManagedEntry {
  if (!isJson(entry) || entry['fieldsType'] !== 'FieldsV1' || !isJson(entry['fieldsV1'])) return false;
  const { manager, apiVersion, operation } = entry;
  if (typeof manager !== 'string' || typeof apiVersion !== 'string') return false;
  return operation === 'Apply' || operation === 'Update';
}

/** Reads a set that a client has sent. Throws if an element is malformed. */
function readFields(value: Readonly<Record<string, unknown>>): FieldSet {
  const nodes: [string, FieldSet][] = [];
  for (const [text, inner] of Object.entries(value)) {
    const element = text === '.' ? text : readElement(text);
    if (element !== undefined) nodes.push([element, isJson(inner) ? readFields(inner) : EMPTY]);
  }
  const set = Object.fromEntries(nodes);
  return Object.keys(set).some((element) => element !== '.') ? set : EMPTY;
}

/** Writes `metadata.managedFields`, in the order of API servers; undefined if nothing is owned. */
export function writeManaged(managed: Managed): readonly ManagedEntry[] | undefined {
  if (managed.size === 0) return undefined;
  return [...managed.values()].sort((a, b) => compareTexts(orderOf(a), orderOf(b)));
}

function orderOf({ operation, time, manager, apiVersion, subresource }: ManagedEntry): readonly string[] {
  return [operation, time ?? '', manager, apiVersion, subresource ?? ''];
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((text, place) => text !== b[place]);
  if (index < 0) return 0;
  return (a[index] ?? '') < (b[index] ?? '') ? -1 : 1;
}

/** Replaces an entry; one without fields is removed. */
export function withEntry(managed: Managed, id: string, entry: ManagedEntry): Managed {
  const next = new Map(managed);
  if (isEmpty(entry.fieldsV1)) next.delete(id);
  else next.set(id, entry);
  return next;
}

/** Limits the entries for updates: merges the oldest ones of each API version. */
export function limitUpdates(managed: Managed): Managed {
  const updates = [...managed].filter(([, { operation }]) => operation === 'Update');
  if (updates.length <= MAX_UPDATES) return managed;
  const next = new Map(managed);
  const firsts = new Map<string, string>();
  let count = updates.length;
  for (const [id, entry] of updates.sort(([a, left], [b, right]) =>
    compareTexts([left.time ?? '', a], [right.time ?? '', b]),
  )) {
    if (count <= MAX_UPDATES) break;
    const { apiVersion } = entry;
    const first = firsts.get(apiVersion);
    if (first === undefined) {
      firsts.set(apiVersion, id);
      continue;
    }
    const bucket = { manager: ANCIENT, operation: 'Update', apiVersion, fieldsType: 'FieldsV1' } as const;
    const bucketId = entryId(bucket);
    const merged = next.get(bucketId) ?? next.get(first);
    if (!next.has(bucketId)) next.delete(first);
    next.delete(id);
    next.set(bucketId, {
      ...bucket,
      time: entry.time,
      fieldsV1: inOrder(union(entry.fieldsV1, merged?.fieldsV1 ?? EMPTY)),
    });
    count -= 1;
  }
  return next;
}
