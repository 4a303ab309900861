import { z } from 'zod';
import { isJson, type Json } from '../kinds/object.js';
import { sameJson } from '../../../kernel/same-json.js';
import { ApiError, badRequest } from '../kinds/status.js';
import { jsonKind } from '../schema/go-types.js';

const operationSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('replace'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('test'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
  z.object({ op: z.literal('move'), path: z.string(), from: z.string() }),
  z.object({ op: z.literal('copy'), path: z.string(), from: z.string() }),
]);
type Operation = z.infer<typeof operationSchema>;

const MAX_OPERATIONS = 10_000;
/**
 * Maximum sum of JSON characters that a patch copies and list items that it shifts. API servers also limit copied
 * bytes by the size of a body: 37 operations that each copy the previous copy would exhaust the memory.
 */
const MAX_WORK = 3 * 1024 * 1024;

/**
 * Applies an RFC 6902 patch to a copy of the document. Throws ApiError. The package rfc6902 (5.4) would follow
 * inherited members and any property of a list: `/toString/call` breaks the process and `/list/length` exhausts the
 * memory. Most of this file therefore validates paths and limits work before it calls the package.
 */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type []handlers.jsonPatchOp`,
    );
  if (patch.length > MAX_OPERATIONS) throw tooManyOperations(patch.length);
  const operations = z.array(operationSchema).safeParse(patch);
  if (!operations.success) fail(z.prettifyError(operations.error));
  const root = { value: structuredClone(document), work: 0 };
  for (const operation of operations.data) apply(root, operation);
  return root.value;
}

function tooManyOperations(count: number): ApiError {
  const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${count}`;
  return new ApiError(413, 'RequestEntityTooLarge', message);
}

interface Root {
  value: unknown;
  /** Characters copied and items shifted so far. */
  work: number;
}

function spend(root: Root, work: number): void {
  root.work += work;
  if (root.work <= MAX_WORK) return;
  throw new ApiError(
    413,
    'RequestEntityTooLarge',
    `the JSON patch copies or shifts more than ${MAX_WORK} bytes or list items`,
  );
}

function copyOf(root: Root, value: unknown): unknown {
  const text = JSON.stringify(value);
  spend(root, text.length);
  return JSON.parse(text) as unknown;
}

/** Inserts and removes items of a list. */
function splice(root: Root, list: unknown[], change: { at: number; remove: number; items: unknown[] }): void {
  spend(root, list.length - change.at);
  list.splice(change.at, change.remove, ...change.items);
}

function apply(root: Root, operation: Operation): void {
  const path = pointer(operation.path);
  if (operation.op === 'add') return add(root, path, operation.value);
  if (operation.op === 'remove') return void remove(root, path);
  if (operation.op === 'replace') {
    remove(root, path);
    return add(root, path, operation.value);
  }
  if (operation.op === 'move') return add(root, path, remove(root, pointer(operation.from)));
  if (operation.op === 'copy') return add(root, path, copyOf(root, read(root, pointer(operation.from))));
  if (!sameJson(read(root, path), operation.value))
    throw new FailedTestError(`testing value ${operation.path} failed`);
}

function pointer(text: string): string[] {
  if (text === '') return [];
  if (!text.startsWith('/')) fail(`the path ${text} does not start with /`);
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(root: Root, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, step) => member(value, step, path), root.value);
}

function member(value: unknown, step: string, path: readonly string[]): unknown {
  if (Array.isArray(value) && indexOf(step, value.length) < value.length)
    return value[indexOf(step, value.length)];
  if (isJson(value) && Object.hasOwn(value, step)) return value[step];
  return fail(`the path /${path.join('/')} does not exist`);
}

function add(root: Root, path: readonly string[], value: unknown): void {
  const step = path.at(-1);
  if (step === undefined) return void (root.value = value);
  const parent = read(root, path.slice(0, -1));
  if (Array.isArray(parent)) {
    const at = step === '-' ? parent.length : indexOf(step, parent.length);
    splice(root, parent, { at, remove: 0, items: [value] });
  } else if (isJson(parent)) setMember(parent, step, value);
  else fail(`the path /${path.join('/')} does not exist`);
}

function setMember(parent: Json, step: string, value: unknown): void {
  // Plain assignment to __proto__ would change the prototype instead of a member.
  Object.defineProperty(parent, step, { value, writable: true, enumerable: true, configurable: true });
}

function remove(root: Root, path: readonly string[]): unknown {
  const old = read(root, path);
  const step = path.at(-1);
  const parent = read(root, path.slice(0, -1));
  if (step === undefined) root.value = null;
  else if (Array.isArray(parent))
    splice(root, parent, { at: indexOf(step, parent.length), remove: 1, items: [] });
  else if (isJson(parent)) Reflect.deleteProperty(parent, step);
  return old;
}

function indexOf(step: string, length: number): number {
  const index = /^(0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
  return index <= length ? index : fail(`${step} is no index of a list of ${length}`);
}

/** The patch cannot be applied; API servers tell a client only that. */
export class PatchError extends ApiError {
  constructor(readonly why: string) {
    super(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
}

/** A value is not the one that the patch is for. */
export class FailedTestError extends PatchError {}

function fail(why: string): never {
  throw new PatchError(why);
}
