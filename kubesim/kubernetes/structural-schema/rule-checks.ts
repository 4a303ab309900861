import { compilerFor } from '../cel/program.js';
import type { Cause } from '../schema/cause.js';
import { forbiddenValue, invalidValue, required, unsupported } from '../schema/causes.js';
import { fieldPath } from './field-path.js';
import { RuleTypes } from './rule-types.js';
import type { StructuralSchema, ValidationRule } from './structural-schema.js';
import { compileRule } from './validation-rules.js';

/** Characters that the rules of one definition may have: each costs time when the definition is checked and used. */
const MAX_TEXT = 100_000;

/** Types of objects that the rules of one definition are checked with; the fields of others are not checked. */
const MAX_TYPES = 1_000;

/** What is left of the limits of one definition. */
export interface RuleBudget {
  text: number;
  types: number;
}

/** A budget for the rules of one definition. */
export function ruleBudget(): RuleBudget {
  return { text: MAX_TEXT, types: MAX_TYPES };
}

const REASONS: readonly string[] = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];

/** Checks the fields of the rules of a schema, with the messages of API servers. */
export function ruleFormCauses(schema: StructuralSchema, path: string): Cause[] {
  return schema.rules.flatMap((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`;
    return [
      ...textCauses(rule, at),
      ...(rule.reason === undefined || REASONS.includes(rule.reason)
        ? []
        : [unsupported(`${at}.reason`, rule.reason, REASONS)]),
      ...fieldPathCauses(rule.fieldPath, schema, `${at}.fieldPath`),
    ];
  });
}

const hasLines = (text: string) => text.includes('\n');

function textCauses({ rule, message = '', messageExpression = '' }: ValidationRule, at: string): Cause[] {
  const causes = rule.trim() === '' ? [required(`${at}.rule`, 'rule is not specified')] : [];
  if (rule.trim() !== '') causes.push(...messageTextCauses(rule, message, `${at}.message`));
  if (messageExpression !== '' && messageExpression.trim() === '')
    causes.push(required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'));
  return causes;
}

function messageTextCauses(rule: string, message: string, at: string): Cause[] {
  if (message !== '' && message.trim() === '')
    return [invalidValue(at, message, 'must be non-empty if specified')];
  if (hasLines(message.trim())) return [invalidValue(at, message, 'must not contain line breaks')];
  return hasLines(rule.trim()) && message === ''
    ? [required(at, 'message must be specified if rule contains line breaks')]
    : [];
}

function fieldPathCauses(path: string | undefined, schema: StructuralSchema, at: string): Cause[] {
  if (path === undefined || path === '') return [];
  return [
    ...(path.trim() === '' ? [invalidValue(at, path, 'must be non-empty if specified')] : []),
    ...(hasLines(path) ? [invalidValue(at, path, 'must not contain line breaks')] : []),
    ...(fieldPath(path, schema) === undefined ? [invalidValue(at, path, 'must be a valid path')] : []),
  ];
}

interface Place {
  readonly path: string;
  readonly isResource: boolean;
  /** The path of the list above whose items have no old value to compare with. */
  readonly uncorrelated: string | undefined;
  readonly budget: RuleBudget;
}

/** Compiles the rules of a schema and of all below it, with the messages of API servers. */
export function ruleCompilationCauses(schema: StructuralSchema, path: string, budget: RuleBudget): Cause[] {
  return causesOf(schema, { path, isResource: true, uncorrelated: undefined, budget });
}

function causesOf(schema: StructuralSchema, place: Place): Cause[] {
  const { path } = place;
  const below = (name: string, inner: StructuralSchema | undefined, uncorrelated = place.uncorrelated) =>
    inner
      ? causesOf(inner, {
          ...place,
          path: `${path}.${name}`,
          isResource: inner.isEmbeddedResource,
          uncorrelated,
        })
      : [];
  const isCorrelated = schema.listType === 'map';
  return [
    ...(schema.rules.length > 0 ? ownCauses(schema, place) : []),
    ...[...schema.fields].flatMap(([name, field]) => below(`properties[${name}]`, field)),
    ...below('items', schema.items, place.uncorrelated ?? (isCorrelated ? undefined : path)),
    ...below('additionalProperties', schema.entries),
  ];
}

function ownCauses(schema: StructuralSchema, place: Place): Cause[] {
  const { budget } = place;
  const types = new RuleTypes(budget.types);
  const self = types.of(schema, place.isResource);
  budget.types -= types.objects.size;
  const compilerWith = (oldSelf: string) => {
    let compile: ReturnType<typeof compilerFor> | undefined;
    return (expression: string) => (compile ??= compilerFor(types.objects, { self, oldSelf }))(expression);
  };
  const compileWithOld = compilerWith(self);
  const compileWithOptional = compilerWith(`optional<${self}>`);
  return schema.rules.flatMap((rule, index) => {
    const { rule: expression, messageExpression = '' } = rule;
    const at = `${place.path}.x-kubernetes-validations[${index}]`;
    const isWithin = budget.text >= 0;
    budget.text -= expression.length + messageExpression.length;
    if (budget.text < 0)
      return isWithin
        ? [
            forbiddenValue(
              `${at}.rule`,
              `the rules of a definition may not have more than ${MAX_TEXT} characters`,
            ),
          ]
        : [];
    const compile = rule.optionalOldSelf === true ? compileWithOptional : compileWithOld;
    const causes = [...expressionCauses(rule, place, at, compile), ...messageCauses(rule, at, compile)];
    return causes.length > 0 ? causes : untypedCauses(rule, at);
  });
}

type Compile = ReturnType<typeof compilerFor>;

function expressionCauses(rule: ValidationRule, place: Place, at: string, compile: Compile): Cause[] {
  try {
    const { type, names } = compile(rule.rule);
    if (type !== 'bool' && type !== 'dyn')
      return [invalidValue(`${at}.rule`, rule, 'cel expression must evaluate to a bool')];
    return oldSelfCauses(rule, place, at, names.has('oldSelf'));
  } catch (error) {
    return [invalidValue(`${at}.rule`, rule, `compilation failed: ${(error as Error).message}`)];
  }
}

/** Values have no types when a rule is evaluated: a rule that needs them fails here, not with each object. */
function untypedCauses(rule: ValidationRule, at: string): Cause[] {
  try {
    compileRule(rule);
    return [];
  } catch (error) {
    return [invalidValue(`${at}.rule`, rule, `compilation failed: ${(error as Error).message}`)];
  }
}

function oldSelfCauses(rule: ValidationRule, place: Place, at: string, usesOldSelf: boolean): Cause[] {
  if (usesOldSelf && place.uncorrelated !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelated}`;
    return [invalidValue(`${at}.rule`, rule.rule, why)];
  }
  if (usesOldSelf || rule.optionalOldSelf === undefined) return [];
  const why = 'may not be set if oldSelf is not used in rule';
  return [invalidValue(`${at}.optionalOldSelf`, rule.optionalOldSelf, why)];
}

function messageCauses(rule: ValidationRule, at: string, compile: Compile): Cause[] {
  if (!rule.messageExpression) return [];
  const field = `${at}.messageExpression`;
  try {
    const { type } = compile(rule.messageExpression);
    return type === 'string' || type === 'dyn'
      ? []
      : [invalidValue(field, rule, 'messageExpression must evaluate to a string')];
  } catch (error) {
    return [invalidValue(field, rule, `messageExpression compilation failed: ${(error as Error).message}`)];
  }
}
