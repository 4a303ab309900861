import type { ResponsePath } from '@apollo/query-planner';
import { type Tree, isTree, own } from './tree.js';

/** One step of a path to where a fetch's entities are. Lists are gone into wherever there are any. */
export interface PlanStep {
  /** The field to go into; without, the step only looks at types. */
  readonly field?: string;
  /** Whether the field's name is one that every object inherits. */
  readonly special?: boolean;
  /** Types of which the value reached must have one, when the plan says so. */
  readonly types?: ReadonlySet<string>;
}

export type PlanPath = readonly PlanStep[];

/** An entity's place in the response. */
export type Place = readonly (string | number)[];

/** Reads the planner's paths: names, `@` for the elements of a list, and `|[A,B]` for types after either. */
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

/** The objects at a path, in the order of the response; one that is in several places comes several times. */
export function entitiesAt(root: Tree, path: PlanPath): Tree[] {
  let found: Tree[] = [root];
  for (const step of path) {
    const next: Tree[] = [];
    for (const tree of found) collect(at(tree, step), step, next);
    found = next;
  }
  return found;
}

/** The places at a path, in the order in which `entitiesAt` gives their objects. */
export function placesAt(root: Tree, path: PlanPath): Place[] {
  const places: Place[] = [];
  const visit = (value: unknown, depth: number, place: Place): void => {
    if (Array.isArray(value)) return value.forEach((one, index) => visit(one, depth, [...place, index]));
    const reached = path[depth - 1];
    if (!isTree(value) || (reached && !fits(value, reached))) return;
    const step = path[depth];
    if (!step) return void places.push(place);
    visit(at(value, step), depth + 1, step.field === undefined ? place : [...place, step.field]);
  };
  visit(root, 0, []);
  return places;
}

/** What a step leads to. */
function at(tree: Tree, { field, special }: PlanStep): unknown {
  if (field === undefined) return tree;
  return special ? own(tree, field) : tree[field];
}

function collect(value: unknown, step: PlanStep, into: Tree[]): void {
  if (Array.isArray(value)) {
    for (const one of value) collect(one, step, into);
  } else if (isTree(value) && fits(value, step)) into.push(value);
}

function fits(value: Tree, { types }: PlanStep): boolean {
  return !types || types.has(String(value['__typename']));
}
