import { type ASTNode, type Environment, Optional } from '@marcbachmann/cel-js';
import { spend } from './running-budget.js';

/** An object of a kind that an expression makes, or a part of it: `Object.spec{replicas: 1}`. */
export class ObjectMessage extends Map<string, unknown> {
  /** `Object`, `Object.spec` … */
  typeName = 'Object';
}

/** An operation of a JSON patch: `JSONPatch{op: "add", path: "/a", value: 1}`. */
export class JsonPatchMessage extends Map<string, unknown> {}

const PATCH_FIELDS: Readonly<Record<string, string>> = {
  ...{ op: 'string', path: 'string', from: 'string' },
  value: 'dyn',
};

/** The functions of JSON patches: `jsonpatch.escapeKey(…)`. */
class JsonPatchFunctions {}

/** Registers the types and functions of expressions that change objects. */
export function registerMessages(environment: Environment): void {
  environment.registerType('Object', { ctor: ObjectMessage });
  environment.registerType('JSONPatch', { ctor: JsonPatchMessage, fields: PATCH_FIELDS });
  environment.registerType('JSONPatchFunctions', JsonPatchFunctions);
  environment.registerConstant('jsonpatch', 'JSONPatchFunctions', new JsonPatchFunctions());
  environment.registerFunction(
    'JSONPatchFunctions.escapeKey(string): string',
    (_: JsonPatchFunctions, key: string) => {
      spend(1 + key.length / 10);
      return key.replaceAll('~', '~0').replaceAll('/', '~1');
    },
  );
}

/** Nodes of the library; its types leave out what macros need. */
interface MacroNode {
  readonly op: string;
  readonly args: unknown;
  setMeta(key: 'macro', macro: Macro): void;
}

interface Macro {
  typeCheck(checker: Checker, macro: Macro, context: unknown): unknown;
  evaluate(evaluator: Evaluator, macro: Macro, context: unknown): unknown;
}

interface Checker {
  check(node: ASTNode, context: unknown): { readonly name: string; readonly kind: string };
  getType(name: string): unknown;
  createError(code: string, message: string, node: MacroNode): Error;
}

interface Evaluator {
  run(node: ASTNode, context: unknown): unknown;
}

interface MessageField {
  readonly name: string;
  /** Whether the field is set only if its value is present. */
  readonly isOptional: boolean;
  readonly value: ASTNode;
}

/** The values of the fields of a message, which the node makes from now on; undefined for another node. */
export function replaceMessage(node: ASTNode): readonly ASTNode[] | undefined {
  const message = messageOf(node as unknown as MacroNode);
  if (!message) return undefined;
  const { type, fields } = message;
  (node as unknown as MacroNode).setMeta(
    'macro',
    type === 'JSONPatch' ? patchMacro(node, fields) : objectMacro(type, fields),
  );
  return fields.map(({ value }) => value);
}

function messageOf({
  op,
  args,
}: MacroNode): { readonly type: string; readonly fields: MessageField[] } | undefined {
  if (op !== '[]') return undefined;
  const [left, right] = args as readonly [MacroNode, MacroNode];
  const type = pathOf(left);
  if (type === undefined || right.op !== 'map' || !/^(JSONPatch$|Object(\.|$))/.test(type)) return undefined;
  const entries = right.args as readonly (readonly [MacroNode, ASTNode])[];
  const fields = entries.map(([key, value]) => {
    const name = String(key.args);
    const isOptional = name.startsWith('?');
    return { name: isOptional ? name.slice(1) : name, isOptional, value };
  });
  return { type, fields };
}

/** `a.b` of the node of such a path. */
function pathOf({ op, args }: MacroNode): string | undefined {
  if (op === 'id') return String(args);
  if (op !== '.') return undefined;
  const [left, field] = args as readonly [MacroNode, string];
  const path = pathOf(left);
  return path === undefined ? undefined : `${path}.${field}`;
}

function objectMacro(type: string, fields: readonly MessageField[]): Macro {
  return {
    typeCheck(checker, _, context) {
      for (const { value } of fields) checker.check(value, context);
      // Parts of an object have types of their own, which only their names tell apart.
      return checker.getType(type === 'Object' ? 'Object' : 'dyn');
    },
    evaluate(evaluator, _, context) {
      const message = new ObjectMessage();
      message.typeName = type;
      return fill(message, fields, (value) => evaluator.run(value, context));
    },
  };
}

function patchMacro(node: ASTNode, fields: readonly MessageField[]): Macro {
  return {
    typeCheck(checker, _, context) {
      for (const { name, value, isOptional } of fields) {
        const expected = Object.hasOwn(PATCH_FIELDS, name) ? PATCH_FIELDS[name] : undefined;
        const error = (message: string) =>
          checker.createError('invalid_field', message, node as unknown as MacroNode);
        if (expected === undefined) throw error(`undefined field '${name}'`);
        const { name: found, kind } = checker.check(value, context);
        if (!isOptional && expected !== 'dyn' && kind !== 'dyn' && found !== expected)
          throw error(`expected type of field '${name}' is '${expected}' but provided type is '${found}'`);
      }
      return checker.getType('JSONPatch');
    },
    evaluate(evaluator, _, context) {
      const message = fill(new JsonPatchMessage(), fields, (value) => evaluator.run(value, context));
      for (const [name, value] of message)
        if (name !== 'value' && typeof value !== 'string')
          throw new Error(`unexpected type ${typeof value} for JSONPatchType '${name}' field`);
      return message;
    },
  };
}

function fill<T extends Map<string, unknown>>(
  message: T,
  fields: readonly MessageField[],
  run: (value: ASTNode) => unknown,
): T {
  for (const { name, value, isOptional } of fields) {
    const result = run(value);
    if (!isOptional) message.set(name, result);
    else if (result instanceof Optional && result.hasValue()) message.set(name, (result as Optional).value());
  }
  return message;
}
