import { isJson } from './object.js';

/** One step from values to the values below them. */
type Step = (values: readonly unknown[]) => readonly unknown[];

/** Reads the values at a path. */
export type JsonPath = (object: unknown) => readonly unknown[];

/** Values that one path may lead to. */
const MAX_VALUES = 1_000;

/**
 * Parses a path of a printer column, e.g. `.status.conditions[?(@.type=="Ready")].status`, in the syntax of kubectl
 * without recursive descent, slices and unions. A path of another syntax leads to no value.
 */
export function parseJsonPath(source: string): JsonPath {
  const steps = stepsOf(source);
  if (!steps) return () => [];
  return (object) =>
    steps.reduce<readonly unknown[]>((values, step) => step(values).slice(0, MAX_VALUES), [object]);
}

/** The next token: a name after a dot, or a text in brackets. */
const TOKEN =
  /\.((?:[^.[\\]|\\.)+)|\[('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\*|-?\d+|\?\([^)]*\))\]|\.(?=\[|$)/y;

function stepsOf(source: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(source);
    if (!token) return undefined;
    const [, name, bracket] = token;
    const step = name === undefined ? bracketStep(bracket) : fieldStep(unescaped(name));
    if (step) steps.push(step);
    else if (bracket !== undefined) return undefined;
  }
  return steps;
}

function unescaped(name: string): string {
  return name.replaceAll(/\\(.)/g, '$1');
}

function bracketStep(bracket: string | undefined): Step | undefined {
  if (bracket === undefined) return undefined;
  if (bracket === '*') return childrenStep;
  if (bracket.startsWith('?')) return filterStep(bracket.slice(2, -1));
  if (/^-?\d+$/.test(bracket)) return indexStep(Number(bracket));
  return fieldStep(unescaped(bracket.slice(1, -1)));
}

function fieldStep(name: string): Step {
  if (name === '*') return childrenStep;
  return (values) =>
    values.flatMap((value) => (isJson(value) && value[name] !== undefined ? [value[name]] : []));
}

function indexStep(index: number): Step {
  return (values) =>
    values.flatMap((value) => {
      const item: unknown = Array.isArray(value) ? value.at(index) : undefined;
      return item === undefined ? [] : [item];
    });
}

function childrenStep(values: readonly unknown[]): readonly unknown[] {
  return values.flatMap((value) =>
    Array.isArray(value) ? (value as unknown[]) : isJson(value) ? Object.values(value) : [],
  );
}

const FILTER = /^@((?:\.[^.=!<>\s]+|\['[^']*'\])+)\s*(?:(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[^\s"']+))?$/;

function filterStep(filter: string): Step | undefined {
  const [, path, operator, operand] = FILTER.exec(filter.trim()) ?? [];
  if (path === undefined) return undefined;
  const read = parseJsonPath(path);
  const expected = operand === undefined ? undefined : literal(operand);
  const fits = (item: unknown) => {
    const [value] = read(item);
    if (operator === undefined) return value !== undefined;
    return value !== undefined && compares(value, operator, expected);
  };
  return (values) => childrenStep(values).filter(fits);
}

function literal(text: string): unknown {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  return Number(text);
}

function compares(value: unknown, operator: string, expected: unknown): boolean {
  if (operator === '==') return value === expected;
  if (operator === '!=') return value !== expected;
  if (typeof value !== 'number' || typeof expected !== 'number') return false;
  if (operator === '<') return value < expected;
  if (operator === '>') return value > expected;
  return operator === '<=' ? value <= expected : value >= expected;
}
