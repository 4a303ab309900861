import { isRecord } from '../../../kernel/is-record.js';
import type { FetchDataRewrite } from '@apollo/query-planner';
import { type JSONObject, assign, own } from './json-object.js';
import type { TypeConditions } from '../../supergraph/type-conditions.js';

/** Rewrites a value in place before it is sent or after it is received. */
export type Rewrite = (value: unknown) => void;

const FRAGMENT = '... on ';

/** Compiles the rewrites of a fetch; undefined when there are none. */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  conditions: TypeConditions,
): Rewrite | undefined {
  if (!rewrites || rewrites.length === 0) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, conditions));
  return (value) => {
    for (const rewriteValue of compiled) rewriteValue(value);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, conditions: TypeConditions): Rewrite {
  const last = rewrite.path.at(-1) ?? '';
  const parents = rewrite.path.slice(0, -1);
  return parents.reduceRight(
    (next, step) => eachTree(into(step, next, conditions)),
    eachTree(change(rewrite, last)),
  );
}

function change(rewrite: FetchDataRewrite, field: string): (tree: JSONObject) => void {
  if (rewrite.kind === 'ValueSetter') {
    const value: unknown = rewrite.setValueTo;
    return (tree) => assign(tree, field, value);
  }
  return (tree) => {
    const value = own(tree, field);
    if (!value) return;
    assign(tree, rewrite.renameKeyTo, value);
    assign(tree, field, undefined);
  };
}

function into(step: string, next: Rewrite, conditions: TypeConditions): (tree: JSONObject) => void {
  if (!step.startsWith(FRAGMENT)) return (tree) => next(own(tree, step));
  const names = conditions.names(step.slice(FRAGMENT.length));
  // Plans do not fetch the type of everything they rewrite: a value without a type matches.
  return (tree) => {
    const type = tree['__typename'];
    if (!type || names.has(String(type))) next(tree);
  };
}

function eachTree(act: (tree: JSONObject) => void): Rewrite {
  const visit: Rewrite = (value) => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isRecord(value)) act(value);
  };
  return visit;
}
