import { sameJson } from '../../../kernel/same-json.js';
import { Budget } from '../cel/budget.js';
import { compile, type Program } from '../cel/program.js';
import { toCel } from '../cel/values.js';
import type { Cause } from '../schema/cause.js';
import { isJson } from '../schema/json.js';
import type { StructuralSchema, ValidationRule } from './structural-schema.js';
import { itemKey } from './validate-value.js';

interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: Program;
  readonly message: Program | undefined;
  /** Whether the rule compares with the old value, and so applies to updates only. */
  readonly isTransition: boolean;
}

const WITHOUT_OLD = { self: 'dyn' };
const WITH_OLD = { self: 'dyn', oldSelf: 'dyn' };

const compiled = new WeakMap<StructuralSchema, readonly CompiledRule[]>();
const schemasWithRules = new WeakMap<StructuralSchema, boolean>();

/** Whether a schema or one of its fields, entries and items has rules. */
export function hasRules(schema: StructuralSchema): boolean {
  const known = schemasWithRules.get(schema);
  if (known !== undefined) return known;
  const inner = [...schema.fields.values(), schema.entries, schema.items];
  const found = schema.rules.length > 0 || inner.some((below) => below !== undefined && hasRules(below));
  schemasWithRules.set(schema, found);
  return found;
}

/** Compiles a rule. Throws the error of its expressions. */
export function compileRule(rule: ValidationRule): CompiledRule {
  const program = compile(rule.rule, WITH_OLD);
  const message = rule.messageExpression ? compile(rule.messageExpression, WITH_OLD) : undefined;
  return { rule, program, message, isTransition: !compiles(rule.rule, WITHOUT_OLD) };
}

function compiles(expression: string, variables: Readonly<Record<string, string>>): boolean {
  try {
    compile(expression, variables);
    return true;
  } catch {
    return false;
  }
}

function rulesOf(schema: StructuralSchema): readonly CompiledRule[] {
  const known = compiled.get(schema);
  if (known) return known;
  const rules = schema.rules.map(compileRule);
  compiled.set(schema, rules);
  return rules;
}

/** Checks an object against the rules of its schema, with the messages of API servers. */
export function ruleCauses(object: unknown, schema: StructuralSchema, old: unknown): Cause[] {
  return causesOf(withNames(object), schema, { path: '', budget: new Budget() }, withNames(old));
}

/** Rules at the root read the names of the metadata only. */
function withNames(object: unknown): unknown {
  if (!isJson(object) || !isJson(object['metadata'])) return object;
  const { name, generateName } = object['metadata'];
  return { ...object, metadata: { name, generateName } };
}

interface Place {
  readonly path: string;
  readonly budget: Budget;
}

function causesOf(value: unknown, schema: StructuralSchema, place: Place, old: unknown): Cause[] {
  if (value === undefined || value === null || !hasRules(schema)) return [];
  const own = schema.rules.length > 0 ? ownCauses(value, schema, place, old) : [];
  return [...own, ...innerCauses(value, schema, place, old)];
}

function innerCauses(value: unknown, schema: StructuralSchema, place: Place, old: unknown): Cause[] {
  const { path } = place;
  const { items } = schema;
  if (Array.isArray(value) && items) {
    const before = new Map<string, unknown>();
    if (schema.listType === 'map' && Array.isArray(old))
      for (const item of old) before.set(itemKey(item, schema), item);
    return value.flatMap((item, index) =>
      causesOf(item, items, { ...place, path: `${path}[${index}]` }, before.get(itemKey(item, schema))),
    );
  }
  if (!isJson(value)) return [];
  const before = isJson(old) ? old : {};
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = schema.fields.get(name);
    const below = field ?? schema.entries;
    const at = field ? joined(path, name) : `${path}[${name}]`;
    return below ? causesOf(inner, below, { ...place, path: at }, before[name]) : [];
  });
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function ownCauses(value: unknown, schema: StructuralSchema, place: Place, old: unknown): Cause[] {
  const isDouble = (path: readonly string[]) => schemaAt(schema, path)?.type === 'number';
  const isUnchanged = old !== undefined && sameJson(value, old);
  const self = toCel(value, isDouble);
  const values = old === undefined ? { self } : { self, oldSelf: toCel(old, isDouble) };
  return rulesOf(schema).flatMap((each) => {
    if (each.isTransition ? old === undefined : isUnchanged) return [];
    return failure(each, values, place, schema.type ?? '');
  });
}

function schemaAt(schema: StructuralSchema, path: readonly string[]): StructuralSchema | undefined {
  return path.reduce<StructuralSchema | undefined>(
    (at, name) => (at?.items ? at.items : (at?.fields.get(name) ?? at?.entries)),
    schema,
  );
}

type Values = Readonly<Record<string, unknown>>;

function failure({ rule, program, message }: CompiledRule, values: Values, place: Place, type: string) {
  const field = `${place.path}${rule.fieldPath ?? ''}`.replace(/^\./, '') || '<nil>';
  try {
    if (program.evaluate(values, place.budget) === true) return [];
  } catch (error) {
    const why = `${(error as Error).message} evaluating rule: ${rule.message ?? rule.rule}`;
    return [cause(field, 'FieldValueInvalid', type, why)];
  }
  const text = message && messageOf(message, values, place.budget);
  const why = text ?? (rule.message?.trim() || `failed rule: ${rule.rule.trim()}`);
  return [cause(field, rule.reason ?? 'FieldValueInvalid', type, why)];
}

/** The longest message that an expression makes, in characters. */
const MAX_MESSAGE = 5 * 1024;

function messageOf(program: Program, values: Values, budget: Budget): string | undefined {
  try {
    const text = program.evaluate(values, budget);
    const isUsable = typeof text === 'string' && text.length <= MAX_MESSAGE && !text.includes('\n');
    return isUsable ? text.trim() || undefined : undefined;
  } catch {
    return undefined;
  }
}

function cause(
  field: string,
  reason: NonNullable<ValidationRule['reason']>,
  type: string,
  why: string,
): Cause {
  const messages = {
    FieldValueInvalid: `Invalid value: ${JSON.stringify(type)}: ${why}`,
    FieldValueForbidden: `Forbidden: ${why}`,
    FieldValueRequired: `Required value: ${why}`,
    FieldValueDuplicate: `Duplicate value: ${JSON.stringify(type)}`,
  };
  return { field, reason, message: messages[reason] };
}
