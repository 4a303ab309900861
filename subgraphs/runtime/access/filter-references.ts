import type { GraphQLResolveInfo } from 'graphql';
import { mapMaybePromise } from '../../../kernel/maybe-promise.js';
import type { RequestContext } from '../subgraph.js';
import type { AccessDecider } from './access-decider.js';
import type { ObjectAccess } from './access-rules.js';

type Reference = (reference: never, context: RequestContext, info: GraphQLResolveInfo) => unknown;

/** Resolvers of references that answer null for an entity that the actor may not see. */
export function filterReferences(
  references: Readonly<Record<string, Reference>>,
  objects: Readonly<Record<string, ObjectAccess>>,
  decider: AccessDecider,
): Readonly<Record<string, Reference>> {
  const filtered = Object.entries(references).map(([type, resolve]): [string, Reference] => {
    const access = objects[type];
    const verb = access?.verb;
    if (!access || verb === undefined) return [type, resolve];
    return [
      type,
      (reference, context, info) =>
        mapMaybePromise(context.rights(), (rights) => {
          const found: unknown = resolve(reference, context, info);
          return decider.isUnrestricted(rights, verb) ? found : visible(decider, { access, context }, found);
        }),
    ];
  });
  return Object.fromEntries(filtered);
}

async function visible(
  decider: AccessDecider,
  { access, context }: { readonly access: ObjectAccess; readonly context: RequestContext },
  found: unknown,
): Promise<unknown> {
  const entity = await (found as Promise<unknown>);
  return entity != null && (await decider.sees(context, access, entity)) ? entity : null;
}
