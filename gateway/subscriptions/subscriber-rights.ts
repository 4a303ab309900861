import type { Actor } from '../../kernel/actor.js';
import { isRecord } from '../../kernel/is-record.js';
import type { SubgraphResults } from '../upstream/call/subgraph-source.js';
import type { ClientSubscription } from './client-subscription.js';
import { permissionsKey } from './share-key.js';

/** Where the rights of subscribers are read. */
export interface SubscriberRightsOptions {
  /** Name of the subscription field. */
  readonly field: string;
  /**
   * Opens it for an actor. Its first value is the key of the actor's rights, which is equal for equal rights; it fails with
   * `ACCESS_CHANGED` when they change.
   */
  readonly open: (actor: Actor, query: string, signal: AbortSignal) => Promise<SubgraphResults>;
  /** Called with each subscription of a subject whose rights have changed. */
  readonly changed: (subscription: ClientSubscription) => void;
  /** Called with each subscription of a subject whose rights can no longer be read. */
  readonly lost: (subscription: ClientSubscription) => void;
}

/** The stream of the rights of one subject. */
interface Watch {
  /** Undefined: the rights cannot be read. */
  readonly key: Promise<string | undefined>;
  readonly subscriptions: Set<ClientSubscription>;
  readonly ended: AbortController;
}

/** Keys of the rights of subscribers. One stream for each subject with subscriptions. */
export class SubscriberRights {
  private readonly watches = new Map<string, Watch>();

  constructor(private readonly options: SubscriberRightsOptions) {}

  /** The key of the actor's rights; undefined if they cannot be read. Until `leave` the subscription follows them. */
  follow(actor: Actor, subscription: ClientSubscription): Promise<string | undefined> {
    const subject = permissionsKey(actor, 'subject');
    const watch = this.watches.get(subject) ?? this.start(subject, actor);
    watch.subscriptions.add(subscription);
    return watch.key;
  }

  /** Stops following the rights of the subscription's actor. */
  leave(actor: Actor, subscription: ClientSubscription): void {
    const subject = permissionsKey(actor, 'subject');
    const watch = this.watches.get(subject);
    if (!watch?.subscriptions.delete(subscription) || watch.subscriptions.size > 0) return;
    this.watches.delete(subject);
    watch.ended.abort();
  }

  private start(subject: string, actor: Actor): Watch {
    const ended = new AbortController();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const watch: Watch = { key: promise, subscriptions: new Set(), ended };
    this.watches.set(subject, watch);
    void this.read(actor, ended.signal, resolve).then((changed) => {
      resolve(undefined);
      if (this.watches.get(subject) !== watch) return;
      this.watches.delete(subject);
      for (const each of watch.subscriptions) this.options[changed ? 'changed' : 'lost'](each);
    });
    return watch;
  }

  /** Reads until the rights change (true) or cannot be read (false). */
  private async read(actor: Actor, signal: AbortSignal, known: (key: string) => void): Promise<boolean> {
    const { field, open } = this.options;
    try {
      const results = await open(actor, `subscription { ${field} }`, signal);
      for (;;) {
        const step = await results.next();
        if (step.done) return false;
        const { data, errors } = step.value;
        if (errors?.length) return errors[0]?.extensions?.['code'] === 'ACCESS_CHANGED';
        const key = isRecord(data) ? data[field] : undefined;
        if (typeof key === 'string') known(key);
      }
    } catch {
      return false;
    }
  }
}
