import { changedFields, compare, type Comparison } from './compare.js';
import type { FieldSchema } from './field-schema.js';
import { fieldsOf } from './fields-of.js';
import {
  difference,
  EMPTY,
  type FieldSet,
  inOrder,
  intersection,
  isEmpty,
  pathsOf,
  recursiveDifference,
  union,
} from './field-set.js';
import { type Managed, type ManagedEntry, withEntry } from './managed-entries.js';
import { merge } from './merge.js';
import { removeFields, withDeclaredFields } from './remove-fields.js';

/** Fields that identify an object, or that API servers set: they have no owners. */
const IDENTITY: FieldSet = {
  'f:apiVersion': EMPTY,
  'f:kind': EMPTY,
  'f:metadata': {
    '.': EMPTY,
    ...Object.fromEntries(
      [
        'name',
        'namespace',
        'creationTimestamp',
        'selfLink',
        'uid',
        'clusterName',
        'generation',
        'managedFields',
        'resourceVersion',
      ].map((name) => [`f:${name}`, EMPTY]),
    ),
  },
};

/** A field that another manager owns with another value. */
export interface Conflict {
  readonly owner: ManagedEntry;
  readonly ownerId: string;
  readonly path: readonly string[];
}

/** An apply that would change fields of other managers. */
export class ConflictsError extends Error {
  constructor(readonly conflicts: readonly Conflict[]) {
    super('the configuration conflicts with other field managers');
  }
}

/** What the algorithm knows of a kind. */
export interface KindRules {
  readonly schema: FieldSchema | undefined;
  /** Fields that a request does not change, and therefore does not own: `status`, or `spec` for the status. */
  readonly reset: FieldSet;
}

/** A stored object, and the owners of its fields. */
export interface Owned {
  readonly object: unknown;
  readonly managed: Managed;
}

/** An update or an apply by a manager. */
export interface Write {
  readonly id: string;
  /** The entry of the manager, with the time of the write. */
  readonly writer: Omit<ManagedEntry, 'fieldsV1'>;
}

/** Records an update: the manager owns what it added or modified; removed fields lose their owners. */
export function update(live: Owned, next: unknown, { id, writer }: Write, rules: KindRules): Managed {
  const comparison = compareFields(live.object, next, rules);
  const managed = takeFields(live.managed, comparison);
  const fresh = difference(changedFields(comparison), IDENTITY);
  // Without a change of its own the manager's entry keeps its time.
  if (isEmpty(fresh)) return managed;
  const fieldsV1 = inOrder(union(managed.get(id)?.fieldsV1 ?? EMPTY, fresh));
  return withEntry(managed, id, { ...writer, fieldsV1 });
}

/** The configuration of a manager. */
export interface Application extends Write {
  readonly config: unknown;
  readonly force: boolean;
  /** The live object in the form in which it is compared. */
  readonly comparable: unknown;
}

/**
 * Applies a configuration: merges it into the live object, removes what only this manager owned and no longer applies,
 * and records what it owns. Throws ConflictsError, NoElementError.
 */
export function apply(
  live: Owned,
  { id, writer, config, force, comparable }: Application,
  rules: KindRules,
): Owned {
  const last = live.managed.get(id)?.fieldsV1 ?? EMPTY;
  const fieldsV1 = recursiveDifference(fieldsOf(config, rules.schema), rules.reset);
  const others = withEntry(live.managed, id, { ...writer, fieldsV1: EMPTY });
  const merged = merge(live.object, config, rules.schema);
  const object = prune(
    merged,
    { last, managed: new Map(others).set(id, { ...writer, fieldsV1 }) },
    rules.schema,
  );
  const comparison = compareFields(comparable, object, rules);
  const conflicts = conflictsOf(others, comparison);
  if (!force && conflicts.length > 0) throw new ConflictsError(conflicts);
  const taken = takeFields(others, comparison);
  return {
    object,
    managed: withEntry(taken, id, { ...writer, fieldsV1: inOrder(difference(fieldsV1, IDENTITY)) }),
  };
}

function compareFields(before: unknown, after: unknown, { schema, reset }: KindRules): Comparison {
  const { added, modified, removed } = compare(before, after, schema);
  return {
    added: recursiveDifference(added, reset),
    modified: recursiveDifference(modified, reset),
    removed: recursiveDifference(removed, reset),
  };
}

function conflictsOf(others: Managed, comparison: Comparison): Conflict[] {
  const changed = changedFields(comparison);
  return [...others].flatMap(([ownerId, owner]) =>
    [...pathsOf(intersection(owner.fieldsV1, changed))].map((path) => ({ owner, ownerId, path })),
  );
}

/** Takes the changed and removed fields from their owners. */
function takeFields(managed: Managed, comparison: Comparison): Managed {
  const taken = union(changedFields(comparison), comparison.removed);
  if (isEmpty(taken)) return managed;
  let next = managed;
  for (const [id, owner] of managed)
    next = withEntry(next, id, { ...owner, fieldsV1: difference(owner.fieldsV1, taken) });
  return next;
}

/**
 * Removes the fields and list entries that the manager applied the last time, does not apply now and that no other
 * manager owns.
 */
function prune(
  merged: unknown,
  { last, managed }: { readonly last: FieldSet; readonly managed: Managed },
  schema: FieldSchema | undefined,
): unknown {
  if (isEmpty(last)) return merged;
  const named = (fields: FieldSet) => withDeclaredFields(fields, schema);
  const fieldsIn = (object: unknown) => named(fieldsOf(object, schema));
  const present = fieldsIn(merged);
  const pruned = removeFields(merged, named(last), schema);
  // Keeps fields with an owner, also below a field that the manager has dropped.
  const owned = [...managed.values()].reduce((fields, { fieldsV1 }) => union(fields, fieldsV1), EMPTY);
  const kept = removeFields(merged, difference(present, union(fieldsIn(pruned), named(owned))), schema);
  // Keeps fields without owners below it: only what the manager itself applied is removed.
  const removed = intersection(difference(present, fieldsIn(kept)), named(last));
  return removeFields(merged, removed, schema);
}
