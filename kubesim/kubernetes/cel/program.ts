import {
  type ASTNode,
  type Environment,
  EvaluationError,
  ParseError,
  TypeError as CelTypeError,
} from '@marcbachmann/cel-js';
import { Budget, OutOfBudgetError } from './budget.js';
import { createEnvironment } from './environment.js';
import { errorText } from './errors.js';
import { replaceHas } from './has-macro.js';
import { rewriteMessages } from './message-syntax.js';
import { registerMessages, replaceMessage } from './messages.js';
import { MATCHES } from './regex.js';
import { spend, withBudget } from './running-budget.js';
import { sizeOf } from './values.js';

/** The expression does not compile; the message is that of cel-go. */
class CompilationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CompilationError';
  }
}

/** The expression could not be evaluated for these variables. */
class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

/** A compiled expression. */
export interface Program {
  readonly expression: string;
  /** The type of the result: `bool`, `string`, `dyn` … */
  readonly type: string;
  /** The names that the expression reads: variables, and those that its quantifiers declare. */
  readonly names: ReadonlySet<string>;
  /** The result for variables as `toCel` makes them. Throws CelError, also when the budget is exhausted. */
  evaluate(variables: Readonly<Record<string, unknown>>, budget: Budget): unknown;
}

/** The types of the variables of an expression, e.g. `{ object: 'dyn' }`. */
export type Variables = Readonly<Record<string, string>>;

/** Types of objects by name, each with the types of its fields. */
export type ObjectTypes = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The longest expression that is compiled. */
const MAX_LENGTH = 100_000;

/** The most environments that are kept: there are as many as sets of variables. */
const MAX_ENVIRONMENTS = 200;
const environments = new Map<string, Environment>();

function environmentOf(variables: Variables, hasMessages = false): Environment {
  const sorted = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([hasMessages, sorted]);
  const known = environments.get(key);
  if (known) return known;
  if (environments.size >= MAX_ENVIRONMENTS) environments.clear();
  const environment = createEnvironment(variables);
  if (hasMessages) registerMessages(environment);
  environments.set(key, environment);
  return environment;
}

/** Compiles and type-checks an expression. Throws CompilationError. */
export function compile(expression: string, variables: Variables): Program {
  return compileIn(environmentOf(variables), expression);
}

/** Compiles and type-checks an expression that makes an `Object` or a list of `JSONPatch`. Throws CompilationError. */
export function compileMutation(expression: string, variables: Variables): Program {
  const program = compileIn(environmentOf(variables, true), expression, true);
  const evaluate: Program['evaluate'] = (values, budget) => {
    const result = program.evaluate(values, budget);
    // A result may name a value so often that it would exhaust the memory as JSON.
    return run(() => spendSize(result), budget);
  };
  return { ...program, evaluate };
}

/** Compiles and type-checks expressions whose variables are objects with known fields. */
export function compilerFor(types: ObjectTypes, variables: Variables): (expression: string) => Program {
  const environment = createEnvironment(variables, types);
  return (expression) => compileIn(environment, expression);
}

function spendSize(value: unknown): unknown {
  spend(sizeOf(value));
  return value;
}

function compileIn(environment: Environment, expression: string, hasMessages = false): Program {
  if (expression.length > MAX_LENGTH)
    throw new CompilationError(
      `ERROR: <input>:-1:0: expression code point size exceeds limit: size: ${expression.length}, limit ${MAX_LENGTH}`,
    );
  const written = hasMessages ? rewriteMessages(expression) : { text: expression, originOf: identity };
  const textOf = (error: Parameters<typeof errorText>[1]) => errorText(expression, error, written.originOf);
  const parsed = parse(environment, written.text, textOf);
  const names = new Set<string>();
  visit(parsed.ast, { names, hasMessages });
  const { valid, type = 'dyn', error } = parsed.check();
  if (!valid) throw new CompilationError(textOf(error));
  return { expression, type, names, evaluate: (values, budget) => run(() => parsed(values), budget) };
}

const identity = (place: number) => place;

function parse(
  environment: Environment,
  expression: string,
  textOf: (error: ParseError | CelTypeError | EvaluationError) => string,
) {
  try {
    return environment.parse(expression);
  } catch (error) {
    if (error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError)
      throw new CompilationError(textOf(error));
    throw error;
  }
}

function run(evaluate: () => unknown, budget: Budget): unknown {
  budget.start();
  try {
    const value = withBudget(budget, evaluate);
    budget.check();
    return value;
  } catch (error) {
    if (error instanceof EvaluationError) throw new CelError(evaluationText(error));
    if (error instanceof OutOfBudgetError || error instanceof Error) throw new CelError(error.message);
    throw error;
  }
}

interface Visit {
  readonly names: Set<string>;
  readonly hasMessages: boolean;
}

/**
 * Collects the names that an expression reads, and replaces `has` and messages. Calls of `matches` become calls of RE2: the library's own one
 * would take exponential time for some patterns.
 */
function visit(node: ASTNode, { names, hasMessages }: Visit): void {
  const args: unknown = node.args;
  const fields = hasMessages ? replaceMessage(node) : undefined;
  replaceHas(node);
  if (node.op === 'id' && typeof args === 'string') names.add(args);
  if (node.op === 'rcall' && Array.isArray(args) && args[0] === 'matches') args[0] = MATCHES;
  for (const child of fields ?? childrenOf(args)) visit(child, { names, hasMessages });
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function evaluationText({ summary }: EvaluationError): string {
  return summary.replace(/^No such key: /, 'no such key: ');
}
