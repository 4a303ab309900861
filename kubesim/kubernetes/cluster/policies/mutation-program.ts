import type { Budget } from '../../cel/budget.js';
import { JsonPatchMessage, ObjectMessage } from '../../cel/messages.js';
import { compileMutation, type Program } from '../../cel/program.js';
import { fromCel } from '../../cel/values.js';
import { policyVariables } from '../../kinds/admission-policy-rules.js';
import type { MutatingAdmissionPolicy } from '../../kinds/mutating-admission-policies.js';
import type { Json, KubeObject } from '../../kinds/object.js';
import { internalError } from '../../kinds/status.js';
import { atomicFields } from '../../managed-fields/atomic-fields.js';
import { NoElementError, type FieldSchema } from '../../managed-fields/field-schema.js';
import { merge } from '../../managed-fields/merge.js';
import { configurationErrors, joinErrors } from '../../managed-fields/validate-configuration.js';
import { DecodeError } from '../../schema/decode-error.js';
import { decode } from '../../schema/decode.js';
import { latestApi } from '../../schema/kubernetes-api.js';
import { FailedTestError, jsonPatch, PatchError } from '../../patches/json-patch.js';
import { PolicyConditions } from './policy-conditions.js';
import type { Values } from './values.js';

/** A mutation cannot be made; the failure policy decides what follows. */
export class MutationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MutationError';
  }
}

/** The object of a request before a mutation, and what the expressions know of the request. */
export interface MutationInput {
  readonly object: KubeObject;
  /** Absent for a kind to which no configuration can be applied. */
  readonly schema: FieldSchema | undefined;
  readonly values: Values;
  readonly budget: Budget;
}

/** The most characters of a mutated object, as of a body. */
const MAX_OBJECT = 3 * 1024 * 1024;

/** The compiled expressions of a policy. */
export class MutationProgram {
  readonly conditions: PolicyConditions;
  private readonly mutations: readonly ((input: MutationInput) => Json)[];

  constructor({ spec }: MutatingAdmissionPolicy) {
    const variables = policyVariables(spec);
    this.conditions = new PolicyConditions(spec);
    this.mutations = (spec.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch: patch }) => {
      const isPatch = patchType === 'JSONPatch';
      const text = (isPatch ? patch : applyConfiguration)?.expression?.trim() ?? '';
      const program = compileMutation(text, variables);
      return isPatch ? (input) => patched(program, input) : (input) => applied(program, input);
    });
  }

  get size(): number {
    return this.mutations.length;
  }

  /** The object after one of the mutations. Throws MutationError, ApiError. */
  mutate(index: number, input: MutationInput): KubeObject {
    const changed = this.mutations[index]?.(input) ?? input.object;
    if (JSON.stringify(changed).length <= MAX_OBJECT) return changed as unknown as KubeObject;
    throw new MutationError(`the mutated object is longer than ${MAX_OBJECT} characters`);
  }
}

function evaluated(program: Program, { values, budget }: MutationInput): unknown {
  try {
    return program.evaluate(values, budget);
  } catch (error) {
    throw new MutationError(
      `expression '${program.expression}' resulted in error: ${(error as Error).message}`,
    );
  }
}

function applied(program: Program, input: MutationInput): Json {
  const { object, schema } = input;
  const message = evaluated(program, input);
  checkTypes(message);
  const { apiVersion, kind } = object;
  if (!schema)
    throw applyError(
      `failed to convert patch object to typed object: no corresponding type for ${apiVersion}, Kind=${kind}`,
    );
  const config = { ...(fromCel(message) as Json), apiVersion, kind };
  const errors = configurationErrors(config, schema);
  if (errors.length > 0)
    throw applyError(`failed to convert patch object to typed object: ${joinErrors(errors)}`);
  const atomics = atomicFields(config, schema);
  if (atomics.length > 0) {
    const paths = atomics.join(', ');
    throw applyError(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${paths}`);
  }
  try {
    return merge(object, config, schema) as Json;
  } catch (error) {
    if (error instanceof NoElementError) throw applyError(`failed to merge patch: ${error.message}`);
    throw error;
  }
}

function applyError(why: string): MutationError {
  return new MutationError(`error applying patch: ${why}`);
}

function patched(program: Program, input: MutationInput): Json {
  const { object } = input;
  const operations = (evaluated(program, input) as readonly JsonPatchMessage[]).map(operationOf);
  try {
    const changed = jsonPatch(object, operations) as Json;
    checkFields(object, changed);
    return changed;
  } catch (error) {
    // A failed test leaves the object as it is.
    if (error instanceof FailedTestError) return object as unknown as Json;
    if (error instanceof PatchError) throw new MutationError(`JSON Patch: ${error.why}`);
    throw error;
  }
}

/** Operations that need a value; without one it is null. */
const WITH_VALUE: ReadonlySet<unknown> = new Set(['add', 'replace', 'test']);

function operationOf(message: JsonPatchMessage): unknown {
  const value = message.get('value');
  checkTypes(value);
  const operation = fromCel(message) as Json;
  return WITH_VALUE.has(operation['op']) ? { ...operation, value: operation['value'] ?? null } : operation;
}

/** Throws ApiError if a patch has made fields that the kind does not have. */
function checkFields({ apiVersion, kind }: KubeObject, changed: Json): void {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const schema = latestApi().schemaOf(group, version, kind);
  if (!schema) return;
  try {
    const { unknown } = decode(changed, schema);
    if (unknown.length === 0) return;
    const fields = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
    throw internalError(`strict decoding error: ${fields.join(', ')}`);
  } catch (error) {
    throw error instanceof DecodeError ? internalError(error.message) : error;
  }
}

/** Throws MutationError if a part of an object is not at the field that its type names. */
function checkTypes(value: unknown): void {
  if (!(value instanceof ObjectMessage)) return;
  const errors = typeErrors(value, value.typeName);
  if (errors.length > 0) throw new MutationError(`type mismatch: ${errors.join('\n')}`);
}

function typeErrors(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => typeErrors(item, path));
  if (!(value instanceof Map)) return [];
  const entries = [...(value as Map<string, unknown>)];
  if (!(value instanceof ObjectMessage)) return entries.flatMap(([, item]) => typeErrors(item, path));
  const { typeName } = value;
  const own =
    typeName === path
      ? []
      : [
          `unexpected type name ${JSON.stringify(typeName)}, expected ${JSON.stringify(path)}, which matches field name path from root Object type`,
        ];
  return [...own, ...entries.flatMap(([name, item]) => typeErrors(item, `${path}.${name}`))];
}
