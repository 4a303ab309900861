import type { ASTNode } from '@marcbachmann/cel-js';

/** Nodes of the library; its types leave out what macros need. */
interface MacroNode {
  readonly op: string;
  readonly args: unknown;
  setMeta(key: 'macro', macro: Macro): void;
}

interface Macro {
  typeCheck(checker: Checker, macro: Macro, context: unknown): unknown;
  evaluate(evaluator: Evaluator, macro: Macro, context: unknown): boolean;
}

interface Checker {
  check(node: MacroNode, context: unknown): unknown;
  getType(name: 'bool'): unknown;
}

interface Evaluator {
  run(node: MacroNode, context: unknown): unknown;
  debugType(value: unknown): {
    fieldLazy(value: unknown, field: string, node: MacroNode, evaluator: Evaluator): unknown;
  };
}

/**
 * Lets `has(self.list[0].field)` be an expression, and checks that the schema has the field: the library's own macro takes
 * fields of variables only, and checks none.
 */
export function replaceHas(node: ASTNode): void {
  if (node.op !== 'call' || node.args[0] !== 'has') return;
  const field = node.args[1][0] as MacroNode | undefined;
  if (field?.op !== '.') return;
  const [object, name] = field.args as readonly [MacroNode, string];
  (node as unknown as MacroNode).setMeta('macro', {
    typeCheck(checker, _, context) {
      checker.check(field, context);
      return checker.getType('bool');
    },
    evaluate(evaluator, _, context) {
      const value = evaluator.run(object, context);
      return evaluator.debugType(value).fieldLazy(value, name, field, evaluator) !== undefined;
    },
  });
}
