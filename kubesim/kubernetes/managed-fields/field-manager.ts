import { sameJson } from '../../../kernel/same-json.js';
import { isJson, type Json, type KubeObject, timestamp } from '../kinds/object.js';
import { servedTypes } from '../kinds/registry.js';
import { groupVersion, type ResourceType } from '../kinds/resource.js';
import { fieldSchemaOf } from './field-schemas.js';
import { NoElementError } from './field-schema.js';
import { EMPTY, type FieldSet } from './field-set.js';
import { goForm } from './go-form.js';
import {
  entryId,
  limitUpdates,
  type Managed,
  type ManagedEntry,
  readManaged,
  storedManaged,
  UNMANAGED,
  writeManaged,
} from './managed-entries.js';
import { apply, type KindRules, type Owned, update, type Write } from './ownership.js';

/** The field manager of a write, e.g. `kubectl-edit`, and the subresource of its path. */
export interface Writer {
  readonly manager: string;
  readonly subresource?: string | undefined;
}

/** The manager of the fields of an object that had no managers before its first apply. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

interface UpdateRecord<T> {
  /** Undefined for a new object. */
  readonly current: T | undefined;
  readonly next: T;
  readonly writer: Writer;
  readonly now: Date;
}

/**
 * The next version of an object with `metadata.managedFields` that record the update. Objects without managers stay
 * without: their fields get one with the first apply.
 */
export function recordUpdate<T extends KubeObject>(
  type: ResourceType,
  { current, next, writer, now }: UpdateRecord<T>,
): T {
  // Most writes are of controllers to objects of controllers.
  if (current && !current.metadata.managedFields && !next.metadata.managedFields) return next;
  const managed = managersBefore(current, next, writer);
  if (current && managed.size === 0) return withManaged(next, UNMANAGED);
  const rules = rulesOf(type, next, writer);
  const [before, after] = differingParts(current ?? {}, next);
  const live = { object: comparable(before, rules), managed: served(type, managed) };
  try {
    const record = writeOf(next, { writer, operation: 'Update', now });
    return withManaged(next, limitUpdates(update(live, comparable(after, rules), record, rules)));
  } catch (error) {
    // An object whose lists have no keys cannot be tracked.
    if (error instanceof NoElementError) return withManaged(next, UNMANAGED);
    throw error;
  }
}

/** Two versions without the fields at the top that they share: a change of the status leaves the others as they are. */
function differingParts(current: KubeObject | Json, next: KubeObject): readonly [Json, Json] {
  const [before, after]: [Json, Json] = [{ ...current }, { ...next }];
  for (const name of Object.keys(after)) {
    if (before[name] !== after[name]) continue;
    Reflect.deleteProperty(before, name);
    Reflect.deleteProperty(after, name);
  }
  return [before, after];
}

/**
 * The managers before an update. Clients may replace or reset them, but not through a subresource; one that sends none
 * does not know of them.
 */
function managersBefore(current: KubeObject | undefined, next: KubeObject, writer: Writer): Managed {
  const before = storedManaged(current?.metadata.managedFields);
  const sent: unknown = next.metadata.managedFields;
  if (writer.subresource !== undefined || sent === current?.metadata.managedFields) return before;
  if (isReset(sent)) return UNMANAGED;
  const requested = readManaged(sent);
  return requested && requested.size > 0 ? requested : before;
}

/** Whether `managedFields` is an empty list, or a list of one empty entry. */
function isReset(sent: unknown): boolean {
  if (!Array.isArray(sent)) return false;
  return sent.length === 0 || (sent.length === 1 && sameJson(sent[0], {}));
}

interface ApplyRequest {
  /** Undefined if the apply creates the object. */
  readonly current: KubeObject | undefined;
  readonly config: Json;
  readonly writer: Writer;
  readonly force: boolean;
  readonly now: Date;
}

/** Applies a configuration to an object, or to nothing. Throws ConflictsError, NoElementError. */
export function applyConfiguration(
  type: ResourceType,
  { current, config, writer, force, now }: ApplyRequest,
): Json {
  const rules = rulesOf(type, config, writer);
  const live = liveObject(type, current, { rules, now });
  const record = writeOf(config, { writer, operation: 'Apply', now });
  const { object, managed } = apply(
    live,
    { ...record, config, force, comparable: comparable(live.object as Json, rules) },
    rules,
  );
  const applied = withoutNulls(object) as Json & { readonly metadata: object };
  const isChanged = !sameJson(applied, live.object);
  return withManaged(applied, isChanged ? managed : withTimeOf(live.managed, managed, record.id));
}

/** The managers after an apply that changes nothing: its entry keeps the time that it had. */
function withTimeOf(before: Managed, after: Managed, id: string): Managed {
  const entry = after.get(id);
  return entry ? new Map(after).set(id, { ...entry, time: before.get(id)?.time }) : after;
}

/** The object before an apply, and its managers. */
function liveObject(
  type: ResourceType,
  current: KubeObject | undefined,
  { rules, now }: { readonly rules: KindRules; readonly now: Date },
): Owned {
  if (!current) return { object: {}, managed: UNMANAGED };
  const managed = storedManaged(current.metadata.managedFields);
  const object = withoutManaged(current);
  if (managed.size > 0) return { object, managed: served(type, managed) };
  const writer = { manager: BEFORE_FIRST_APPLY };
  const live = { object: comparable({}, rules), managed };
  const record = writeOf(current, { writer, operation: 'Update', now });
  return { object, managed: update(live, comparable(current, rules), record, rules) };
}

/** An object as it is sent or stored; a kind may be served in a version in which it is not stored. */
type Versioned = KubeObject | Json;

function writeOf(
  { apiVersion }: Versioned,
  {
    writer: { manager, subresource },
    operation,
    now,
  }: { readonly writer: Writer; readonly operation: ManagedEntry['operation']; readonly now: Date },
): Write {
  const writer = {
    manager: manager || 'unknown',
    operation,
    apiVersion: String(apiVersion),
    // API servers lose the time of an entry when they convert it to and from a scale.
    ...(subresource === 'scale' ? {} : { time: timestamp(now) }),
    fieldsType: 'FieldsV1',
    ...(subresource === undefined ? {} : { subresource }),
  } as const;
  return { id: entryId(writer), writer };
}

const STATUS: FieldSet = { 'f:status': EMPTY };
const ALL_BUT_STATUS: FieldSet = { 'f:spec': EMPTY, 'f:metadata': EMPTY };

function rulesOf(type: ResourceType, { apiVersion }: Versioned, { subresource }: Writer): KindRules {
  const main = type.subresources.includes('status') ? STATUS : EMPTY;
  const schema = fieldSchemaOf(type, String(apiVersion));
  return { schema, reset: subresource === 'status' ? ALL_BUT_STATUS : main };
}

const servedKinds = new Set(servedTypes.map((kind) => `${groupVersion(kind)}/${kind.type.kind}`));

/** The managers whose API version is still served. The sets of others cannot be converted. */
function served(type: ResourceType, managed: Managed): Managed {
  const isServed = ({ apiVersion }: ManagedEntry) =>
    type.custom ? type.custom.apiVersions.has(apiVersion) : servedKinds.has(`${apiVersion}/${type.kind}`);
  return new Map([...managed].filter(([, entry]) => isServed(entry)));
}

function comparable(object: Versioned, { schema }: KindRules): unknown {
  return goForm(withoutManaged(object), schema);
}

function withoutManaged(object: Versioned): Json {
  if (!isJson(object.metadata)) return { ...object };
  const { managedFields: _managed, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function withManaged<T extends { readonly metadata: object }>(object: T, managed: Managed): T {
  const { managedFields: _managed, ...metadata } = object.metadata as Json;
  const entries = writeManaged(managed);
  return { ...object, metadata: entries ? { ...metadata, managedFields: entries } : metadata };
}

/** Removes null fields, which API servers do not store. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJson(value)) return value;
  const kept = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  return Object.fromEntries(kept.map(([name, entry]) => [name, withoutNulls(entry)]));
}

/** The next version with the times of the current one if it differs only in the times of its managers. */
export function withoutNewTimes<T extends KubeObject>(current: T, next: T): T {
  const [before, after] = [current, next].map(({ metadata }) => metadata.managedFields);
  if (!before || !after || before.length !== after.length) return next;
  const same = before.every((entry, index) => sameJson(timeless(entry), timeless(after[index])));
  return same ? { ...next, metadata: { ...next.metadata, managedFields: before } } : next;
}

function timeless(entry: unknown): unknown {
  return isJson(entry) ? { ...entry, time: undefined } : entry;
}
