import { sameJson } from '../../../kernel/same-json.js';
import { Budget, OUT_OF_BUDGET_TEXT } from '../cel/budget.js';
import { compile, type Program } from '../cel/program.js';
import { optional, sizeOf } from '../cel/values.js';
import type { Cause } from '../schema/cause.js';
import { childPath } from '../schema/child-path.js';
import { isJson } from '../schema/json.js';
import { fieldPath } from './field-path.js';
import { identifierOf } from './rule-fields.js';
import { ruleValue } from './rule-values.js';
import type { StructuralSchema, ValidationRule } from './structural-schema.js';
import { itemKey } from './validate-value.js';

interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: Program;
  readonly message: Program | undefined;
  /** Whether the rule compares with the old value, and so applies to updates only. */
  readonly isTransition: boolean;
}

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

const compiled = new WeakMap<StructuralSchema, readonly (CompiledRule | Error)[]>();

/**
 * The rules of a schema, or why they do not compile: a definition that was stored before rules were checked may have such. Their
 * types are checked with the definition; values have those of the schema.
 */
function rulesOf(schema: StructuralSchema): readonly (CompiledRule | Error)[] {
  const known = compiled.get(schema);
  if (known) return known;
  const rules = schema.rules.map((rule) => {
    try {
      return compileRule(rule);
    } catch (error) {
      return error as Error;
    }
  });
  compiled.set(schema, rules);
  return rules;
}

/** Compiles a rule for values of any type. Throws the error of its expressions. */
export function compileRule(rule: ValidationRule): CompiledRule {
  const variables = { self: 'dyn', oldSelf: rule.optionalOldSelf === true ? 'optional<dyn>' : 'dyn' };
  const program = compile(rule.rule, variables);
  const message = rule.messageExpression ? compile(rule.messageExpression, variables) : undefined;
  return { rule, program, message, isTransition: program.names.has('oldSelf') };
}

/** A value and the old one at the same place, as JSON and as expressions read them. */
interface Compared {
  readonly value: unknown;
  /** Undefined without an old value that corresponds to it. */
  readonly old: unknown;
  /** Undefined until a rule reads it. */
  readonly self: unknown;
  readonly oldSelf: unknown;
}

interface Place {
  readonly path: string;
  readonly schema: StructuralSchema;
  readonly isResource: boolean;
  /** The nearest value around this one that has an old value. */
  readonly around: Compared | undefined;
  readonly run: Run;
}

/** The evaluation of the rules for one object. */
interface Run {
  readonly budget: Budget;
  /** Whether no more rules are evaluated, because they took too long. */
  isOver: boolean;
}

/** Checks an object against the rules of its schema, with the messages of API servers. */
export function ruleCauses(object: unknown, schema: StructuralSchema, old: unknown): Cause[] {
  const run = { budget: new Budget(), isOver: false };
  const compared = { value: object, old, self: undefined, oldSelf: undefined };
  return causesOf(compared, { path: '', schema, isResource: true, around: undefined, run });
}

function causesOf(compared: Compared, place: Place): Cause[] {
  const { schema, isResource, run } = place;
  if (compared.value === undefined || compared.value === null || run.isOver || !hasRules(schema)) return [];
  const isRead = schema.rules.length > 0 || compared.self !== undefined;
  const { value, old } = compared;
  const read = isRead
    ? {
        value,
        old,
        self: compared.self ?? ruleValue(value, schema, isResource),
        oldSelf: old === undefined ? undefined : (compared.oldSelf ?? ruleValue(old, schema, isResource)),
      }
    : compared;
  return [...ownCauses(read, place), ...innerCauses(read, place)];
}

function innerCauses(compared: Compared, place: Place): Cause[] {
  const { schema } = place;
  const { value } = compared;
  const around = compared.old === undefined ? place.around : compared;
  if (Array.isArray(value) && schema.items) return itemCauses(compared, schema.items, { ...place, around });
  if (!isJson(value)) return [];
  const before = isJson(compared.old) ? compared.old : {};
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = schema.fields.get(name);
    const below = field ?? schema.entries;
    if (!below || !hasRules(below)) return [];
    const identifier = field ? identifierOf(name) : name;
    const read = { self: entryOf(compared.self, identifier), oldSelf: entryOf(compared.oldSelf, identifier) };
    const path = field ? childPath(place.path, name) : `${place.path}[${name}]`;
    const isResource = below.isEmbeddedResource;
    return causesOf(
      { value: inner, old: before[name] ?? undefined, ...read },
      { ...place, path, schema: below, isResource, around },
    );
  });
}

function entryOf(map: unknown, key: string | undefined): unknown {
  return map instanceof Map ? (map as Map<unknown, unknown>).get(key) : undefined;
}

function itemCauses({ value, old, self, oldSelf }: Compared, items: StructuralSchema, place: Place): Cause[] {
  const { schema, path } = place;
  const before = new Map<string, number>();
  if (schema.listType === 'map' && Array.isArray(old))
    for (const [index, item] of old.entries()) before.set(itemKey(item, schema), index);
  return (value as unknown[]).flatMap((item, index) => {
    const at = before.size > 0 ? before.get(itemKey(item, schema)) : undefined;
    const compared = {
      value: item,
      old: at === undefined ? undefined : (old as unknown[])[at],
      self: Array.isArray(self) ? (self[index] as unknown) : undefined,
      oldSelf: at !== undefined && Array.isArray(oldSelf) ? (oldSelf[at] as unknown) : undefined,
    };
    const isResource = items.isEmbeddedResource;
    return causesOf(compared, { ...place, path: `${path}[${index}]`, schema: items, isResource });
  });
}

function ownCauses(compared: Compared, place: Place): Cause[] {
  return rulesOf(place.schema).flatMap((rule) => {
    if (place.run.isOver) return [];
    return rule instanceof Error
      ? [invalidOf(place, `rule compile error: compilation failed: ${rule.message}`)]
      : causesOfRule(rule, compared, place);
  });
}

type Values = Readonly<Record<string, unknown>>;

function causesOfRule(compiledRule: CompiledRule, compared: Compared, place: Place): Cause[] {
  const { rule, program, isTransition } = compiledRule;
  const { self, oldSelf, old } = compared;
  const isOptional = rule.optionalOldSelf === true;
  if (isTransition && old === undefined && !isOptional) return [];
  const values: Values = { self, oldSelf: isOptional ? optional(oldSelf) : oldSelf };
  const { budget } = place.run;
  try {
    if (program.evaluate(values, budget) === true) return [];
    const found = violation(compiledRule, values, compared, place);
    // A rule that is added later does not prevent other changes.
    const isKept = !isTransition && isUnchanged(old === undefined ? place.around : compared, budget);
    return [isKept ? { ...found, isWarning: true } : found];
  } catch (error) {
    return [evaluationCause(rule, error as Error, place)];
  }
}

/** The cause of a value that violates a rule. */
function violation(
  { rule, message }: CompiledRule,
  values: Values,
  { value }: Compared,
  place: Place,
): Cause {
  const text = (message && messageOf(message, values, place.run.budget)) ?? defaultMessage(rule);
  return cause(fieldOf(rule, place), rule.reason ?? 'FieldValueInvalid', value, text);
}

/** The field that an error names: the one of the rule, or its `fieldPath`. */
function fieldOf(rule: ValidationRule, { path, schema }: Place): string {
  const below = rule.fieldPath ? (fieldPath(rule.fieldPath, schema) ?? '') : '';
  return `${path}${below}`.replace(/^\./, '') || '<nil>';
}

function isUnchanged(compared: Compared | undefined, budget: Budget): boolean {
  if (!compared) return false;
  // To compare takes as long as to read the whole value.
  budget.start();
  budget.spend(sizeOf(compared.value));
  return sameJson(compared.value, compared.old);
}

/** The cause of an error that names the type of a value. */
function invalidOf({ path, schema }: Place, why: string): Cause {
  const type = JSON.stringify(schema.type ?? '');
  return { field: path || '<nil>', reason: 'FieldValueInvalid', message: `Invalid value: ${type}: ${why}` };
}

function evaluationCause(rule: ValidationRule, { message }: Error, place: Place): Cause {
  const name = rule.message?.trim() || rule.rule.trim();
  if (message.startsWith('no such overload'))
    return invalidOf(
      place,
      `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`,
    );
  if (!message.startsWith(OUT_OF_BUDGET_TEXT)) return invalidOf(place, `${message} evaluating rule: ${name}`);
  place.run.isOver = true;
  return invalidOf(
    place,
    `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`,
  );
}

function defaultMessage({ rule, message = '' }: ValidationRule): string {
  return message === '' ? `failed rule: ${rule.trim()}` : message.trim();
}

/** The longest message that an expression makes, in characters. */
const MAX_MESSAGE = 5 * 1024;

function messageOf(program: Program, values: Values, budget: Budget): string | undefined {
  try {
    const text = program.evaluate(values, budget);
    const trimmed = typeof text === 'string' ? text.trim() : '';
    const isUsable = trimmed !== '' && trimmed.length <= MAX_MESSAGE && !trimmed.includes('\n');
    return isUsable ? trimmed : undefined;
  } catch {
    return undefined;
  }
}

type Reason = NonNullable<ValidationRule['reason']>;

function cause(field: string, reason: Reason, value: unknown, why: string): Cause {
  const shown = typeof value === 'object' ? undefined : JSON.stringify(value);
  const messages = {
    FieldValueInvalid: ['Invalid value', shown, why],
    FieldValueForbidden: ['Forbidden', why],
    FieldValueRequired: ['Required value', why],
    FieldValueDuplicate: ['Duplicate value', shown],
  };
  const parts = messages[reason].filter((part) => part !== undefined);
  return { field, reason, message: parts.join(': ') };
}
