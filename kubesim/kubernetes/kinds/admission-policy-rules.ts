import { AUTHORIZER } from '../cel/authorizer.js';
import { compile, compilerFor, type Variables } from '../cel/program.js';
import {
  forbiddenValue,
  formatCauses,
  invalidValue,
  required,
  tooMany,
  unsupported,
} from '../schema/causes.js';
import { type OperationRule, operationRuleCauses } from './admission-rules.js';
import { dns1035Label, dnsSubdomain } from './formats.js';
import { type CompileExpression, expressionCauses, type NamedExpression } from './match-conditions.js';
import type { KubeObject, LabelSelector } from './object.js';
import type { Cause } from './resource.js';

/** Operations on resources that a policy is for. */
export interface ResourceRule extends OperationRule {
  readonly resourceNames?: readonly string[];
}

/** The requests that a policy or a binding is for. */
export interface MatchResources {
  readonly resourceRules?: readonly ResourceRule[];
  readonly excludeResourceRules?: readonly ResourceRule[];
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchPolicy?: string;
}

/** Says which kind of objects the parameters of a policy are. */
export interface ParamKind {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** What all policies have. */
export interface AdmissionPolicySpec {
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: readonly NamedExpression[];
  readonly variables?: readonly NamedExpression[];
  readonly failurePolicy?: string;
}

/** Rules in CEL for requests, in force where a binding says so. */
export interface AdmissionPolicy extends KubeObject {
  readonly spec: AdmissionPolicySpec;
}

/** The parameters of a binding. */
export interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly selector?: LabelSelector;
  readonly parameterNotFoundAction?: string;
}

/** What all bindings have. */
export interface AdmissionPolicyBindingSpec {
  readonly policyName: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

/** Puts a policy in force for some requests, with its parameters. */
export interface AdmissionPolicyBinding extends KubeObject {
  readonly spec: AdmissionPolicyBindingSpec;
}

/** The most expressions of each list of a policy: each is evaluated for each request. */
const MAX_EXPRESSIONS = 64;

/** The variables of the expressions of a policy. */
export function policyVariables(spec: AdmissionPolicySpec): Variables {
  return { ...messageVariables(spec), authorizer: AUTHORIZER };
}

/** The variables of the expressions of messages. */
export function messageVariables({ paramKind }: AdmissionPolicySpec): Variables {
  return {
    ...{ object: 'dyn', oldObject: 'dyn', request: 'dyn', namespaceObject: 'dyn', variables: 'dyn' },
    ...(paramKind && { params: 'dyn' }),
  };
}

/** The spec of a policy with defaults. */
export function completePolicy<T extends AdmissionPolicySpec>(spec: T): T {
  const { matchConstraints, failurePolicy = 'Fail' } = spec;
  return {
    ...spec,
    failurePolicy,
    ...(matchConstraints && { matchConstraints: completeMatch(matchConstraints) }),
  };
}

/** The spec of a binding with defaults. */
export function completeBinding<T extends AdmissionPolicyBindingSpec>(spec: T): T {
  const { matchResources } = spec;
  return { ...spec, ...(matchResources && { matchResources: completeMatch(matchResources) }) };
}

function completeMatch(match: MatchResources): MatchResources {
  const rules = (list: readonly ResourceRule[]) =>
    list.map((rule) => ({ ...rule, scope: rule.scope ?? '*' }));
  return {
    ...match,
    namespaceSelector: match.namespaceSelector ?? {},
    objectSelector: match.objectSelector ?? {},
    matchPolicy: match.matchPolicy ?? 'Equivalent',
    ...(match.resourceRules && { resourceRules: rules(match.resourceRules) }),
    ...(match.excludeResourceRules && { excludeResourceRules: rules(match.excludeResourceRules) }),
  };
}

/** The kind of the parameters of a policy in a table. */
export function kindText(kind: ParamKind | undefined): string {
  return kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>';
}

/** The parameters of a binding in a table. */
export function paramText(ref: ParamRef | undefined): string {
  if (!ref) return '<unset>';
  return ref.name ? `${ref.namespace || '*'}/${ref.name}` : '*';
}

/** The cause of a list with more expressions than a policy may have; undefined if all are short enough. */
export function expressionCountCause(lists: Readonly<Record<string, readonly unknown[]>>): Cause | undefined {
  const long = Object.entries(lists).find(([, list]) => list.length > MAX_EXPRESSIONS);
  return long && tooMany(`spec.${long[0]}`, long[1].length, MAX_EXPRESSIONS);
}

/** Validates the failure policy. */
export function failurePolicyCauses(policy: string | undefined): Cause[] {
  if (policy === undefined || ['Fail', 'Ignore'].includes(policy)) return [];
  return [unsupported('spec.failurePolicy', policy, ['Fail', 'Ignore'])];
}

/** Validates what a policy is for. */
export function constraintCauses(match: MatchResources | undefined): Cause[] {
  const path = 'spec.matchConstraints';
  if (!match) return [required(path)];
  return [
    ...matchCauses(path, match),
    ...(match.resourceRules?.length ? [] : [required(`${path}.resourceRules`)]),
  ];
}

/** Validates the requests that a policy or a binding is for. */
export function matchCauses(path: string, match: MatchResources = {}): Cause[] {
  const { matchPolicy = 'Equivalent', resourceRules, excludeResourceRules } = match;
  return [
    ...(['Equivalent', 'Exact'].includes(matchPolicy)
      ? []
      : [unsupported(`${path}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact'])]),
    ...operationRuleCauses(`${path}.resourceRules`, resourceRules),
    ...operationRuleCauses(`${path}.excludeResourceRules`, excludeResourceRules),
  ];
}

/** Finds what is wrong with an expression, whose result must have one of the types if there are any. */
export type CheckExpression = (expression: string, field: string, ...types: string[]) => Cause[];

/** Checks expressions that read variables of the policy with these names, besides those that all policies have. */
export function expressionCheck(
  spec: AdmissionPolicySpec,
  names: readonly string[],
  known = policyVariables(spec),
): CheckExpression {
  const compileBy = compilerOf(known, names);
  return (expression, field, ...types) => expressionCauses(expression, field, { types, compileBy });
}

/** Compiles expressions: those that read variables know their names. */
function compilerOf(known: Variables, names: readonly string[]): CompileExpression {
  const fields = Object.fromEntries(names.map((name) => [name, 'dyn']));
  let composed: CompileExpression | undefined;
  return (expression) => {
    const program = compile(expression, known);
    if (!program.names.has('variables')) return program;
    composed ??= compilerFor(new Map([['Variables', fields]]), { ...known, variables: 'Variables' });
    return composed(expression);
  };
}

/** Validates the variables of a policy, each of which may read those before it. */
export function variableCauses(spec: AdmissionPolicySpec): Cause[] {
  const { variables = [] } = spec;
  return variables.flatMap(({ name, expression }, index) => {
    const path = `spec.variables[${index}]`;
    const names = variables.slice(0, index).map((each) => each.name);
    return [
      ...(name?.trim() ? [] : [required(`${path}.name`, 'name is not specified')]),
      ...(name?.trim() && !isIdentifier(name)
        ? [invalidValue(`${path}.name`, name, 'must be a valid CEL identifier')]
        : []),
      ...expressionCheck(spec, names)(expression, `${path}.expression`),
    ];
  });
}

/** Words of CEL's grammar, which name nothing. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

function isIdentifier(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name);
}

/** Validates the kind of the parameters of a policy. */
export function paramKindCauses(kind: ParamKind | undefined): Cause[] {
  if (!kind) return [];
  const path = 'spec.paramKind';
  const { apiVersion, kind: name } = kind;
  return [
    ...(apiVersion ? versionCauses(`${path}.apiVersion`, apiVersion) : [required(`${path}.apiVersion`)]),
    ...(name ? kindCauses(`${path}.kind`, name) : [required(`${path}.kind`)]),
  ];
}

function versionCauses(field: string, apiVersion: string): Cause[] {
  const [group, version, ...more] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  if (more.length > 0)
    return [invalidValue(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  return [
    ...(group ? formatCauses(field, group, dnsSubdomain) : []),
    ...(version
      ? formatCauses(field, version, dns1035Label)
      : [invalidValue(field, apiVersion, 'version must be specified')]),
  ];
}

function kindCauses(field: string, kind: string): Cause[] {
  return dns1035Label(kind.toLowerCase()).map((why) =>
    invalidValue(field, kind, `may have mixed case, but should otherwise match: ${why}`),
  );
}

/** Validates the parameters of a binding. */
export function paramCauses(ref: ParamRef | undefined): Cause[] {
  if (!ref) return [];
  const path = 'spec.paramRef';
  const { name, selector, parameterNotFoundAction: action } = ref;
  const both = name && selector ? ['name', 'selector'] : [];
  return [
    ...both.map((field) => forbiddenValue(`${path}.${field}`, 'name and selector are mutually exclusive')),
    ...(name || selector ? [] : [required(path, 'one of name or selector must be specified')]),
    ...(action ? [] : [required(`${path}.parameterNotFoundAction`, 'parameterNotFoundAction is required')]),
    ...(action && !['Allow', 'Deny'].includes(action)
      ? [unsupported(`${path}.parameterNotFoundAction`, action, ['Allow', 'Deny'])]
      : []),
  ];
}
