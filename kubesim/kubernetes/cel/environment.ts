import { Environment } from '@marcbachmann/cel-js';
import { registerAddresses } from './addresses.js';
import { registerAuthorizer } from './authorizer.js';
import { registerLists, registerSets } from './lists.js';
import { registerQuantities } from './quantities.js';
import { registerRegex } from './regex.js';
import { registerStrings } from './strings.js';
import { registerUrls } from './urls.js';
import { spend } from './running-budget.js';
import { sameValue } from './same-value.js';
import { sizeOf } from './values.js';

let base: Environment | undefined;

/** CEL with the functions of Kubernetes; made at the first use, because that takes some milliseconds. */
function kubernetesEnvironment(): Environment {
  if (base) return base;
  base = new Environment({
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxAstNodes: 10_000, maxDepth: 100 },
  });
  for (const register of [
    ...[registerLists, registerSets, registerRegex, registerStrings],
    ...[registerQuantities, registerAddresses, registerUrls, registerAuthorizer],
  ])
    register(base);
  return base;
}

/** The evaluator of the library, as the functions that it calls get it. */
interface Evaluator {
  run(node: EvaluatedNode, context: unknown): unknown;
}

interface EvaluatedNode {
  readonly op: string;
  readonly args: unknown;
  evaluate(evaluator: Evaluator, node: EvaluatedNode, context: unknown): unknown;
}

/** Operations that read their operands as a whole; the others read one field or one element. */
const READS_WHOLE = new Set(['==', '!=', 'in', '+', 'call', 'rcall']);

/** Functions that read nothing of their arguments. */
const READS_NOTHING = new Set(['size', 'dyn', 'type', 'orValue', 'or', 'hasValue', 'value']);

function readsWhole({ op, args }: EvaluatedNode): boolean {
  return READS_WHOLE.has(op) && !(Array.isArray(args) && READS_NOTHING.has(String(args[0])));
}

/** An environment with variables of these types, whose expressions count their steps. */
export function createEnvironment(
  variables: Readonly<Record<string, string>>,
  types: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(),
): Environment {
  const environment = kubernetesEnvironment().clone();
  for (const [name, fields] of types) {
    environment.registerType(name, { fields });
    environment.registerOperator(`${name} == ${name}`, sameValue);
  }
  const evaluators: Evaluator[] = [];
  // The library hands its evaluator only to functions. Each node of an expression but the first passes its `run`.
  environment.registerFunction('evaluator(): bool', function (this: Evaluator) {
    return evaluators.push(this) > 0;
  });
  for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type);
  environment.evaluate('evaluator()');
  const [evaluator] = evaluators;
  if (!evaluator) throw new Error('the CEL library no longer hands its evaluator to functions');
  countSteps(evaluator);
  return environment;
}

function countSteps(evaluator: Evaluator): void {
  let isReadWhole = false;
  evaluator.run = function (node, context) {
    const isOperand = isReadWhole;
    spend(1);
    isReadWhole = readsWhole(node);
    try {
      const value = node.evaluate(evaluator, node, context);
      if (isOperand) spend(sizeOf(value));
      return value;
    } finally {
      isReadWhole = isOperand;
    }
  };
}
