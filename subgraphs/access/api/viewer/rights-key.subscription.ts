import { Directive, Resolver, Root, Subscription } from 'type-graphql';
import type { Platform } from '../../../../engine/platform.js';
import { mapStream } from '../../../../protocol/mapped-stream.js';
import { type StreamResolver, subscriptionOptions } from '../../../runtime/schema/define-subgraph.js';
import type { RequestContext } from '../../../runtime/subgraph.js';

/** What gateways ask for, to share streams among callers with equal rights. */
@Resolver()
export class RightsKeySubscription {
  @Directive('@inaccessible')
  @Subscription(() => String, {
    ...subscriptionOptions,
    description:
      'Equal for callers with equal rights. Ends with ACCESS_CHANGED when those of the caller change.',
  })
  rightsKey(@Root() key: string): string {
    return key;
  }
}

/** Opens the source of `rightsKey`: one value, then nothing until the stream ends. */
export function rightsKeyStream({ clock }: Pick<Platform, 'clock'>): StreamResolver {
  return async (_: object, context: RequestContext) => {
    const key = (await context.rights()).key(clock.now());
    const ended = new AbortController();
    async function* source() {
      yield key;
      if (ended.signal.aborted) return;
      await new Promise((resolve) => ended.signal.addEventListener('abort', resolve, { once: true }));
    }
    return mapStream(source(), (value) => value, { signal: context.signal, ended: () => ended.abort() });
  };
}
