import { Kind, type NameNode } from 'graphql';

/** Creates a name node. */
export function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}
