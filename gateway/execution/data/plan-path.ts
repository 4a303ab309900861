import { isRecord } from '../../../kernel/is-record.js';
import type { ResponsePath } from '@apollo/query-planner';
import { type JSONObject, own } from './json-object.js';

/** One step of a path to the entities of a fetch. Lists are flattened. */
interface PlanStep {
  /** The field; without one the step only filters by type. */
  readonly field?: string;
  /** Whether the field's name exists on `Object.prototype`. */
  readonly special?: boolean;
  /** Type names that the value must have, if any. */
  readonly types?: ReadonlySet<string>;
}

export type PlanPath = readonly PlanStep[];

/** An entity's place in the response. */
export type Place = readonly (string | number)[];

/** Parses a path of the planner: names, `@` for list elements, each optionally followed by types `|[A,B]`. */
export function parsePath(path: ResponsePath): PlanPath {
  const steps = path.map((element): PlanStep => {
    const [name = '', types] = String(element).split('|');
    return {
      ...(name === '@' || name === '' ? {} : { field: name, special: name in Object.prototype }),
      ...(types === undefined ? {} : { types: new Set(types.slice(1, -1).split(',')) }),
    };
  });
  return steps.filter((step) => step.field !== undefined || step.types);
}

/** Number of objects from which on they are deduplicated: one object may be in many places. */
const MANY = 256;

/** Objects at a path in response order; may contain duplicates. */
export function entitiesAt(root: JSONObject, path: PlanPath): JSONObject[] {
  let found: JSONObject[] = [root];
  for (const step of path) {
    const next: JSONObject[] = [];
    for (const tree of found) collect(at(tree, step), step, next);
    found = next.length > MANY ? [...new Set(next)] : next;
  }
  return found;
}

/** The first `max` places at a path with one of the objects. */
export function placesAt(
  root: JSONObject,
  path: PlanPath,
  objects: ReadonlySet<JSONObject>,
  max: number,
): Place[] {
  return new Places(path, objects, max).under(root);
}

class Places {
  private readonly found: Place[] = [];
  /** Visited objects by depth without results below them: each may be in many places. */
  private readonly barren: readonly Set<JSONObject>[];

  constructor(
    private readonly path: PlanPath,
    private readonly objects: ReadonlySet<JSONObject>,
    private readonly max: number,
  ) {
    this.barren = path.map(() => new Set<JSONObject>());
  }

  under(root: JSONObject): Place[] {
    this.visit(root, 0, []);
    return this.found;
  }

  private visit(value: unknown, depth: number, place: Place): void {
    if (this.found.length >= this.max) return;
    if (Array.isArray(value))
      return value.forEach((element, index) => this.visit(element, depth, [...place, index]));
    const reached = this.path[depth - 1];
    if (isRecord(value) && (!reached || fits(value, reached))) this.enter(value, depth, place);
  }

  private enter(tree: JSONObject, depth: number, place: Place): void {
    const step = this.path[depth];
    if (!step) return void (this.objects.has(tree) && this.found.push(place));
    if (this.barren[depth]?.has(tree)) return;
    const before = this.found.length;
    this.visit(at(tree, step), depth + 1, step.field === undefined ? place : [...place, step.field]);
    if (this.found.length === before) this.barren[depth]?.add(tree);
  }
}

/** The value of a step. */
function at(tree: JSONObject, { field, special }: PlanStep): unknown {
  if (field === undefined) return tree;
  return special ? own(tree, field) : tree[field];
}

function collect(value: unknown, step: PlanStep, into: JSONObject[]): void {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, step, into);
  } else if (isRecord(value) && fits(value, step)) into.push(value);
}

function fits(value: JSONObject, { types }: PlanStep): boolean {
  return !types || types.has(String(value['__typename']));
}
